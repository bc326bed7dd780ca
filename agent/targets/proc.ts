// Small synchronous readers of /proc (proc(5)). A process may be gone between any two reads: that is null,
// never an error.

import { readFileSync, readlinkSync } from 'node:fs';
import type { ProcessRef } from '../../shared/domain/order.ts';
import { TICKS_PER_SECOND } from '../core/ticks.ts';

export interface ProcStat {
  readonly pid: number;
  readonly ppid: number;
  /** The kernel's name of the process, at most 15 bytes; `ps` shows it as COMM. */
  readonly name: string;
  /** One letter: R running, S sleeping, T stopped, Z zombie, … */
  readonly state: string;
  readonly startTicks: string;
  /** User and system time of all threads. */
  readonly cpuTicks: number;
}

export function readStat(pid: number): ProcStat | null {
  const text = readText(`/proc/${pid}/stat`);
  return text === null ? null : parseStat(text);
}

/** Null when this very process is gone; a zombie or a dead one is (proc(5), states Z, X and x). */
export function liveStat({ pid, startTicks }: ProcessRef): ProcStat | null {
  const stat = readStat(pid);
  return stat === null || stat.startTicks !== startTicks || /[ZXx]/u.test(stat.state) ? null : stat;
}

/** The name stands in parentheses and may itself contain spaces and parentheses: it ends at the last one. */
export function parseStat(text: string): ProcStat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  // After the name comes field 3, the state.
  const fields = text
    .slice(close + 2)
    .trim()
    .split(' ');
  const [state, ppid] = fields;
  const startTicks = fields[19];
  if (open < 0 || close < open || state === undefined || startTicks === undefined) return null;
  return {
    pid: Number(text.slice(0, open)),
    ppid: Number(ppid),
    name: text.slice(open + 1, close),
    state,
    startTicks,
    cpuTicks: Number(fields[11]) + Number(fields[12]),
  };
}

/** Empty for kernel threads and zombies. */
export function readArgv(pid: number): string[] | null {
  const text = readText(`/proc/${pid}/cmdline`);
  if (text === null) return null;
  return text.split('\0').slice(0, -1);
}

/** Null also where the reader has no right to see it. */
export function readExe(pid: number): string | null {
  const target = readLink(`/proc/${pid}/exe`);
  // The kernel marks a file that was replaced since, for example by an upgrade.
  return target?.replace(/ \(deleted\)$/u, '') ?? null;
}

/** The effective user. */
export function readUid(pid: number): number | null {
  const line = /^Uid:\s+\d+\s+(?<effective>\d+)/mu.exec(readText(`/proc/${pid}/status`) ?? '');
  return line === null ? null : Number(line.groups?.['effective']);
}

/** The path in the unified hierarchy, or else in systemd's own, or else in the first (cgroups(7)). */
export function readCgroup(pid: number): string | null {
  return parseCgroup(readText(`/proc/${pid}/cgroup`) ?? '');
}

export function parseCgroup(text: string): string | null {
  const rows = text
    .split('\n')
    .map((line) => /^\d+:(?<controllers>[^:]*):(?<path>.*)$/u.exec(line)?.groups)
    .filter((groups) => groups !== undefined);
  const unified = rows.find((row) => row['controllers'] === '' && isUsed(row['path']));
  const systemd = rows.find((row) => row['controllers'] === 'name=systemd' && isUsed(row['path']));
  const used = rows.find((row) => isUsed(row['path']));
  return (unified ?? systemd ?? used ?? rows[0])?.['path'] ?? null;
}

function isUsed(path: string | undefined): boolean {
  return path !== undefined && path !== '/';
}

/** The innermost systemd unit of a cgroup path. */
export function unitOf(cgroup: string | null): string | null {
  const parts = (cgroup ?? '').split('/').toReversed();
  return parts.find((part) => /\.(?:service|scope|socket|mount|swap)$/u.test(part)) ?? null;
}

/** Seconds since the epoch at which the kernel started. */
export function readBootTime(): number {
  const line = /^btime (?<seconds>\d+)$/mu.exec(readText('/proc/stat') ?? '');
  return Number(line?.groups?.['seconds'] ?? 0);
}

/** Start ticks count from boot. */
export function startedAt(startTicks: string, bootTime: number): number {
  return Math.round(bootTime * 1000 + (Number(startTicks) / TICKS_PER_SECOND) * 1000);
}

export function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Gone, or not ours to read: both mean that there is nothing to see.
    return null;
  }
}

export function readLink(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch {
    // As above.
    return null;
  }
}
