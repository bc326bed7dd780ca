// What this node is: read at the start of the agent, and now and then, because packages and kernels change.

import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import si from 'systeminformation';
import { parseNetwork } from '../../shared/addresses.ts';
import type { NodeFacts } from '../../shared/domain/node.ts';
import { packageVersion } from '../../shared/package-root.ts';
import { nameOf } from '../core/network/names.ts';
import { readText } from '../targets/proc.ts';

export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

export async function readFacts(): Promise<NodeFacts> {
  const [os, memory, cpu] = await Promise.all([si.osInfo(), si.mem(), si.cpu()]);
  return {
    hostname: os.hostname,
    os: `${os.distro} ${os.release}`.trim(),
    kernel: os.kernel,
    arch: os.arch,
    cores: cpu.cores,
    memoryBytes: memory.total,
    bootId: readBootId(),
    agentVersion: packageVersion(),
    agentPid: process.pid,
    interfaces: describeInterfaces(),
  };
}

/** Labels that every node has without being told. */
export function builtInLabels(node: string, facts: NodeFacts): Record<string, string> {
  return { node, hostname: facts.hostname, os: facts.os, kernel: facts.kernel };
}

/** Sorted; devices without an address, and those of our own faults, are not told of. */
function describeInterfaces(): string[] {
  return Object.entries(networkInterfaces())
    .filter(([name]) => nameOf(name) === null)
    .map(([name, addresses = []]) => [name, ...addresses.flatMap(({ cidr }) => cidr ?? [])].join(' '))
    .toSorted();
}

/**
 * Where other nodes reach this one. Left out is what means something else elsewhere (loopback, link-local), and IPv6
 * addresses that the kernel changes by itself, for privacy or because they are deprecated.
 */
export function readAddresses(): string[] {
  const passing = passingAddresses(readText('/proc/net/if_inet6') ?? '');
  return Object.entries(networkInterfaces())
    .filter(([name]) => nameOf(name) === null)
    .flatMap(([, addresses = []]) => addresses)
    .filter(({ address, internal }) => !internal && !/^(?:fe80:|169\.254\.)/u.test(address))
    .flatMap(({ address }) => (passing.has(parseNetwork(address)?.address ?? -1n) ? [] : [address]))
    .toSorted();
}

/** IFA_F_TEMPORARY, IFA_F_DEPRECATED, IFA_F_TENTATIVE (include/uapi/linux/if_addr.h). */
const PASSING = 0x01 + 0x20 + 0x40;

/** /proc/net/if_inet6: address, index, prefix, scope, flags, device. */
function passingAddresses(table: string): ReadonlySet<bigint> {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/u));
  return new Set(
    rows.flatMap(([address = '', , , , flags = '']) =>
      address !== '' && (Number.parseInt(flags, 16) & PASSING) !== 0 ? [BigInt(`0x${address}`)] : [],
    ),
  );
}
