// The payment provider, as a stub with a real ledger. A charge takes 30 to 60 ms and is on disk before it is answered.
//
//   POST /charge {orderId, amount}  200 {chargeId}; a repeated Idempotency-Key header gets the first answer and charges nothing
//   GET  /ledger                    {charged, doubleCharged}: orders charged at least once; ids of those charged more than once

import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { serve } from './http-server.js';
import { reportReady } from './lifeline.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS charges (
    id              INTEGER PRIMARY KEY,
    order_id        INTEGER NOT NULL,
    amount          INTEGER NOT NULL,
    idempotency_key TEXT UNIQUE,
    charged_at      INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS charges_by_order ON charges (order_id);
`;

const { values: options } = parseArgs({
  options: { dir: { type: 'string', default: '.' }, port: { type: 'string', default: '18081' } },
});

const db = new Database(join(options.dir, 'payments.db'));
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec(SCHEMA);
const selectByKey = db.prepare('SELECT id FROM charges WHERE idempotency_key = ?').pluck();
const insert = db.prepare('INSERT INTO charges (order_id, amount, idempotency_key, charged_at) VALUES (?, ?, ?, ?)');
const countCharged = db.prepare('SELECT COUNT(DISTINCT order_id) FROM charges').pluck();
const selectDoubleCharged = db
  .prepare('SELECT order_id FROM charges GROUP BY order_id HAVING COUNT(*) > 1 ORDER BY order_id')
  .pluck();

/** @type {readonly import('./http-server.js').Route[]} */
const routes = [
  { method: 'POST', path: /^\/charge$/, handle: charge },
  { method: 'GET', path: /^\/ledger$/, handle: showLedger },
];

reportReady(await serve(routes, Number(options.port)));

/**
 * @param {import('./http-server.js').Call} call
 * @returns {Promise<import('./http-server.js').Answer>}
 */
async function charge({ body: { orderId, amount }, headers }) {
  if (!Number.isInteger(orderId) || !Number.isInteger(amount)) {
    return { status: 400, body: { error: 'a charge has an orderId and an amount, both whole numbers' } };
  }
  const key = headers['idempotency-key'] ?? null;
  await sleep(randomInt(30, 61));

  // Nothing awaits between the look-up and the insert, so two calls with one key cannot both charge.
  const chargeId = selectByKey.get(key) ?? Number(insert.run(orderId, amount, key, Date.now()).lastInsertRowid);
  return { status: 200, body: { chargeId } };
}

/** @returns {import('./http-server.js').Answer} */
function showLedger() {
  return { status: 200, body: { charged: countCharged.get(), doubleCharged: selectDoubleCharged.all() } };
}
