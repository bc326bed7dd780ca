import type { FaultSpec } from './spec.ts';

export const netDown = {
  kind: 'net-down',
  class: 'network',
  summary: 'takes an interface down, and brings it up again with every address and route',
  description:
    'The interface goes down, as with a pulled cable and more: the kernel forgets its routes and its IPv6 addresses. The agent, its keeper or ' +
    'the next agent brings it up and restores them. No kernel can hold this deadline: if nobody of them lives it stays down until an agent ' +
    'starts, and so it may last a minute at most. Refused for the interface that carries the route to the coordinator.',
  hazard: 'high',
  duration: 'required',
  longestMs: 60_000,
  processes: 'none',
  params: {
    interface: { type: 'interface', doc: 'The interface.', default: null, required: true },
  },
  needs: ['cap-net-admin', 'iproute2'],
  locks: ['interface'],
  lengthParam: null,
} as const satisfies FaultSpec;
