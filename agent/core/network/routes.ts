// Which interfaces carry the route to a peer: the kernel's main tables, longest prefix first, then the lowest metric.
// Rules of policy routing are not read.

import { contains, type Network } from '../../../shared/addresses.ts';

export interface Route {
  readonly destination: Network;
  readonly device: string;
  readonly metric: number;
}

/** RTF_UP and RTF_REJECT (include/uapi/linux/route.h); RTF_LOCAL (include/uapi/linux/ipv6_route.h). */
const RTF_UP = 0x1;
const RTF_REJECT = 0x200;
const RTF_LOCAL = 0x8000_0000;

/** /proc/net/route: destination and mask in hexadecimal, in the byte order of the host, which is little-endian here. */
export function parseRoutes4(text: string): Route[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [device, destination, , flags, , , metric, mask] = line.trim().split(/\s+/u);
      if (device === undefined || destination === undefined || mask === undefined) return [];
      if (!isUsable(Number.parseInt(flags ?? '', 16))) return [];
      const prefix = fromHostOrder(mask).toString(2).replaceAll('0', '').length;
      return [
        { destination: { family: 4, address: fromHostOrder(destination), prefix }, device, metric: Number(metric) },
      ];
    });
}

/** /proc/net/ipv6_route: destination, its prefix, source and its prefix, next hop, metric, …, flags, device. */
export function parseRoutes6(text: string): Route[] {
  return text.split('\n').flatMap((line) => {
    const [destination, prefix = '', , , , metric = '', , , flags = '', device] = line.trim().split(/\s+/u);
    if (destination === undefined || device === undefined || !isUsable(Number.parseInt(flags, 16))) return [];
    const address = BigInt(`0x${destination}`);
    return [
      {
        destination: { family: 6, address, prefix: Number.parseInt(prefix, 16) },
        device,
        metric: Number.parseInt(metric, 16),
      },
    ];
  });
}

function isUsable(flags: number): boolean {
  return hasFlag(flags, RTF_UP) && !hasFlag(flags, RTF_REJECT) && !hasFlag(flags, RTF_LOCAL);
}

/** Not by `&`, which knows 31 bits. */
function hasFlag(flags: number, flag: number): boolean {
  return Math.floor(flags / flag) % 2 === 1;
}

function fromHostOrder(hex: string): bigint {
  const bytes = hex.match(/../gu) ?? [];
  return BigInt(`0x${bytes.toReversed().join('')}`);
}

const LOOPBACK = 'lo';

/** Without peers, every device that carries a route. Sorted; never loopback. */
export function carriersOf(peers: readonly Network[], routes: readonly Route[]): string[] {
  const usable = routes.filter(({ device, destination }) => device !== LOOPBACK && !isMulticast(destination));
  const remote = peers.filter((peer) => !isLoopback(peer));
  const found = peers.length === 0 ? usable : remote.flatMap((peer) => routesTo(peer, usable));
  return [...new Set(found.map(({ device }) => device))].toSorted();
}

/** The best route to the network as a whole, and those to parts of it. */
function routesTo(peer: Network, routes: readonly Route[]): Route[] {
  const parts = routes.filter(({ destination }) => contains(peer, destination));
  const covering = routes.filter(({ destination }) => contains(destination, peer));
  const longest = Math.max(...covering.map(({ destination }) => destination.prefix));
  const best = covering.filter(({ destination }) => destination.prefix === longest);
  const lowest = Math.min(...best.map(({ metric }) => metric));
  return [...parts, ...best.filter(({ metric }) => metric === lowest)];
}

/** 127.0.0.0/8 (RFC 1122) and ::1 (RFC 4291) leave the node over no interface, whatever the routes say. */
function isLoopback({ family, address, prefix }: Network): boolean {
  return family === 4 ? prefix >= 8 && address >> 24n === 127n : prefix === 128 && address === 1n;
}

/** Every interface has a route to ff00::/8; it says nothing of who is reached there. */
function isMulticast({ family, address, prefix }: Network): boolean {
  return family === 6 && prefix >= 8 && address >> 120n === 0xffn;
}
