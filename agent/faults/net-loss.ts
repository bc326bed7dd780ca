// What the host experiences: a share of the matching packets never arrives, and nobody is told.
// Undo: rules and device are deleted. What remains if that fails: nothing after the deadline, which the kernel holds,
// but an unused table and device; `roulette-agent clean` removes them.

import { burstLossQdisc } from '../core/network/qdiscs.ts';
import { createTrafficFault, shareObserved } from './traffic.ts';

export const netLoss = createTrafficFault((params) => {
  if (params['model'] === 'gilbert-elliott') {
    return {
      verdict: { kind: 'shape' },
      qdisc: burstLossQdisc(params),
      observe: ({ dropped, seen }) => [shareObserved('packet loss', null, [dropped, seen.packets])],
    };
  }
  const share = Number(params['loss']);
  return {
    verdict: { kind: 'lose', share },
    qdisc: null,
    observe: ({ hit, seen }) => [shareObserved('packet loss', share, [hit.packets, seen.packets])],
  };
});
