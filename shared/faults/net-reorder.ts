import type { FaultSpec } from './spec.ts';
import { BY_PROCESS, STEERING, trafficParams } from './traffic-params.ts';

export const netReorder = {
  kind: 'net-reorder',
  class: 'network',
  summary: 'lets a share of the packets overtake others',
  description:
    'Matching packets wait, but for a share of them that goes at once and so overtakes the others, by netem. The kernel ends it at its time by ' +
    'itself; packets that wait just then are lost.',
  hazard: 'medium',
  duration: 'required',
  processes: 'traffic',
  params: {
    reorder: { type: 'percent', doc: 'Share of the packets that overtake.', default: 0.25, min: 0.0001, max: 1 },
    delay: { type: 'duration', doc: 'How long the others wait.', default: 10, min: 1, max: 60_000 },
    ...trafficParams('out'),
  },
  needs: [...STEERING, 'netem'],
  needsWhen: [BY_PROCESS],
  locks: ['traffic'],
  lengthParam: null,
} as const satisfies FaultSpec;
