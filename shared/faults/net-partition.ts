import type { FaultSpec } from './spec.ts';
import { BY_PROCESS, STEERING, trafficParams } from './traffic-params.ts';

export const netPartition = {
  kind: 'net-partition',
  class: 'network',
  summary: 'cuts the node off from its peers, one way or both',
  description:
    'No matching packet passes: it vanishes (`drop`), or the sender is told at once (`reject`: a TCP reset, or ICMP port unreachable). ' +
    'The kernel ends it at its time by itself.',
  hazard: 'high',
  duration: 'required',
  processes: 'traffic',
  params: {
    action: {
      type: 'choice',
      doc: 'Whether packets vanish or are refused. `reject` is about traffic of the node itself, not about what it forwards.',
      default: 'drop',
      choices: ['drop', 'reject'],
    },
    ...trafficParams('both'),
  },
  needs: STEERING,
  needsWhen: [BY_PROCESS],
  locks: [],
  lengthParam: null,
} as const satisfies FaultSpec;
