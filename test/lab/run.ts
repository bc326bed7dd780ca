// Programs of the machine that the lab runs on.

import { execFile } from 'node:child_process';

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Resolves whatever its exit code; rejects when it cannot be run or takes too long. */
export function attempt(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<Ran> {
  const [program, ...args] = argv;
  const { input, withinMs = 60_000 } = options;
  return new Promise((resolve, reject) => {
    const settings = { timeout: withinMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 } as const;
    const child = execFile(program, args, settings, (error, out, err) => {
      if (error !== null && typeof error.code !== 'number') {
        reject(new Error(`${argv.join(' ')}: ${error.message}\n${err}`, { cause: error }));
      } else resolve({ exit: Number(error?.code ?? 0), out, err });
    });
    // One that ends without reading has said why with its exit code.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly withinMs?: number;
}

/** Its output; rejects when it fails. */
export async function run(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<string> {
  const { exit, out, err } = await attempt(argv, options);
  if (exit !== 0) throw new Error(`${argv.join(' ')}: exit code ${exit}\n${err}${out}`);
  return out;
}
