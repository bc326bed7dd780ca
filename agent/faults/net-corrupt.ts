// What the host experiences: a share of the matching packets arrives with a wrong bit.
// Undo: the rules, then the device that they pass, are deleted; what waits there just then is lost. What remains if
// that fails: nothing after the deadline, which the kernel holds, but an unused table and device; `roulette-agent
// clean` removes them.

import { corruptQdisc } from '../core/network/qdiscs.ts';
import { createTrafficFault, packetsObserved } from './traffic.ts';

export const netCorrupt = createTrafficFault((params) => ({
  verdict: { kind: 'shape' },
  qdisc: corruptQdisc(params),
  observe: (reading) => [packetsObserved('packets passed through corruption', reading)],
}));
