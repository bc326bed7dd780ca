// What the host experiences: its connections break with "connection reset by peer".
// Undo: the rules are deleted; connections that were cut stay cut. What remains if that fails: nothing after the
// deadline, which the kernel holds, but an unused table; `roulette-agent clean` removes it.

import { createTrafficFault, packetsObserved } from './traffic.ts';

export const netReset = createTrafficFault(() => ({
  verdict: { kind: 'reset' },
  qdisc: null,
  observe: (reading) => [packetsObserved('packets answered with a reset', reading)],
}));
