// What the host experiences: a share of the matching packets overtakes the others.
// Undo: the rules, then the device that they pass, are deleted; what waits there just then is lost. What remains if
// that fails: nothing after the deadline, which the kernel holds, but an unused table and device; `roulette-agent
// clean` removes them.

import { reorderQdisc } from '../core/network/qdiscs.ts';
import { createTrafficFault, packetsObserved } from './traffic.ts';

export const netReorder = createTrafficFault((params) => ({
  verdict: { kind: 'shape' },
  qdisc: reorderQdisc(params),
  observe: (reading) => [packetsObserved('packets passed through reordering', reading)],
}));
