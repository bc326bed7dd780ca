import type { FaultSpec } from './spec.ts';
import { STEERING } from './traffic-params.ts';

export const netDns = {
  kind: 'net-dns',
  class: 'network',
  summary: 'lets the resolution of chosen names fail, wait, or give a wrong answer',
  description:
    'Queries over UDP for exactly these names are lost, delayed, or answered by a child of the agent. Other names, resolv.conf and hosts are ' +
    'not touched. Answers that a cache has already, queries over TCP, TLS or HTTPS, and resolvers that ask again on a socket that they have ' +
    'used before are not reached. The kernel ends it at its time by itself.',
  hazard: 'medium',
  duration: 'required',
  processes: 'none',
  params: {
    names: { type: 'names', doc: 'The names, each as it is asked for.', default: [], required: true },
    answer: {
      type: 'choice',
      doc: 'What comes back: nothing (`timeout`), an error, the right answer after `delay`, or `addresses`.',
      default: 'timeout',
      choices: ['timeout', 'nxdomain', 'servfail', 'delay', 'address'],
    },
    delay: { type: 'duration', doc: 'How long a query waits (answer `delay`).', default: 1000, min: 1, max: 60_000 },
    addresses: { type: 'addresses', doc: 'The wrong addresses (answer `address`), IPv4 and IPv6.', default: [] },
  },
  needs: STEERING,
  needsWhen: [
    { when: { param: 'answer', is: ['delay'] }, needs: ['netem'] },
    { when: { param: 'answer', is: ['nxdomain', 'servfail', 'address'] }, needs: ['nft-redirect'] },
  ],
  locks: [],
  lengthParam: null,
} as const satisfies FaultSpec;
