import type { FaultSpec } from './spec.ts';
import { BY_PROCESS, STEERING, trafficParams } from './traffic-params.ts';

export const netDuplicate = {
  kind: 'net-duplicate',
  class: 'network',
  summary: 'sends a share of the packets twice',
  description: 'A matching packet goes out twice, by netem. The kernel ends it at its time by itself.',
  hazard: 'medium',
  duration: 'required',
  processes: 'traffic',
  params: {
    duplicate: {
      type: 'percent',
      doc: 'Share of the packets that are sent twice.',
      default: 0.05,
      min: 0.0001,
      max: 1,
    },
    ...trafficParams('out'),
  },
  needs: [...STEERING, 'netem'],
  needsWhen: [BY_PROCESS],
  locks: ['traffic'],
  lengthParam: null,
} as const satisfies FaultSpec;
