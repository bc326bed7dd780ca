// The durable queue of orders, one SQLite table. An accepted order stays in the queue until it is paid. Taking it only
// leases it: when the lease runs out first, the order can be taken again. So every order is delivered at least once,
// and whoever works on one must expect to be the second.

import Database from 'better-sqlite3';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS orders (
    id          INTEGER PRIMARY KEY,
    item        TEXT    NOT NULL,
    amount      INTEGER NOT NULL,
    state       TEXT    NOT NULL DEFAULT 'accepted' CHECK (state IN ('accepted', 'paid')),
    accepted_at INTEGER NOT NULL,
    leased_until INTEGER NOT NULL DEFAULT 0,
    attempt     INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS unpaid_orders ON orders (id) WHERE state = 'accepted';
`;

/** @typedef {{ id: number, item: string, amount: number, state: 'accepted' | 'paid' }} Order */
/** @typedef {{ id: number, item: string, amount: number, attempt: number }} Delivery */
/** @typedef {{ orders: number, pending: number, oldestPendingMs: number }} QueueState */

/**
 * Opens the queue in a file, which is made when it does not exist. All times are milliseconds since the epoch: they
 * must mean the same after a restart.
 *
 * @param {string} file
 */
export function openOrderQueue(file) {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(SCHEMA);

  const insert = db.prepare('INSERT INTO orders (item, amount, accepted_at) VALUES (?, ?, ?)');
  const select = db.prepare('SELECT id, item, amount, state FROM orders WHERE id = ?');
  const lease = db.prepare(`
    UPDATE orders SET leased_until = @until, attempt = attempt + 1
    WHERE id = (SELECT id FROM orders WHERE state = 'accepted' AND leased_until <= @now ORDER BY id LIMIT 1)
    RETURNING id, item, amount, attempt
  `);
  const pay = db.prepare("UPDATE orders SET state = 'paid' WHERE id = ? AND attempt = ? AND state = 'accepted'");
  const count = db.prepare(`
    SELECT COUNT(*) AS orders, COUNT(*) FILTER (WHERE state = 'accepted') AS pending,
      COALESCE(@now - MIN(accepted_at) FILTER (WHERE state = 'accepted'), 0) AS oldestPendingMs
    FROM orders
  `);

  return {
    /**
     * The order is on disk when this returns.
     *
     * @param {string} item
     * @param {number} amount in cents
     * @param {number} now
     * @returns {number} its id
     */
    accept: (item, amount, now) => Number(insert.run(item, amount, now).lastInsertRowid),

    /**
     * @param {number} id
     * @returns {Order | undefined}
     */
    find: (id) => /** @type {Order | undefined} */ (select.get(id)),

    /**
     * Leases the oldest order that nobody holds.
     *
     * @param {number} now
     * @param {number} leaseMs
     * @returns {Delivery | undefined} undefined when there is none
     */
    take: (now, leaseMs) => /** @type {Delivery | undefined} */ (lease.get({ now, until: now + leaseMs })),

    /**
     * Takes the order out of the queue. Only its latest delivery can do that.
     *
     * @param {number} id
     * @param {number} attempt
     * @returns {boolean} false when the order was delivered again meanwhile, or is paid already
     */
    finish: (id, attempt) => pay.run(id, attempt).changes === 1,

    /**
     * @param {number} now
     * @returns {QueueState}
     */
    state: (now) => /** @type {QueueState} */ (count.get({ now })),
  };
}
