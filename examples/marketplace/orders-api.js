// The orders API: buyers place orders, workers take them from the queue, auditors read the ledger.
//
//   POST /orders {item, amount}     202 when the order is on disk; with ?wait=MS, 200 as soon as it is paid within that time
//   GET  /orders/ID                 one order
//   GET  /ledger                    counts of orders and charges
//   GET  /ledger/check              200 when no order was charged twice, 500 with their ids otherwise
//   GET  /healthz                   200
//   POST /queue/take                for workers: the next order, or 204 when none came within a second
//   POST /queue/ID/done {attempt}   for workers: the order is paid; 409 when it was delivered again meanwhile

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { call } from './http-client.js';
import { serve } from './http-server.js';
import { reportReady } from './lifeline.js';
import { openOrderQueue } from './order-queue.js';

/** Long enough for a slow worker, short enough that the order of a dead one is still paid within two seconds. */
const LEASE_MS = 1000;
const EXPIRED_LEASE_CHECK_MS = 50;
const LONGEST_TAKE_MS = 1000;
const LONGEST_WAIT_MS = 10_000;

const { values: options } = parseArgs({
  options: {
    dir: { type: 'string', default: '.' },
    port: { type: 'string', default: '18080' },
    payments: { type: 'string', default: 'http://127.0.0.1:18081' },
  },
});

/** @typedef {import('./order-queue.js').Delivery} Delivery */
/** @typedef {import('./http-server.js').Call} Call */
/** @typedef {import('./http-server.js').Answer} Answer */

/** Someone who waits for a value; gets undefined when the wait was in vain. */
/** @template T @typedef {(value: T | undefined) => void} Waiter */

const queue = openOrderQueue(join(options.dir, 'orders.db'));
/** Workers without work, the one that waits longest first. @type {Set<Waiter<Delivery>>} */
const idleWorkers = new Set();
/** Buyers who wait for their payment, by order. @type {Map<number, Set<Waiter<true>>>} */
const buyers = new Map();

/** @type {readonly import('./http-server.js').Route[]} */
const routes = [
  { method: 'POST', path: /^\/orders$/, handle: placeOrder },
  { method: 'GET', path: /^\/orders\/(\d+)$/, handle: showOrder },
  { method: 'GET', path: /^\/ledger$/, handle: showLedger },
  { method: 'GET', path: /^\/ledger\/check$/, handle: checkLedger },
  { method: 'GET', path: /^\/healthz$/, handle: () => ({ status: 200, body: { ok: true } }) },
  { method: 'POST', path: /^\/queue\/take$/, handle: takeOrder },
  { method: 'POST', path: /^\/queue\/(\d+)\/done$/, handle: finishOrder },
];

setInterval(deliver, EXPIRED_LEASE_CHECK_MS);
reportReady(await serve(routes, Number(options.port)));

/**
 * @param {Call} call
 * @returns {Promise<Answer>}
 */
async function placeOrder({ body: { item, amount }, query, gone }) {
  if (
    typeof item !== 'string' ||
    item === '' ||
    typeof amount !== 'number' ||
    !Number.isInteger(amount) ||
    amount <= 0
  ) {
    return {
      status: 400,
      body: { error: 'an order has an item (text) and an amount (cents, a whole number above 0)' },
    };
  }
  const id = queue.accept(item, amount, Date.now());
  const waitMs = Math.min(Number(query.get('wait') ?? 0) || 0, LONGEST_WAIT_MS);

  /** @type {Set<Waiter<true>>} */
  const line = new Set();
  buyers.set(id, line);
  const paid = waitIn(line, waitMs, gone);
  deliver();
  const isPaid = (await paid) === true;
  buyers.delete(id);
  return isPaid ? { status: 200, body: { id, state: 'paid' } } : { status: 202, body: { id, state: 'accepted' } };
}

/**
 * @param {Call} call
 * @returns {Answer}
 */
function showOrder({ path: [id] }) {
  const order = queue.find(Number(id));
  return order === undefined ? { status: 404, body: { error: `no order ${id}` } } : { status: 200, body: order };
}

/** @returns {Promise<Answer>} */
async function showLedger() {
  const { charged, doubleCharged } = await readCharges();
  const { orders, pending, oldestPendingMs } = queue.state(Date.now());
  return { status: 200, body: { orders, charged, doubleCharged: doubleCharged.length, pending, oldestPendingMs } };
}

/** @returns {Promise<Answer>} */
async function checkLedger() {
  const { doubleCharged } = await readCharges();
  return { status: doubleCharged.length === 0 ? 200 : 500, body: { doubleCharged } };
}

/** @returns {Promise<{ charged: number, doubleCharged: readonly number[] }>} rejects when the payment service does not answer */
async function readCharges() {
  const { body } = await call('GET', `${options.payments}/ledger`);
  return /** @type {{ charged: number, doubleCharged: readonly number[] }} */ (body);
}

/**
 * @param {Call} call
 * @returns {Promise<Answer>}
 */
async function takeOrder({ gone }) {
  const delivery = waitIn(idleWorkers, LONGEST_TAKE_MS, gone);
  deliver();
  const order = await delivery;
  return order === undefined ? { status: 204 } : { status: 200, body: order };
}

/**
 * @param {Call} call
 * @returns {Answer}
 */
function finishOrder({ path: [text], body: { attempt } }) {
  const id = Number(text);
  if (!queue.finish(id, Number(attempt)))
    return { status: 409, body: { error: `that delivery of order ${id} is over` } };
  for (const tell of buyers.get(id) ?? []) tell(true);
  return { status: 200, body: { id, state: 'paid' } };
}

/** Hands orders to idle workers until one of both has run out. */
function deliver() {
  for (const give of idleWorkers) {
    const order = queue.take(Date.now(), LEASE_MS);
    if (order === undefined) return;
    give(order);
  }
}

/**
 * Stands in line until called, until the time is up, or until the caller has gone.
 *
 * @template T
 * @param {Set<Waiter<T>>} line
 * @param {number} ms
 * @param {AbortSignal} gone
 * @returns {Promise<T | undefined>}
 */
function waitIn(line, ms, gone) {
  return new Promise((resolve) => {
    /** @type {Waiter<T>} */
    const leave = (value) => {
      line.delete(leave);
      clearTimeout(timer);
      resolve(value);
    };
    const timer = setTimeout(leave, ms, undefined);
    gone.addEventListener('abort', () => leave(undefined), { once: true });
    line.add(leave);
  });
}
