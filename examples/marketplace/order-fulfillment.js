// One order-fulfillment worker: takes an order, charges it, packs it, and only then reports it done.
//
// It may be killed at any instant, and has no handler to soften that. Between charge and report the money has moved but
// the queue does not know: the order is delivered again, and charged again. Only the idempotency key prevents that,
// because it lets the payment provider recognise the second charge.

import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { call } from './http-client.js';
import { reportReady } from './lifeline.js';

const CHARGE_ATTEMPTS = 4;
const RETRY_MS = 100;

const { values: options } = parseArgs({
  options: {
    // Group and number tell the workers apart on the command line, where operators and fault injection look for them.
    group: { type: 'string' },
    worker: { type: 'string' },
    api: { type: 'string', default: 'http://127.0.0.1:18080' },
    payments: { type: 'string', default: 'http://127.0.0.1:18081' },
    idempotency: { type: 'string', default: 'on' },
  },
});

/** @typedef {import('./order-queue.js').Delivery} Delivery */

reportReady();
for (;;) {
  try {
    const order = await takeOrder();
    if (order !== undefined) await fulfil(order);
  } catch (error) {
    // The order, if there was one, comes back when its lease runs out; the pause spares an API that is just restarting.
    process.stderr.write(`order-fulfillment ${options.group}/${options.worker}: ${String(error)}\n`);
    await sleep(RETRY_MS);
  }
}

/** @param {Delivery} order */
async function fulfil(order) {
  await chargeWithRetries(order);
  await sleep(randomInt(130, 231)); // packing
  await call('POST', `${options.api}/queue/${order.id}/done`, { attempt: order.attempt });
}

/** @returns {Promise<Delivery | undefined>} undefined when there was nothing to do */
async function takeOrder() {
  const { status, body } = await call('POST', `${options.api}/queue/take`);
  return status === 200 ? /** @type {Delivery} */ (body) : undefined;
}

/** @param {Delivery} order */
async function chargeWithRetries({ id, amount }) {
  /** @type {Record<string, string>} */
  const key = options.idempotency === 'on' ? { 'idempotency-key': `order-${id}` } : {};
  for (let attempt = 1; ; attempt += 1) {
    try {
      await call('POST', `${options.payments}/charge`, { orderId: id, amount }, key);
      return;
    } catch (error) {
      if (attempt === CHARGE_ATTEMPTS) throw error;
      await sleep(RETRY_MS * 2 ** (attempt - 1));
    }
  }
}
