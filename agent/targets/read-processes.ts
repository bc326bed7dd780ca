// Processes with everything that a selector can ask for.

import type { HostProcess } from '../core/match.ts';
import { containerOf } from './containers.ts';
import { createPortReader } from './listening-ports.ts';
import { readArgv, readBootTime, readCgroup, readExe, readStat, readUid, startedAt, unitOf } from './proc.ts';
import { readUserNames } from './users.ts';

/** What is known of each; those that are gone meanwhile are left out. */
export function readProcesses(pids: readonly number[]): HostProcess[] {
  const bootTime = readBootTime();
  const users = readUserNames();
  const portsOf = createPortReader();
  return pids.flatMap((pid) => {
    const stat = readStat(pid);
    const argv = readArgv(pid);
    const uid = readUid(pid);
    // A zombie has ended; only its parent does not know yet.
    if (stat === null || argv === null || uid === null || stat.state === 'Z') return [];
    const cgroup = readCgroup(pid);
    return [
      {
        pid,
        ppid: stat.ppid,
        startTicks: stat.startTicks,
        startedAt: startedAt(stat.startTicks, bootTime),
        name: stat.name,
        argv,
        exe: readExe(pid),
        user: users.get(uid) ?? String(uid),
        uid,
        unit: unitOf(cgroup),
        cgroup,
        container: containerOf(cgroup),
        ports: argv.length === 0 ? [] : portsOf(pid),
      },
    ];
  });
}
