// Finds the process that took the place of one that ended. Called many times a second after a kill, so it
// reads only what started since, and everything else of a process only where its argv agrees.

import { readdirSync } from 'node:fs';
import type { ProcessIdentity } from '../../shared/domain/order.ts';
import { toIdentity, type Services } from '../core/match.ts';
import { readArgv, readStat } from './proc.ts';
import { readProcesses } from './read-processes.ts';

/** Processes of the target's identity that started at or after `sinceTicks`; the oldest first. */
export function findSuccessors(target: ProcessIdentity, sinceTicks: number, services: Services): ProcessIdentity[] {
  const command = target.argv.join('\0');
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0)
    .filter((pid) => {
      const stat = readStat(pid);
      if (stat === null || Number(stat.startTicks) < sinceTicks) return false;
      // A child shows its parent's argv until it has called exec, so that a restart is seen a moment later.
      return readArgv(pid)?.join('\0') === command;
    });
  return readProcesses(pids)
    .map((process) => toIdentity(process, services, 0))
    .filter(({ identity }) => identity === target.identity)
    .toSorted((a, b) => Number(a.startTicks) - Number(b.startTicks) || a.pid - b.pid);
}
