// The steps that bring a database to the schema of this program, over the databases that they may meet.

import { existsSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { migrate } from '../../coordinator/store/migrate.ts';
import { MIGRATIONS } from '../../coordinator/store/migrations.ts';
import { openSqliteStore } from '../../coordinator/store/sqlite.ts';
import { buildRun } from '../support/store-builders.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function migrated(file: string, migrations: typeof MIGRATIONS): void {
  const db = new Sqlite(file);
  try {
    migrate(db, migrations);
  } finally {
    db.close();
  }
}

describe('migrations', () => {
  const next = { version: MIGRATIONS.length + 1, name: 'notes', sql: 'CREATE TABLE notes (text TEXT) STRICT;' };

  it('are numbered from 1 without a gap', () => {
    const versions = MIGRATIONS.map(({ version }) => version);

    expect(versions).toEqual(versions.map((_, index) => index + 1));
  });

  it('refuse a database that a newer program wrote, and leave it alone', async () => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    migrated(file, [...MIGRATIONS, next]);

    const act = openSqliteStore({ file });

    await expect(act).rejects.toMatchObject({ code: 'STORE_NEWER' });
    expect(existsSync(`${file}-wal`)).toBe(false);
    expect(() => migrated(file, [...MIGRATIONS, next])).not.toThrow();
  });

  it('add the steps that are missing and keep the data', async () => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    const store = await openSqliteStore({ file });
    await store.append({ run: buildRun() });
    await store.close();

    migrated(file, [...MIGRATIONS, next]);

    const db = new Sqlite(file, { readonly: true });
    onTestFinished(() => {
      db.close();
    });
    expect(db.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(1);
    expect(db.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(0);
    expect(db.pragma('user_version', { simple: true })).toBe(next.version);
  });

  it('keep the runs of before there were policies, which have no limits on record', async () => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    migrated(file, MIGRATIONS.slice(0, 2));
    const old = new Sqlite(file);
    old.exec(`INSERT INTO runs VALUES (1, 'run-0123456789ab', 'order-fulfillment-kill', 'payments-oncall', 'game-day-7',
      'digest', 'playing', NULL, NULL, 'ana', NULL, 1700000000000, NULL, 'apiVersion: roulette/v1', '{"kind":"Plan"}')`);
    old.close();

    const store = await openSqliteStore({ file });
    onTestFinished(() => store.close());
    const before = await store.getRun(buildRun().id);
    await store.append({ run: buildRun({ phase: 'ended', expiresAt: 7, policyDigest: 'e' }) });

    const document = 'apiVersion: roulette/v1';
    expect(before).toEqual(buildRun({ planDigest: 'digest', document, expiresAt: null, policyDigest: null }));
    expect(await store.listRuns(10)).toEqual([buildRun({ phase: 'ended', expiresAt: 7, policyDigest: 'e' })]);
    expect(await store.reservations(0)).toEqual([]);
  });

  it('leave nothing of a step that fails half-way', () => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    migrated(file, MIGRATIONS);
    const broken = { ...next, sql: `${next.sql} CREATE TABLE runs (id TEXT);` };

    expect(() => migrated(file, [...MIGRATIONS, broken])).toThrow('runs already exists');

    expect(() => migrated(file, [...MIGRATIONS, next])).not.toThrow();
  });

  it('refuse a database whose past steps were not ours', async () => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    migrated(
      file,
      MIGRATIONS.map((migration) => ({ ...migration, sql: `${migration.sql}\n` })),
    );

    const act = openSqliteStore({ file });

    await expect(act).rejects.toMatchObject({ code: 'STORE_UNREADABLE' });
    await expect(act).rejects.toThrow('migration 1');
  });
});
