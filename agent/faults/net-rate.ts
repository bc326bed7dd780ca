// What the host experiences: the matching traffic gets no further than the asked bandwidth.
// Undo: the rules, then the device that the packets pass, are deleted; what waits there just then is lost. What
// remains if that fails: nothing after the deadline, which the kernel holds, but an unused table and device;
// `roulette-agent clean` removes them.

import { rateQdisc } from '../core/network/qdiscs.ts';
import { createTrafficFault, packetsObserved } from './traffic.ts';

const BITS_PER_BYTE = 8;

export const netRate = createTrafficFault((params) => ({
  verdict: { kind: 'shape' },
  qdisc: rateQdisc(params),
  observe: (reading, seconds) => [
    packetsObserved('packets limited', reading),
    {
      name: 'bandwidth',
      unit: 'bit/s',
      asked: Number(params['rate']),
      achieved: (reading.passed.bytes * BITS_PER_BYTE) / seconds,
      effective: null,
      note: `on average, both ways together; ${reading.dropped} packets were lost`,
    },
  ],
}));
