// The kernel objects of an injection: made, and taken away again by their name alone. Used by agent and keeper.

import { isObject, records } from '../../core/network/json.ts';
import { deviceNames, isNetworkName, nameOf } from '../../core/network/names.ts';
import type { Qdisc } from '../../core/network/qdiscs.ts';
import { readText } from '../../targets/proc.ts';
import { run, runNow } from '../programs.ts';

/** A device of ours that packets are sent through and back (ifb), with its queueing discipline. */
export interface Passage {
  readonly device: string;
  readonly qdisc: Qdisc;
}

export interface NetworkObjects {
  readonly name: string;
  readonly passages: readonly Passage[];
  /** For `nft -f -`, in one transaction. */
  readonly rules: string;
}

/** The rules come last: before them nothing has any effect. Throws when a part fails; what is there then stays. */
export function makeNetwork({ passages, rules }: NetworkObjects): void {
  if (passages.length > 0) {
    runNow({ program: 'ip', args: ['-batch', '-'], input: passages.map(({ device }) => linkLines(device)).join('') });
    const qdiscs = passages.map(({ device, qdisc }) => `qdisc add dev ${device} root handle 1: ${qdisc.join(' ')}\n`);
    runNow({ program: 'tc', args: ['-batch', '-'], input: qdiscs.join('') });
  }
  runNow({ program: 'nft', args: ['-f', '-'], input: rules });
}

/** Without an address of its own, which IPv6, where the kernel has it, would give it when it comes up. */
function linkLines(device: string): string {
  const quiet = readText('/proc/net/if_inet6') === null ? '' : 'addrgenmode none ';
  return `link add name ${device} type ifb\nlink set dev ${device} ${quiet}up\n`;
}

/**
 * Takes away whatever there is of that name; harmless when there is nothing. Rules first, so that no packet is sent
 * to a device that is gone. Throws when something stays.
 */
export async function removeNetwork(name: string): Promise<void> {
  if (!isNetworkName(name)) throw new Error(`${JSON.stringify(name)} is no name of ours`);
  // A table that is added and deleted in one transaction need not be there before.
  const tables = ['netdev', 'inet'].map((family) => `add table ${family} ${name}\ndelete table ${family} ${name}\n`);
  await run({ program: 'nft', args: ['-f', '-'], input: tables.join('') });
  const { out, in: inbound } = deviceNames(name);
  const there = deviceList();
  const lines = [out, inbound]
    .filter((device) => there.includes(device))
    .map((device) => `link delete dev ${device}\n`);
  if (lines.length > 0) await run({ program: 'ip', args: ['-batch', '-'], input: lines.join('') });
}

/** Every device of this network namespace, whatever /sys shows. */
export function deviceList(): string[] {
  const rows = (readText('/proc/net/dev') ?? '').split('\n').slice(2);
  return rows.flatMap((row) => /^\s*(?<device>[^\s:]+):/u.exec(row)?.groups?.['device'] ?? []);
}

/** The names of ours that tables and devices of this kernel carry, sorted. */
export async function namesInKernel(): Promise<string[]> {
  const said = records(await run({ program: 'nft', args: ['-j', 'list', 'tables'] }), 'nftables');
  const tables = said.flatMap(({ table }) => (isObject(table) ? [String(table['name'])] : []));
  const names = [...tables, ...deviceList()].flatMap((object) => nameOf(object) ?? []);
  return [...new Set(names)].toSorted();
}
