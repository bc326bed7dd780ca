// CPU load achieved for asked 10, 50 and 90 percent of one core, beside stress-ng with the same request. Both
// run in turn on the same core; what counts is the CPU time that the kernel says they have got.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../shared/package-root.ts';
import { quantile } from './statistics.ts';

const LOADS = [10, 50, 90] as const;
const ROUNDS = 3;
const SETTLE_MS = 1000;
const MEASURE_MS = 4000;
const CPU = '0';
/** USER_HZ (time(7)). */
const TICKS_PER_SECOND = 100;

export async function benchCpuLoad(print: (line: string) => void): Promise<void> {
  const hasPeer = spawnSync('stress-ng', ['--version']).status === 0;
  if (!hasPeer) print('stress-ng is not installed (Debian package stress-ng): no peer to compare with');
  for (const asked of LOADS) {
    const ours: number[] = [];
    const peers: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await measure(startBurner(asked)));
      if (hasPeer) peers.push(await measure(startPeer(asked)));
    }
    const peer = hasPeer ? `, stress-ng ${describe(peers, asked)}` : '';
    print(`asked ${asked} %: roulette ${describe(ours, asked)}${peer}`);
  }
}

function describe(achieved: readonly number[], asked: number): string {
  const middle = quantile(achieved, 0.5);
  return `${middle.toFixed(1)} % (off by ${Math.abs(middle - asked).toFixed(1)})`;
}

function startBurner(asked: number): ChildProcess {
  const script = path.join(packageRoot(), 'dist', 'agent', 'burner', 'main.js');
  const args = ['--cpu-list', CPU, process.execPath, script, String(asked / 100), '1', '0', '60000'];
  return spawn('taskset', args, { stdio: ['pipe', 'ignore', 'ignore'] });
}

function startPeer(asked: number): ChildProcess {
  const args = ['--cpu', '1', '--cpu-load', String(asked), '--taskset', CPU, '--timeout', '60'];
  return spawn('stress-ng', args, { stdio: 'ignore' });
}

/** Share of one core that the program and its children used, in percent. Ends the program. */
async function measure(child: ChildProcess): Promise<number> {
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  await delay(SETTLE_MS);
  const before = { at: performance.now(), ticks: familyTicks(child.pid ?? 0) };
  await delay(MEASURE_MS);
  const ticks = familyTicks(child.pid ?? 0) - before.ticks;
  const seconds = (performance.now() - before.at) / 1000;
  child.kill('SIGTERM');
  await ended;
  return (ticks / TICKS_PER_SECOND / seconds) * 100;
}

function familyTicks(root: number): number {
  const all = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .flatMap((pid) => readStat(pid) ?? []);
  const family = new Set([root]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const { pid, ppid } of all) if (family.has(ppid)) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0);
}

function readStat(pid: number): { pid: number; ppid: number; ticks: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, ppid: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    // It ended while the list was read.
    return null;
  }
}
