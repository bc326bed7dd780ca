// Brings a database to the schema of this program: each missing step in one transaction of its own, with its
// checksum noted. Refuses a database that a newer program wrote, whose past steps differ from ours, or that
// belongs to another program, before anything in it is changed.

import type { Database } from 'better-sqlite3';
import { RouletteError } from '../../shared/errors.ts';
import { sha256 } from '../../shared/canonical.ts';
import type { Migration } from './migrations.ts';

/** Throws STORE_NEWER or STORE_UNREADABLE; a step that fails leaves the database as it was before that step. */
export function migrate(db: Database, migrations: readonly Migration[]): void {
  const applied = appliedVersion(db);
  refuseForeign(db, applied, migrations);
  for (const migration of migrations.slice(applied)) db.transaction(() => applyStep(db, migration)).immediate();
}

function appliedVersion(db: Database): number {
  const version: unknown = db.pragma('user_version', { simple: true });
  return typeof version === 'number' ? version : 0;
}

function refuseForeign(db: Database, applied: number, migrations: readonly Migration[]): void {
  if (applied > migrations.length)
    throw new RouletteError(
      'STORE_NEWER',
      `${db.name} has schema version ${applied}; this program knows versions up to ${migrations.length}`,
    );
  if (applied === 0) {
    const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
    if (tables !== 0) throw new RouletteError('STORE_UNREADABLE', `${db.name} holds the tables of another program`);
    return;
  }
  const checksums = db.prepare('SELECT checksum FROM migrations ORDER BY version').pluck().all();
  for (const [index, migration] of migrations.slice(0, applied).entries()) {
    if (checksums[index] !== checksumOf(migration))
      throw new RouletteError(
        'STORE_UNREADABLE',
        `${db.name} was made with another migration ${migration.version} than this program's "${migration.name}"`,
      );
  }
}

function applyStep(db: Database, migration: Migration): void {
  db.exec(`CREATE TABLE IF NOT EXISTS migrations (
    version  INTEGER PRIMARY KEY,
    name     TEXT NOT NULL,
    checksum TEXT NOT NULL
  ) STRICT`);
  db.exec(migration.sql);
  db.prepare('INSERT INTO migrations VALUES (?, ?, ?)').run(migration.version, migration.name, checksumOf(migration));
  db.pragma(`user_version = ${migration.version}`);
}

function checksumOf({ version, name, sql }: Migration): string {
  return sha256(JSON.stringify([version, name, sql]));
}
