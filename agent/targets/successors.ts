// Finds the process that took the place of one that ended. Called many times a second after a kill, so it
// reads only what started later than everything that was known, and ports only where all else agrees.

import { readdirSync } from 'node:fs';
import type { ProcessIdentity } from '../../shared/domain/order.ts';
import { toIdentity, type Services } from '../core/match.ts';
import type { ProcessRef } from '../effects/contract.ts';
import { readArgv, readStat } from './proc.ts';
import { readProcesses } from './read-processes.ts';

export function createSuccessorFinder(
  services: Services,
): (target: ProcessIdentity, known: readonly ProcessRef[]) => Promise<readonly ProcessIdentity[]> {
  return (target, known) => {
    const newest = known.reduce((latest, { startTicks }) => max(latest, BigInt(startTicks)), 0n);
    const knownPids = new Set(known.map(({ pid, startTicks }) => `${pid} ${startTicks}`));
    const command = target.argv.join('\0');
    const pids = readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid > 0)
      .filter((pid) => {
        const stat = readStat(pid);
        if (stat === null || BigInt(stat.startTicks) < newest || knownPids.has(`${pid} ${stat.startTicks}`))
          return false;
        // A child shows its parent's argv until it has called exec, so that a restart is seen a moment later.
        return readArgv(pid)?.join('\0') === command;
      });
    const found = readProcesses(pids)
      .map((process) => toIdentity(process, services, 0))
      .filter(({ identity }) => identity === target.identity)
      .toSorted((a, b) => Number(BigInt(a.startTicks) - BigInt(b.startTicks)) || a.pid - b.pid);
    return Promise.resolve(found);
  };
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
