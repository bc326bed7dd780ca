// Starts the marketplace as real processes and keeps it running in the foreground: a payment provider, the orders API, and
// groups of order-fulfillment workers. When everything serves, one JSON line on stdout says so:
//
//   {"ready":true,"api":"http://127.0.0.1:18080","pids":[...]}
//
// SIGTERM or SIGINT ends all of it; with `--with-parent`, so does the end of standard input.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSupervisor } from './supervisor.js';

const USAGE =
  'usage: main.js [--dir DIR] [--port PORT] [--groups a,b,c] [--workers N] [--idempotency on|off] [--with-parent]';

const { dir, port, groups, workers, idempotency, withParent } = readOptions();
mkdirSync(dir, { recursive: true });
const supervisor = createSupervisor(join(dir, 'supervisor.jsonl'));

/** @type {Promise<void> | undefined} */
let ending;
process.once('SIGTERM', () => void end(0));
process.once('SIGINT', () => void end(0));
if (withParent) process.stdin.resume().once('close', () => void end(0));

try {
  const { api, pids } = await startAll();
  process.stdout.write(`${JSON.stringify({ ready: true, api, pids })}\n`);
} catch (error) {
  process.stderr.write(`marketplace: ${String(error)}\n`);
  await end(1);
}

async function startAll() {
  const payments = await supervisor.keep('payments', (lastPort) =>
    script('payments.js', { dir, port: String(lastPort) }),
  );
  const paymentsUrl = `http://127.0.0.1:${payments.port}`;

  const ordersApi = await supervisor.keep('orders-api', (lastPort) =>
    script('orders-api.js', { dir, port: String(lastPort === 0 ? port : lastPort), payments: paymentsUrl }),
  );
  const api = `http://127.0.0.1:${ordersApi.port}`;

  const started = await Promise.all(
    workerNames().map(({ group, worker }) =>
      supervisor.keep(`order-fulfillment/${group}/${worker}`, () =>
        script('order-fulfillment.js', { group, worker, api, payments: paymentsUrl, idempotency }),
      ),
    ),
  );
  return { api, pids: [payments, ordersApi, ...started].map(({ pid }) => pid) };
}

/** @returns {{ group: string, worker: string }[]} */
function workerNames() {
  return groups.flatMap((group) =>
    Array.from({ length: workers }, (_, index) => ({ group, worker: String(index + 1) })),
  );
}

/**
 * @param {string} name of the file in this folder
 * @param {Record<string, string>} flags
 * @returns {string[]} its path and arguments
 */
function script(name, flags) {
  const path = fileURLToPath(new URL(name, import.meta.url));
  return [path, ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])];
}

/**
 * Ends every process, then this one. The first call decides the exit code.
 *
 * @param {number} code
 */
function end(code) {
  ending ??= supervisor.stop().then(() => process.exit(code));
  return ending;
}

/** Reads the command line; a wrong one ends the process with code 2. */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        dir: { type: 'string', default: '.marketplace' },
        port: { type: 'string', default: '18080' },
        groups: { type: 'string', default: 'a,b,c' },
        workers: { type: 'string', default: '3' },
        idempotency: { type: 'string', default: 'on' },
        'with-parent': { type: 'boolean', default: false },
      },
    });
    return {
      dir: resolve(values.dir),
      port: wholeNumber('--port', values.port, 65_535),
      groups: values.groups.split(',').filter((group) => group !== ''),
      workers: wholeNumber('--workers', values.workers, 100),
      idempotency: oneOf('--idempotency', values.idempotency, ['on', 'off']),
      withParent: values['with-parent'],
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exit(2);
  }
}

/**
 * @param {string} flag
 * @param {string} text
 * @param {number} max
 */
function wholeNumber(flag, text, max) {
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || value < 0 || value > max) {
    throw new Error(`${flag} must be a whole number from 0 to ${max}, not ${text}`);
  }
  return value;
}

/**
 * @param {string} flag
 * @param {string} text
 * @param {readonly string[]} allowed
 */
function oneOf(flag, text, allowed) {
  if (!allowed.includes(text)) throw new Error(`${flag} must be ${allowed.join(' or ')}, not ${text}`);
  return text;
}
