// What the host experiences: the matching packets leave, or arrive, later than they would.
// Undo: the rules, then the device that they wait in, are deleted; what waits there just then is lost.
// What remains if that fails: nothing after the deadline, which the kernel holds, but an unused table and device;
// `roulette-agent clean` removes them.

import { delayQdisc } from '../core/network/qdiscs.ts';
import { createTrafficFault, packetsObserved } from './traffic.ts';

export const netDelay = createTrafficFault((params) => ({
  verdict: { kind: 'shape' },
  qdisc: delayQdisc(params),
  observe: (reading) => {
    const { delay } = reading.netem;
    const seconds = typeof delay === 'object' && delay !== null && 'delay' in delay ? Number(delay.delay) : Number.NaN;
    return [
      packetsObserved('packets delayed', reading),
      {
        name: 'delay',
        unit: 'ms',
        asked: Number(params['delay']),
        achieved: Number.isFinite(seconds) ? seconds * 1000 : null,
        effective: null,
        note: 'as the kernel has it',
      },
    ];
  },
}));
