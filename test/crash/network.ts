// What the crash beds need of the network: an interface of their own to break, and a look at what is left.

import { execFileSync } from 'node:child_process';
import { namePrefix, nameOf, networkName } from '../../agent/core/network/names.ts';
import { deviceList } from '../../agent/effects/network/links.ts';
import { nodeId, type OrderId } from '../../shared/domain/ids.ts';

export interface Wire {
  readonly device: string;
  /** Addresses and routes over it, as a text that is equal when they are. */
  readonly state: () => string;
  readonly isUp: () => boolean;
  readonly remove: () => void;
}

let wires = 0;

/** A pair of interfaces with addresses and routes of both families. */
export function createWire(): Wire {
  wires += 1;
  const [device, peer] = ['a', 'b'].map((end) => `w${process.pid}x${wires}${end}`) as [string, string];
  const [high, low] = [process.pid % 250, wires % 250];
  const at = (last: number): string => `10.${high}.${low}.${last}`;
  const at6 = (last: number): string => `fd00:${high}:${low}::${last}`;
  ip(
    `link add ${device} type veth peer name ${peer}`,
    `link set ${device} addrgenmode none`,
    `link set ${peer} addrgenmode none up`,
    `link set ${device} up`,
    `address add ${at(1)}/24 dev ${device}`,
    `address add ${at6(1)}/64 dev ${device} nodad`,
    `address add ${at6(2)}/64 dev ${device} nodad`,
    `route add 10.${high}.${low + 1}.0/24 via ${at(9)} dev ${device} metric 70`,
    `route add fd01:${high}:${low}::/64 via ${at6(9)} dev ${device} metric 71`,
  );
  return {
    device,
    state: () =>
      [show(['address', 'show', 'dev', device]), show(['route', 'show', 'table', 'all', 'dev', device])].join('\n'),
    isUp: () => show(['-br', 'link', 'show', 'dev', device, 'up']) !== '',
    remove: () => ip(`link delete ${device}`),
  };
}

function ip(...lines: readonly string[]): void {
  execFileSync('ip', ['-batch', '-'], {
    input: lines.map((line) => `${line}\n`).join(''),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}

function show(args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8' });
}

/** Tables and devices of the node's own agents. */
export function networkLeftovers(node: string): string[] {
  const prefix = namePrefix(nodeId(node));
  return objectsOfOurs().filter((name) => name.startsWith(prefix));
}

/** Tables and devices of one order. */
export function orderLeftovers(order: OrderId): string[] {
  return objectsOfOurs().filter((name) => nameOf(name) === networkName(order));
}

function objectsOfOurs(): string[] {
  const tables = execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }).split(/\s+/u);
  return [...tables, ...deviceList()].filter((name) => nameOf(name) !== null);
}
