// The programs of the node that the agent uses: found once by absolute path, run with argv and a fixed environment,
// never by a shell; with a bound on time and on output. The keeper uses them too: nothing but Node's own modules.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, closeSync, constants, existsSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';

/** As a system service finds them. */
const PROGRAM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
export const PROGRAM_ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** Less than the keeper's patience with an agent that does not move (core/vigil.ts). */
const WITHIN_MS = 2000;
const MOST_OUTPUT_BYTES = 8 * 1024 * 1024;

/** The absolute path of a program, or null when the node has none. */
export function findProgram(name: string): string | null {
  const candidates = PROGRAM_FOLDERS.map((folder) => path.join(folder, name));
  return candidates.find((candidate) => isExecutable(candidate)) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface ProgramCall {
  readonly program: 'ip' | 'tc' | 'nft';
  readonly args: readonly string[];
  /** What it reads from its standard input. */
  readonly input?: string | Buffer;
  /** It seeks in its input, which a pipe cannot. */
  readonly seeks?: true;
  /** Left out: as long as nobody takes the agent for stuck. */
  readonly withinMs?: number;
}

/** Waits for it. Throws when it cannot be run, fails or takes too long, with what it said. */
export function runNow({ program, args, input = '' }: ProgramCall): Buffer {
  const options = { env: PROGRAM_ENVIRONMENT, timeout: WITHIN_MS, maxBuffer: MOST_OUTPUT_BYTES, input } as const;
  const result = spawnSync(absolute(program), args, { ...options, killSignal: 'SIGKILL' });
  if (result.error !== undefined) throw failure({ program, args }, result.error.message);
  if (result.status !== 0) throw failure({ program, args }, result.stderr.toString());
  return result.stdout;
}

/** As above, without holding up anything else. */
export async function run({ program, args, input = '', seeks, withinMs = WITHIN_MS }: ProgramCall): Promise<Buffer> {
  const file = seeks === true ? memoryFile(Buffer.from(input)) : null;
  const child = spawn(absolute(program), args, { env: PROGRAM_ENVIRONMENT, stdio: [file ?? 'pipe', 'pipe', 'pipe'] });
  if (file !== null) closeSync(file);
  const [said, complained] = [collect(child.stdout, child), collect(child.stderr, child)];
  // One that ends before it has read everything says why with its exit code.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const tooLate = setTimeout(() => child.kill('SIGKILL'), withinMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => reject(failure({ program, args }, error.message)));
    child.on('close', resolve);
  }).finally(() => clearTimeout(tooLate));
  if (code !== 0) throw failure({ program, args }, complained().toString());
  return said();
}

function collect(stream: Readable | null, child: ChildProcess): () => Buffer {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_OUTPUT_BYTES) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks);
}

/** Memory, where there is any to be had by name: an undo must not need space on a disk. */
const MEMORY_FOLDER = '/dev/shm';

/** A file without a name, read from its beginning. */
function memoryFile(content: Buffer): number {
  const folder = existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir();
  const name = path.join(folder, `roulette-${process.pid}-${randomBytes(8).toString('hex')}`);
  const file = openSync(name, 'wx+', 0o600);
  unlinkSync(name);
  // Written by position, so that the reader begins at 0.
  writeSync(file, content, 0, content.length, 0);
  return file;
}

function absolute(program: string): string {
  const file = findProgram(program);
  if (file === null) throw new Error(`the program ${program} is not installed`);
  return file;
}

const MOST_SAID = 500;

function failure({ program, args }: ProgramCall, said: string): Error {
  const words = said.trim().replaceAll(/\s+/gu, ' ').slice(0, MOST_SAID);
  return new Error(`${[program, ...args].join(' ')} failed: ${words === '' ? 'it says nothing' : words}`);
}
