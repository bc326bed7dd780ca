// Rows that another program has changed: every read names the table and the row that it cannot trust.

import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../coordinator/store/port.ts';
import { openSqliteStore } from '../../coordinator/store/sqlite.ts';
import { buildEvent, buildKnownNode, buildReservation, buildRun, buildSchedule } from '../support/store-builders.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

async function openStore(): Promise<{ file: string; store: Store }> {
  const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
  const store = await openSqliteStore({ file });
  onTestFinished(() => store.close());
  return { file, store };
}

function damage(file: string, sql: string): void {
  const db = new Sqlite(file);
  db.exec(sql);
  db.close();
}

const READS: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  runs: (store) => store.listRuns(10),
  run_events: (store) => store.listEvents(buildRun().id, 0),
  reservations: (store) => store.reservations(0),
  nodes: (store) => store.knownNodes(),
  schedules: (store) => store.schedules(),
};

describe('a row that is not as the store wrote it', () => {
  it.each([
    { table: 'runs', change: `phase = 'dancing'`, row: 'run-0123456789ab' },
    { table: 'runs', change: `verdict = 'maybe'`, row: 'run-0123456789ab' },
    { table: 'runs', change: 'expires_at = 9007199254740993', row: 'run-0123456789ab' },
    { table: 'run_events', change: `body = '{"type":' WHERE seq = 2`, row: 'run-0123456789ab/2' },
    { table: 'run_events', change: `body = '{"type":"x"}' WHERE seq = 2`, row: 'run-0123456789ab/2' },
    { table: 'run_events', change: `body = '[]' WHERE seq = 2`, row: 'run-0123456789ab/2' },
    { table: 'reservations', change: `fault = 'flood' WHERE node = 'orders-2'`, row: buildReservation(2).order },
    { table: 'reservations', change: `fault = 'toString' WHERE node = 'orders-2'`, row: buildReservation(2).order },
    { table: 'reservations', change: `state = 'gone' WHERE node = 'orders-2'`, row: buildReservation(2).order },
    { table: 'reservations', change: `until = -9007199254740993`, row: buildReservation(1).order },
    { table: 'nodes', change: `labels = '{"role":'`, row: 'orders-a' },
    { table: 'nodes', change: `labels = '{"role":7}'`, row: 'orders-a' },
    { table: 'nodes', change: `labels = '["orders"]'`, row: 'orders-a' },
    { table: 'nodes', change: `labels = 'null'`, row: 'orders-a' },
    { table: 'schedules', change: 'settled_at = 9007199254740993', row: 'order-fulfillment-kill' },
  ])('is an error that names $table and row after $change', async ({ table, change, row }) => {
    const { file, store } = await openStore();
    await store.append({
      run: buildRun(),
      events: [buildEvent(1), buildEvent(2)],
      reservations: [buildReservation(1), buildReservation(2)],
      nodes: [buildKnownNode()],
      schedule: buildSchedule(),
    });
    damage(file, `UPDATE ${table} SET ${change}`);

    const act = READS[table]?.(store);

    await expect(act).rejects.toMatchObject({ code: 'STORE_UNREADABLE' });
    await expect(act).rejects.toThrow(`${table} row ${row} cannot be read`);
  });

  it.each(['reservations', 'nodes', 'schedules'])('is an error that names %s when the table is gone', async (table) => {
    const { file, store } = await openStore();
    damage(file, `DROP TABLE ${table}`);

    const act = READS[table]?.(store);

    await expect(act).rejects.toMatchObject({ code: 'STORE_UNREADABLE' });
    await expect(act).rejects.toThrow(`table ${table} cannot be read`);
  });
});
