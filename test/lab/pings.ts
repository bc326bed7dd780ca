// Round trips to a machine, measured from this side of its wire.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { attempt } from './run.ts';

export interface Reply {
  readonly sequence: number;
  /** Milliseconds since the epoch at which it came. */
  readonly at: number;
  readonly ms: number;
  readonly isDuplicate: boolean;
}

export interface Pings {
  readonly count: number;
  /** In the order in which they came. */
  readonly replies: readonly Reply[];
}

export interface Pinging {
  readonly count: number;
  readonly everyMs?: number;
  /** Bytes of payload. */
  readonly size?: number;
}

export async function ping(address: string, { count, everyMs = 50, size = 56 }: Pinging): Promise<Pings> {
  const argv = pingArgv(address, everyMs, size);
  const { out } = await attempt([...argv, '-c', `${count}`, '-W', '2'], { withinMs: 120_000 });
  return { count, replies: repliesOf(out) };
}

/** Goes on until it is told to stop. */
export function startPinging(address: string, everyMs: number): { readonly stop: () => Promise<readonly Reply[]> } {
  const [program, ...args] = pingArgv(address, everyMs, 56);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  return {
    stop: async () => {
      const ended = once(child, 'close');
      child.kill('SIGINT');
      await ended;
      return repliesOf(out);
    },
  };
}

function pingArgv(address: string, everyMs: number, size: number): [string, ...string[]] {
  return ['ping', '-n', '-D', '-i', `${everyMs / 1000}`, '-s', `${size}`, address];
}

function repliesOf(out: string): Reply[] {
  return out.split('\n').flatMap((line) => {
    const found =
      /^\[(?<at>[\d.]+)\] .*icmp_seq=(?<sequence>\d+) .*time=(?<ms>[\d.]+) ms(?<duplicate> \(DUP!\))?/u.exec(line);
    const { at, sequence, ms, duplicate } = found?.groups ?? {};
    if (at === undefined) return [];
    return [
      { sequence: Number(sequence), at: Number(at) * 1000, ms: Number(ms), isDuplicate: duplicate !== undefined },
    ];
  });
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The middle 90 of 100: what a busy machine adds now and then is not in it. */
export function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return at(0.95) - at(0.05);
}

export function roundTrip({ replies }: Pings): number {
  return median(replies.map(({ ms }) => ms));
}

/** Sequence numbers that never came. */
export function lost({ count, replies }: Pings): number[] {
  const came = new Set(replies.map(({ sequence }) => sequence));
  return Array.from({ length: count }, (_, index) => index + 1).filter((sequence) => !came.has(sequence));
}

/** How many are lost in a row, on average. */
export function burstLength(numbers: readonly number[]): number {
  const bursts = numbers.filter((number, index) => number !== (numbers[index - 1] ?? Number.NaN) + 1).length;
  return bursts === 0 ? 0 : numbers.length / bursts;
}

/** Replies that came after one with a higher number. */
export function overtaken({ replies }: Pings): number {
  let highest = 0;
  let count = 0;
  for (const { sequence, isDuplicate } of replies) {
    if (sequence < highest && !isDuplicate) count += 1;
    highest = Math.max(highest, sequence);
  }
  return count;
}
