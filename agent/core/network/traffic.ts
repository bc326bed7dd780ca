// Which packets an injection means: the filters of its order, and whose packets they are.

import { overlap, parseNetwork, type Network } from '../../../shared/addresses.ts';
import type { FaultParams } from '../../../shared/domain/experiment.ts';
import { parsePorts, type PortRange } from '../../../shared/faults/param-types.ts';

/** Of whose sockets. */
export type Owner =
  | { readonly kind: 'user'; readonly uid: number }
  /** `path` as nft wants it, below /sys/fs/cgroup; `level`: how deep the group is in its hierarchy. */
  | { readonly kind: 'cgroup'; readonly path: string; readonly level: number };

export type Way = 'out' | 'in';

export interface Traffic {
  /** Empty: everybody. */
  readonly peers: readonly Network[];
  readonly exclude: readonly Network[];
  readonly ports: readonly PortRange[];
  readonly localPorts: readonly PortRange[];
  readonly protocol: 'any' | 'tcp' | 'udp' | 'icmp';
  readonly ways: readonly Way[];
  readonly interface: string | null;
  /** Empty: whoever's. */
  readonly owners: readonly Owner[];
}

/** Reads the filters of a complete, checked order. What a fault has no parameter for is not filtered by. */
export function trafficOf(params: FaultParams, owners: readonly Owner[]): Traffic {
  return {
    peers: networks(params['peers']),
    exclude: networks(params['exclude']),
    ports: ports(params['ports']),
    localPorts: ports(params['localPorts']),
    protocol: protocolOf(params['protocol']),
    ways: waysOf(params['direction']),
    interface: typeof params['interface'] === 'string' ? params['interface'] : null,
    owners,
  };
}

function protocolOf(value: FaultParams[string] | undefined): Traffic['protocol'] {
  return value === 'tcp' || value === 'udp' || value === 'icmp' ? value : 'any';
}

function waysOf(direction: FaultParams[string] | undefined): readonly Way[] {
  return direction === 'in' || direction === 'out' ? [direction] : ['out', 'in'];
}

function networks(value: FaultParams[string] | undefined): Network[] {
  return texts(value).flatMap((text) => parseNetwork(text) ?? []);
}

function ports(value: FaultParams[string] | undefined): PortRange[] {
  return texts(value).flatMap((text) => parsePorts(text) ?? []);
}

export function texts(value: FaultParams[string] | undefined): readonly string[] {
  return typeof value === 'object' && value !== null ? value : [];
}

/** Whether a packet may be meant by both. Errs on the side of yes. */
export function mayShare(a: Traffic, b: Traffic): boolean {
  return (
    meet(a.ways, b.ways, (x, y) => x === y) &&
    meet(namedInterface(a), namedInterface(b), (x, y) => x === y) &&
    meet(namedProtocol(a), namedProtocol(b), (x, y) => x === y) &&
    meet(a.peers, b.peers, overlap) &&
    meet(a.ports, b.ports, rangesMeet) &&
    meet(a.localPorts, b.localPorts, rangesMeet) &&
    meet(a.owners, b.owners, ownersMeet)
  );
}

function namedInterface({ interface: named }: Traffic): readonly string[] {
  return named === null ? [] : [named];
}

function namedProtocol({ protocol }: Traffic): readonly string[] {
  return protocol === 'any' ? [] : [protocol];
}

/** An empty list means everything. */
function meet<T>(a: readonly T[], b: readonly T[], test: (x: T, y: T) => boolean): boolean {
  return a.length === 0 || b.length === 0 || a.some((x) => b.some((y) => test(x, y)));
}

function rangesMeet(a: PortRange, b: PortRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** A user's process may be in any cgroup. */
function ownersMeet(a: Owner, b: Owner): boolean {
  if (a.kind === 'user' && b.kind === 'user') return a.uid === b.uid;
  if (a.kind === 'cgroup' && b.kind === 'cgroup') return isWithin(a.path, b.path) || isWithin(b.path, a.path);
  return true;
}

function isWithin(path: string, other: string): boolean {
  return `${path}/`.startsWith(`${other}/`);
}
