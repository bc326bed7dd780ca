// What the host experiences: a share of the matching packets arrives twice.
// Undo: the rules, then the device that they pass, are deleted; what waits there just then is lost. What remains if
// that fails: nothing after the deadline, which the kernel holds, but an unused table and device; `roulette-agent
// clean` removes them.

import { duplicateQdisc } from '../core/network/qdiscs.ts';
import { createTrafficFault, packetsObserved } from './traffic.ts';

export const netDuplicate = createTrafficFault((params) => ({
  verdict: { kind: 'shape' },
  qdisc: duplicateQdisc(params),
  observe: (reading) => [packetsObserved('packets passed through duplication', reading)],
}));
