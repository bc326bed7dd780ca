// What the host experiences: the peers are there no more, one way or both.
// Undo: rules and device are deleted. What remains if that fails: nothing after the deadline, which the kernel holds,
// but an unused table and device; `roulette-agent clean` removes them.

import { createTrafficFault, packetsObserved } from './traffic.ts';

export const netPartition = createTrafficFault((params) => ({
  verdict: params['action'] === 'reject' ? { kind: 'reject' } : { kind: 'lose', share: 1 },
  qdisc: null,
  observe: (reading) => [packetsObserved('packets cut off', reading)],
}));
