// Processes that tests break: each has a mark of its own in its argv, and is ended by its PID.

import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Victim {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Resolves with the signal that ended it, as its parent sees it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Ready when it resolves: the program runs, with its argv in place. */
export async function startVictim(mark: string, program = 'setInterval(() => {}, 1000)'): Promise<Victim> {
  const script = `${program}; process.stdout.write('ready\\n')`;
  const child = spawn(process.execPath, ['-e', script, mark], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once('exit', (_code, signal) => resolve(signal));
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('error', reject);
  });
  return {
    process: child,
    pid: child.pid ?? 0,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** One letter of /proc/PID/stat; null when the process is gone. */
export function stateOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return null;
  }
}

/** Polls until `check` is true; fails with `what` when that takes too long. */
export async function eventually(
  what: string | (() => string),
  check: () => boolean | Promise<boolean>,
  withinMs: number = 10_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await check())) {
    if (Date.now() > deadline)
      throw new Error(`not within ${withinMs} ms: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
