// Keeps child processes running: one that ends is started again after a short pause. Every start and every exit, with its
// code and signal, is one JSON line of the log.
//
// No child outlives the supervisor. `stop` ends each of them by its own PID. When the supervisor itself is killed, the
// kernel kills them: `setpriv --pdeathsig` asks for that before it becomes the child, and it works on stopped processes
// too, which could not react to anything.

import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const GRACE_MS = 500;

/** @typedef {{ child: import('node:child_process').ChildProcess, exited: Promise<Record<string, unknown>> }} Running */

/** @param {string} logFile */
export function createSupervisor(logFile) {
  /** @type {Set<Running>} */
  const children = new Set();
  let isStopping = false;

  return { keep, stop };

  /**
   * Starts a Node script and keeps it running.
   *
   * @param {string} name for the log
   * @param {(port: number) => readonly string[]} argvFor Script and arguments. Called with 0 first, and then with the port
   *   that the script reported, so that a restarted server comes back where its clients look for it.
   * @returns {Promise<{ pid: number, port: number }>} when the script serves; rejects when it ends before that
   */
  async function keep(name, argvFor) {
    const first = launch(name, argvFor(0));
    const failed = first.exited.then((how) => {
      throw new Error(`${name} ended before it served: ${JSON.stringify(how)}`);
    });
    const [message] = /** @type {[{ port?: number }]} */ (await Promise.race([once(first.child, 'message'), failed]));
    const port = message.port ?? 0;
    void restartWhenEnded(name, argvFor(port), first);
    return { pid: first.child.pid ?? 0, port };
  }

  /** Ends every child, stopped ones (SIGSTOP) too, and resolves when all are gone. */
  async function stop() {
    isStopping = true;
    const all = Promise.all([...children].map(({ exited }) => exited));
    for (const { child } of children) child.kill('SIGTERM');
    await Promise.race([all, sleep(GRACE_MS)]);
    for (const { child } of children) child.kill('SIGKILL');
    await all;
  }

  /**
   * @param {string} name
   * @param {readonly string[]} argv
   * @param {Running} first
   */
  async function restartWhenEnded(name, argv, first) {
    for (let current = first; ; current = launch(name, argv)) {
      await current.exited;
      await sleep(randomInt(200, 401));
      if (isStopping) return;
    }
  }

  /**
   * @param {string} name
   * @param {readonly string[]} argv
   * @returns {Running}
   */
  function launch(name, argv) {
    if (isStopping) throw new Error(`${name} is not started any more`);
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, ...argv], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    log({ event: 'started', name, pid: child.pid });

    const exited = exitOf(child).then((how) => {
      children.delete(running);
      log({ event: 'exited', name, pid: child.pid, ...how });
      return how;
    });
    const running = { child, exited };
    children.add(running);
    return running;
  }

  /** @param {Record<string, unknown>} fact */
  function log(fact) {
    appendFileSync(logFile, `${JSON.stringify({ at: Date.now(), ...fact })}\n`);
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<Record<string, unknown>>} how it ended, or why it could not even be started
 */
async function exitOf(child) {
  try {
    const [code, signal] = /** @type {[number | null, string | null]} */ (await once(child, 'exit'));
    return { code, signal };
  } catch (error) {
    return { error: String(error) };
  }
}
