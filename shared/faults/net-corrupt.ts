import type { FaultSpec } from './spec.ts';
import { BY_PROCESS, STEERING, trafficParams } from './traffic-params.ts';

export const netCorrupt = {
  kind: 'net-corrupt',
  class: 'network',
  summary: 'flips a bit in a share of the packets',
  description:
    'One random bit of a matching packet is flipped, by netem; checksums then find it, or not. The kernel ends it at its time by itself.',
  hazard: 'medium',
  duration: 'required',
  processes: 'traffic',
  params: {
    corrupt: { type: 'percent', doc: 'Share of the packets that are changed.', default: 0.05, min: 0.0001, max: 1 },
    ...trafficParams('out'),
  },
  needs: [...STEERING, 'netem'],
  needsWhen: [BY_PROCESS],
  locks: ['traffic'],
  lengthParam: null,
} as const satisfies FaultSpec;
