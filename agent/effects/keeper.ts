// The agent's side of the keeper: starts it, shows it signs of life, asks for its own, and puts another in the place
// of one that is gone or stopped. Without one for too long, everything active is to be taken back.

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Logger } from 'pino';
import { repeatEvery, sleep, type Clock } from '../../shared/clock.ts';
import { BEAT_MS, createVigil, FAREWELL, WORD, type Vigil } from '../core/vigil.ts';

export interface KeeperDeps {
  /** argv of the keeper. */
  readonly command: readonly [string, ...string[]];
  readonly clock: Clock;
  readonly log: Logger;
  /** Nobody has kept the agent for some seconds. */
  readonly onUnkept: () => void;
}

/** How long a keeper may take to answer a question. */
const ANSWER_WITHIN_MS = 2000;
/** How long an agent waits at its start. */
const START_WITHIN_MS = 10_000;
/** How long the agent may stay without one before it takes everything back. */
const UNKEPT_MS = 3000;
const LONGEST_BACKOFF_MS = 5000;
/** How long a keeper may take to end when the agent does. */
const END_WITHIN_MS = 2000;

type Child = ChildProcessByStdio<Writable, Readable, null>;

export class Keeper {
  readonly #deps: KeeperDeps;
  readonly #stopBeat: () => void;
  #child: Child | null = null;
  #vigil: Vigil = createVigil();
  /** Wakes those who wait for a word of the keeper. */
  #waiters = new Set<() => void>();
  #failures = 0;
  #cancelUnkept: (() => void) | null = null;
  #cancelRestart: () => void = () => undefined;
  #stopped = false;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#stopBeat = repeatEvery(deps.clock, BEAT_MS, () => this.#beat());
    this.#start();
  }

  /** Resolves when the first keeper has answered, or takes too long over it: orders are then refused one by one. */
  async started(): Promise<void> {
    const { clock } = this.#deps;
    const deadline = clock.monotonic() + START_WITHIN_MS;
    while (!(await this.isArmed()) && clock.monotonic() < deadline);
  }

  /** Whether it is there just now: asks it, and waits a moment for the answer. */
  async isArmed(): Promise<boolean> {
    const { clock } = this.#deps;
    let answered = false;
    const waiting = new AbortController();
    const answer = (): void => {
      answered = true;
      waiting.abort();
    };
    this.#waiters.add(answer);
    this.#child?.stdin.write(WORD);
    await sleep(clock, ANSWER_WITHIN_MS, waiting.signal);
    this.#waiters.delete(answer);
    return answered;
  }

  /** Lets it end: it then takes back what the agent could not. Resolves when it has, or takes too long over it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopBeat();
    this.#cancelRestart();
    this.#cancelUnkept?.();
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const waiting = new AbortController();
    child.once('exit', () => waiting.abort());
    child.stdin.end(FAREWELL);
    await sleep(this.#deps.clock, END_WITHIN_MS, waiting.signal);
    child.unref();
    child.stdout.destroy();
  }

  #start(): void {
    const [program, ...args] = this.#deps.command;
    // In a session of its own: a terminal's signals are not for it.
    const child = spawn(program, args, {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      cwd: '/',
    });
    this.#child = child;
    this.#vigil = createVigil();
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', () => this.#heard());
    child.once('error', (error) => this.#lost(child, error.message));
    child.once('exit', (code, signal) => this.#lost(child, `it ended with ${signal ?? code ?? 'nothing'}`));
    child.stdin.write(WORD);
  }

  #heard(): void {
    this.#vigil.heard();
    this.#failures = 0;
    this.#cancelUnkept?.();
    this.#cancelUnkept = null;
    for (const wake of this.#waiters) wake();
  }

  #beat(): void {
    if (this.#child === null) return;
    this.#child.stdin.write(WORD);
    // A keeper that is stopped cannot be asked to go; it ends as one that is gone.
    if (this.#vigil.missed()) this.#child.kill('SIGKILL');
  }

  #lost(child: Child, why: string): void {
    if (this.#child !== child || this.#stopped) return;
    const { clock, log, onUnkept } = this.#deps;
    this.#child = null;
    log.error({ why }, 'the keeper is gone; starting another');
    this.#cancelUnkept ??= clock.after(UNKEPT_MS, () => {
      log.error('no keeper can be started; taking everything back');
      onUnkept();
    });
    const backoffMs = this.#failures === 0 ? 0 : Math.min(LONGEST_BACKOFF_MS, 100 * 2 ** this.#failures);
    this.#failures += 1;
    this.#cancelRestart = clock.after(backoffMs, () => this.#start());
  }
}
