import type { FaultSpec } from './spec.ts';
import { BY_PROCESS, STEERING, trafficParams } from './traffic-params.ts';

export const netLoss = {
  kind: 'net-loss',
  class: 'network',
  summary: 'loses a share of the packets, at random or in bursts',
  description:
    'Matching packets vanish without a word, as on a bad wire: each with the same chance, or in bursts after Gilbert and Elliott. ' +
    'The kernel ends it at its time by itself.',
  hazard: 'medium',
  duration: 'required',
  processes: 'traffic',
  params: {
    loss: {
      type: 'percent',
      doc: 'Share of the packets that are lost (model `random`).',
      default: 0.1,
      min: 0.0001,
      max: 1,
    },
    model: {
      type: 'choice',
      doc: '`random`: each packet for itself. `gilbert-elliott`: a good and a bad state, by netem.',
      default: 'random',
      choices: ['random', 'gilbert-elliott'],
    },
    burstStart: {
      type: 'percent',
      doc: 'Gilbert-Elliott p: chance at each packet to go from good to bad.',
      default: 0.01,
      min: 0.0001,
      max: 1,
    },
    burstEnd: {
      type: 'percent',
      doc: 'Gilbert-Elliott r: chance at each packet to go from bad to good.',
      default: 0.1,
      min: 0.0001,
      max: 1,
    },
    lossInBurst: { type: 'percent', doc: 'Gilbert-Elliott 1-h: loss in the bad state.', default: 1, min: 0, max: 1 },
    lossOutside: { type: 'percent', doc: 'Gilbert-Elliott 1-k: loss in the good state.', default: 0, min: 0, max: 1 },
    ...trafficParams('out'),
  },
  needs: STEERING,
  needsWhen: [BY_PROCESS, { when: { param: 'model', is: ['gilbert-elliott'] }, needs: ['netem'] }],
  locks: ['traffic'],
  lengthParam: null,
} as const satisfies FaultSpec;
