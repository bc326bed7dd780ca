import type { FaultSpec } from './spec.ts';
import { BY_PROCESS, STEERING, trafficParams } from './traffic-params.ts';

export const netDelay = {
  kind: 'net-delay',
  class: 'network',
  summary: 'delays packets, with jitter and correlation',
  description:
    'Matching packets wait in a queue of their own before they go on, by netem. With `direction: both` a packet and its answer wait, ' +
    'so a round trip grows by twice the delay. The kernel ends it at its time by itself; packets that wait just then are lost.',
  hazard: 'medium',
  duration: 'required',
  processes: 'traffic',
  params: {
    delay: { type: 'duration', doc: 'How long each packet waits.', default: 100, min: 1, max: 60_000 },
    jitter: {
      type: 'duration',
      doc: 'How far the delay varies around that; packets may then overtake one another.',
      default: 0,
      min: 0,
      max: 60_000,
    },
    correlation: {
      type: 'percent',
      doc: 'How much the jitter of a packet depends on that of the one before.',
      default: 0,
      min: 0,
      max: 1,
    },
    distribution: {
      type: 'choice',
      doc: 'How the jitter is distributed.',
      default: 'normal',
      choices: ['normal', 'uniform', 'pareto', 'paretonormal'],
    },
    ...trafficParams('out'),
  },
  needs: [...STEERING, 'netem'],
  needsWhen: [BY_PROCESS],
  locks: ['traffic'],
  lengthParam: null,
} as const satisfies FaultSpec;
