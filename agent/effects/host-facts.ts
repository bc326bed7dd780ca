// What this node is: read at the start of the agent, and now and then, because packages and kernels change.

import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';
import si from 'systeminformation';
import type { NodeFacts } from '../../shared/domain/node.ts';
import { packageVersion } from '../../shared/package-root.ts';

/** Where the agent looks for the programs it runs; no other PATH reaches them. */
const PROGRAM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

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
  };
}

/** Labels that every node has without being told. */
export function builtInLabels(node: string, facts: NodeFacts): Record<string, string> {
  return { node, hostname: facts.hostname, os: facts.os, kernel: facts.kernel };
}

/** The absolute path of a program, or null when the node has none. */
export function findProgram(name: string): string | null {
  const candidates = PROGRAM_FOLDERS.map((folder) => path.join(folder, name));
  return candidates.find((candidate) => isExecutable(candidate)) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Tools that faults need, as far as the node has them. */
export function readCapabilities(): string[] {
  return ['taskset'].filter((name) => findProgram(name) !== null);
}
