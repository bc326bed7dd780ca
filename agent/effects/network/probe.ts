// What this node's kernel, tools and rights let the agent do: tried, not guessed from versions. Each trial is undone
// in the same transaction or right after it, and touches nothing that is not ours.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { NodeId } from '../../../shared/domain/ids.ts';
import type { Capability } from '../../../shared/faults/capabilities.ts';
import { deviceNames, namePrefix, ORDER_DIGITS } from '../../core/network/names.ts';
import { readText } from '../../targets/proc.ts';
import { findProgram, run, type ProgramCall } from '../programs.ts';
import { CGROUPS, cgroupMount } from './owners.ts';

/** Bits of the effective set (include/uapi/linux/capability.h). */
const RIGHTS = {
  'cap-dac-read-search': 2n,
  'cap-kill': 5n,
  'cap-net-admin': 12n,
  'cap-sys-ptrace': 19n,
} as const satisfies Partial<Record<Capability, bigint>>;

/** Sorted. */
export async function readCapabilities(node: NodeId): Promise<Capability[]> {
  const found = new Set<Capability>(readRights());
  if (findProgram('taskset') !== null) found.add('taskset');
  if (findProgram('ip') !== null && findProgram('tc') !== null) found.add('iproute2');
  if (readText('/proc/net/if_inet6') !== null) found.add('ipv6');
  if (found.has('cap-net-admin')) for (const capability of await tryNetwork(node, found)) found.add(capability);
  return [...found].toSorted();
}

function readRights(): Capability[] {
  const hex = /^CapEff:\s+(?<set>[0-9a-f]+)$/mu.exec(readText('/proc/self/status') ?? '')?.groups?.['set'];
  const effective = BigInt(`0x${hex ?? '0'}`);
  return Object.entries(RIGHTS).flatMap(([name, bit]) =>
    isRight(name) && (effective >> bit) % 2n === 1n ? [name] : [],
  );
}

function isRight(name: string): name is keyof typeof RIGHTS {
  return name in RIGHTS;
}

async function tryNetwork(node: NodeId, found: ReadonlySet<Capability>): Promise<Capability[]> {
  // Of its own for each process: `doctor` may try beside an agent that is about to start.
  const name = namePrefix(node) + process.pid.toString(16).padStart(ORDER_DIGITS, '0').slice(-ORDER_DIGITS);
  const rules = findProgram('nft') === null ? [] : await tryRules(name);
  const devices = found.has('iproute2') ? await tryDevices(name) : [];
  return [...rules, ...devices];
}

async function tryRules(name: string): Promise<Capability[]> {
  const cgroup = anyCgroup();
  const trials: readonly (readonly [Capability, string, string])[] = [
    [
      'nftables',
      'inet',
      'set on { type ifname; flags timeout; elements = { "lo" timeout 1s }; }\n' +
        'chain out { type filter hook output priority 0; oifname "none" numgen random mod 2 < 1 counter reject; }',
    ],
    [
      'nft-forward',
      'netdev',
      'chain out { type filter hook egress device "lo" priority 0; oifname "none" fwd to "lo"; }',
    ],
    [
      'nft-redirect',
      'inet',
      'chain out { type nat hook output priority -100; oifname "none" udp dport 53 redirect to :53; }',
    ],
    [
      'nft-cgroup',
      'inet',
      `chain out { type filter hook output priority 0; oifname "none" socket cgroupv2 level 1 "${cgroup ?? ''}" accept; }`,
    ],
  ];
  const found: Capability[] = [];
  for (const [capability, family, members] of trials) {
    if (capability === 'nft-cgroup' && cgroup === null) continue;
    // Deleted in the transaction that makes it, it is tried by the kernel and never in force.
    const input = `table ${family} ${name} {\n${members}\n}\ndelete table ${family} ${name}\n`;
    if (await works({ program: 'nft', args: ['-f', '-'], input })) found.push(capability);
  }
  return found;
}

async function tryDevices(name: string): Promise<Capability[]> {
  const { out: device } = deviceNames(name);
  if (!(await works({ program: 'ip', args: ['link', 'add', 'name', device, 'type', 'ifb'] }))) return [];
  const found: Capability[] = ['ifb'];
  for (const [capability, qdisc] of [
    ['netem', ['netem', 'delay', '1ms']],
    ['tbf', ['tbf', 'rate', '1mbit', 'burst', '16kb', 'latency', '1ms']],
  ] as const) {
    const args = ['qdisc', 'replace', 'dev', device, 'root', ...qdisc];
    if (await works({ program: 'tc', args })) found.push(capability);
  }
  await run({ program: 'ip', args: ['link', 'delete', 'dev', device] });
  return found;
}

/** The first use of a module loads it, on a slow machine for seconds. */
const TRY_WITHIN_MS = 10_000;

async function works(call: ProgramCall): Promise<boolean> {
  return run({ ...call, withinMs: TRY_WITHIN_MS }).then(
    () => true,
    () => false,
  );
}

/** Some cgroup to try a rule with, as nft wants it. */
function anyCgroup(): string | null {
  const mount = cgroupMount();
  if (mount === null) return null;
  const [first] = readdirSync(mount, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const found = path.relative(CGROUPS, first === undefined ? mount : path.join(mount, first.name));
  return found === '' ? null : found;
}
