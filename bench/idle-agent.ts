// What an agent costs that has nothing to do: connected, one heartbeat a second. Goals: under 70 MB resident,
// under 0.5 % of one core.

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startCluster } from '../test/support/cluster.ts';

const MINUTE_MS = 60_000;
/** Lets start-up and first garbage collections pass. */
const SETTLE_MS = 5000;
/** USER_HZ, which is 100 on every architecture that Linux runs Node on (proc(5), sysconf(3)). */
const TICKS_PER_SECOND = 100;

export async function benchIdleAgent(print: (line: string) => void): Promise<void> {
  await using cluster = await startCluster();
  const agent = await cluster.startAgent('idle');
  const pid = agent.process.pid;
  if (pid === undefined) throw new Error('the agent has no pid');
  await delay(SETTLE_MS);
  const before = cpuTicks(pid);
  const began = performance.now();
  await delay(MINUTE_MS);
  const seconds = (performance.now() - began) / 1000;
  const share = ((cpuTicks(pid) - before) / TICKS_PER_SECOND / seconds) * 100;
  print(`resident: ${residentMegabytes(pid).toFixed(1)} MB (goal: under 70 MB)`);
  print(`CPU over ${seconds.toFixed(0)} s: ${share.toFixed(2)} % of one core (goal: under 0.5 %)`);
}

function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 and 15, counted after the name, which may itself contain spaces (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function residentMegabytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}
