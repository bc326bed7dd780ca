// The filters that the network faults have in common: which packets are meant.

import type { ParamSpec } from './spec.ts';

/** Values of `direction`, seen from the node. */
const DIRECTIONS = ['in', 'out', 'both'] as const;

const PEERS = {
  peers: {
    type: 'peers',
    doc: 'Only traffic with these: addresses, CIDRs, host names (resolved when the plan is made), or `target:NAME` for the nodes of another target. Everybody when left out.',
    default: [],
  },
  exclude: { type: 'peers', doc: 'Never traffic with these, written as `peers` are.', default: [] },
  interface: {
    type: 'interface',
    doc: 'The interface. When left out, those that carry the route to the peers; without peers, every one that carries a route. Loopback only when it is named.',
    default: null,
  },
} as const satisfies Record<string, ParamSpec>;

const PORTS = {
  ports: { type: 'ports', doc: "Only these ports and ranges at the peer's end.", default: [] },
  localPorts: { type: 'ports', doc: "Only these ports and ranges at this node's end.", default: [] },
} as const satisfies Record<string, ParamSpec>;

const PROTOCOL = {
  protocol: {
    type: 'choice',
    doc: 'Only this protocol. With ports and `any` it is TCP and UDP.',
    default: 'any',
    choices: ['any', 'tcp', 'udp', 'icmp'],
  },
} as const satisfies Record<string, ParamSpec>;

type Direction = (typeof DIRECTIONS)[number];

type TrafficParams<D extends Direction> = typeof PEERS &
  typeof PORTS &
  typeof PROTOCOL & { readonly direction: ParamSpec & { readonly default: D } };

/** All filters, with the direction that is meant when none is said. */
export function trafficParams<D extends Direction>(direction: D): TrafficParams<D> {
  return { ...PEERS, ...PORTS, ...PROTOCOL, direction: directionParam(direction) };
}

/** Filters of a fault that is about TCP alone. */
export function tcpParams(): typeof PEERS & typeof PORTS & { readonly direction: ParamSpec } {
  return { ...PEERS, ...PORTS, direction: directionParam('both') };
}

function directionParam<D extends Direction>(direction: D): ParamSpec & { readonly default: D } {
  return { type: 'choice', doc: 'Which way, seen from the node.', default: direction, choices: DIRECTIONS };
}

/** What every fault needs that steers packets with nftables alone. */
export const STEERING = ['cap-net-admin', 'nftables', 'nft-forward', 'iproute2', 'ifb'] as const;

/** Beyond these a fault on the traffic of chosen processes needs: their traffic is told by its cgroup. */
export const BY_PROCESS = { when: 'processes', needs: ['nft-cgroup'] } as const;
