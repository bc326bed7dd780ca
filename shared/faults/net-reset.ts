import type { FaultSpec } from './spec.ts';
import { BY_PROCESS, tcpParams } from './traffic-params.ts';

export const netReset = {
  kind: 'net-reset',
  class: 'network',
  summary: 'cuts established TCP connections with RST',
  description:
    'Every matching TCP packet that is not part of a handshake is answered with RST: connections break at their next packet, the new ones at ' +
    'their first data. One on which nothing is sent stays. The kernel ends it at its time by itself; connections that were cut stay cut.',
  hazard: 'medium',
  duration: 'required',
  processes: 'traffic',
  params: tcpParams(),
  needs: ['cap-net-admin', 'nftables'],
  needsWhen: [BY_PROCESS],
  locks: [],
  lengthParam: null,
} as const satisfies FaultSpec;
