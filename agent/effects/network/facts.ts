// What a network fault must know of the node when it is planned. Reads only.

import { lookup } from 'node:dns/promises';
import { readdirSync } from 'node:fs';
import { sleep, type Clock } from '../../../shared/clock.ts';
import { parseNetwork, type Network } from '../../../shared/addresses.ts';
import type { ProcessSelector } from '../../../shared/domain/experiment.ts';
import type { ProcessIdentity } from '../../../shared/domain/order.ts';
import type { ControlPath } from '../../core/network/rules.ts';
import { parseRoutes4, parseRoutes6, type Route } from '../../core/network/routes.ts';
import type { Owner } from '../../core/network/traffic.ts';
import { createPortReader } from '../../targets/listening-ports.ts';
import { readExe, readStat, readText } from '../../targets/proc.ts';
import { readUdpPorts } from '../../targets/udp-ports.ts';
import { deviceList } from './links.ts';
import { readOwners } from './owners.ts';

export interface NetworkFacts {
  readonly devices: readonly string[];
  readonly routes: readonly Route[];
  readonly control: ControlPath;
  /** Whose traffic is meant; empty without processes. A text says why theirs cannot be told apart. */
  readonly owners: readonly Owner[] | string;
  /** UDP ports that are taken. */
  readonly udpPorts: readonly number[];
}

export interface NetworkFactsReader {
  readonly read: (selector: ProcessSelector | null, chosen: readonly ProcessIdentity[]) => Promise<NetworkFacts>;
}

/** How long the name of the coordinator may take to resolve; after that, what it was before counts. */
const RESOLVE_WITHIN_MS = 1000;

/** `coordinator`: host:port, as configured. */
export function createNetworkFacts(coordinator: string, clock: Clock): NetworkFactsReader {
  const { host, port } = splitAddress(coordinator);
  let known: readonly Network[] = [];

  async function resolve(): Promise<readonly Network[]> {
    const literal = parseNetwork(host);
    if (literal !== null) return [literal];
    const waiting = new AbortController();
    const found = await Promise.race([
      lookup(host, { all: true }).catch(() => []),
      sleep(clock, RESOLVE_WITHIN_MS, waiting.signal).then(() => []),
    ]);
    waiting.abort();
    const addresses = found.flatMap(({ address }) => parseNetwork(address) ?? []);
    if (addresses.length > 0) known = addresses;
    return known;
  }

  return {
    read: async (selector, chosen) => {
      const addresses = await resolve();
      if (addresses.length === 0)
        throw new Error(`the coordinator's name ${host} does not resolve: it could be cut off`);
      return {
        devices: deviceList(),
        routes: [
          ...parseRoutes4(readText('/proc/net/route') ?? ''),
          ...parseRoutes6(readText('/proc/net/ipv6_route') ?? ''),
        ],
        control: { coordinator: addresses.map((address) => ({ address, port })), ssh: sshPorts() },
        owners: selector === null ? [] : readOwners(selector, chosen),
        udpPorts: readUdpPorts(),
      };
    },
  };
}

function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replaceAll(/[[\]]/gu, ''), port: Number(address.slice(colon + 1)) };
}

const SSH_PORT = 22;

/**
 * Where sshd listens, and its usual port in any case: the next one may listen there. Throws when that cannot be seen:
 * a guess could cut the way to the node.
 */
function sshPorts(): number[] {
  const portsOf = createPortReader();
  const daemons = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && readStat(pid)?.name === 'sshd');
  for (const pid of daemons) {
    if (readExe(pid) === null && readStat(pid) !== null) {
      throw new Error(
        `the agent may not look into sshd (pid ${pid}), and so cannot spare the ports on which it listens`,
      );
    }
  }
  return [...new Set([SSH_PORT, ...daemons.flatMap(portsOf)])].toSorted((a, b) => a - b);
}
