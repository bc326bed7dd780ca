// What the kernel has counted of an injection.

import { deviceNames } from '../../core/network/names.ts';
import { isObject, records } from '../../core/network/json.ts';
import { run } from '../programs.ts';
import { deviceList } from './links.ts';

export interface Count {
  readonly packets: number;
  readonly bytes: number;
}

export interface NetworkReading {
  /** Packets that the filters meant. */
  readonly seen: Count;
  /** Those that the fault was applied to. */
  readonly hit: Count;
  /** What has left the queueing disciplines. */
  readonly passed: Count;
  /** Packets that these have lost. */
  readonly dropped: number;
  /** What netem says that it does, as tc shows it; empty for others. */
  readonly netem: Readonly<Record<string, unknown>>;
}

export async function readNetwork(name: string): Promise<NetworkReading> {
  const { out, in: inbound } = deviceNames(name);
  const [counters, qdiscs] = await Promise.all([
    run({ program: 'nft', args: ['-j', 'list', 'counters'] }),
    deviceList().some((device) => device === out || device === inbound)
      ? run({ program: 'tc', args: ['-s', '-j', 'qdisc', 'show'] })
      : null,
  ]);
  const found = records(counters, 'nftables').flatMap(({ counter }) =>
    isObject(counter) && counter['table'] === name ? [counter] : [],
  );
  const ours = qdiscs === null ? [] : records(qdiscs).filter(({ dev }) => dev === out || dev === inbound);
  return {
    seen: sum(found.filter((counter) => counter['name'] === 'seen')),
    hit: sum(found.filter((counter) => counter['name'] === 'hit')),
    passed: sum(ours),
    dropped: ours.reduce((total, qdisc) => total + numberOf(qdisc['drops']), 0),
    netem: ours.flatMap(({ kind, options }) => (kind === 'netem' && isObject(options) ? [options] : []))[0] ?? {},
  };
}

function sum(counters: readonly Readonly<Record<string, unknown>>[]): Count {
  return {
    packets: counters.reduce((total, { packets }) => total + numberOf(packets), 0),
    bytes: counters.reduce((total, { bytes }) => total + numberOf(bytes), 0),
  };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
