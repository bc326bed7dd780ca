import type { FaultSpec } from './spec.ts';
import { BY_PROCESS, STEERING, trafficParams } from './traffic-params.ts';

export const netRate = {
  kind: 'net-rate',
  class: 'network',
  summary: 'limits the bandwidth',
  description:
    'Matching packets go through a token bucket of the asked rate, one for each direction; what does not fit waits for up to 200 ms and is then ' +
    'lost. The kernel ends it at its time by itself.',
  hazard: 'medium',
  duration: 'required',
  processes: 'traffic',
  params: {
    rate: {
      type: 'bitrate',
      doc: 'Bits per second, headers of the link included.',
      default: 10_000_000,
      min: 8000,
      max: 100_000_000_000,
    },
    ...trafficParams('out'),
  },
  needs: [...STEERING, 'tbf'],
  needsWhen: [BY_PROCESS],
  locks: ['traffic'],
  lengthParam: null,
} as const satisfies FaultSpec;
