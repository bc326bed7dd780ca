// Programs that the demo starts: each announces on stdout, in JSON lines, when it is ready; each ends when the
// demo does, because its standard input then closes.

import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { RouletteError } from '../../shared/errors.ts';

export interface ChildSpec {
  /** For messages. */
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** Whether a line says that the program is ready. */
  readonly isReady: (line: Readonly<Record<string, unknown>>) => boolean;
}

export interface Child {
  readonly name: string;
  /** The line that said so. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** SIGTERM, and SIGKILL if that does not end it in time. Resolves when it is gone. */
  readonly stop: () => Promise<void>;
}

const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 10_000;

/** Throws INTERNAL with the name of the log when the program ends, or is not ready in time. */
export async function startChild(spec: ChildSpec): Promise<Child> {
  // In a process group of its own: Ctrl-C on the terminal reaches the demo, which then halts the run in order.
  const child = spawn(process.execPath, [spec.script, ...spec.args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const log = createWriteStream(spec.logFile, { flags: 'a' });
  child.stderr.pipe(log, { end: false });
  child.once('close', () => log.end());
  const stop = async (): Promise<void> => stopChild(child);
  try {
    const ready = await new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new RouletteError('INTERNAL', `${spec.name} ${why}; see ${spec.logFile}`));
      const timer = setTimeout(() => fail(`was not ready after ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
      child.once('exit', () => fail('ended before it was ready'));
      child.once('error', (error) => fail(`cannot be started: ${error.message}`));
      createInterface({ input: child.stdout }).on('line', (text) => {
        log.write(`${text}\n`);
        const line = parseLine(text);
        if (line === null || !spec.isReady(line)) return;
        clearTimeout(timer);
        resolve(line);
      });
    });
    return { name: spec.name, ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

function parseLine(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    // Not every line of a program is JSON; those are only logged.
    return null;
  }
}
