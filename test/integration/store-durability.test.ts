// The store against what really happens to files and processes: SIGKILL, a disk with no room left, a second
// coordinator, another program's lock, and files that are not ours.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyAudit } from '../../coordinator/services/audit.ts';
import { migrate } from '../../coordinator/store/migrate.ts';
import { MIGRATIONS } from '../../coordinator/store/migrations.ts';
import type { Store } from '../../coordinator/store/port.ts';
import { openSqliteStore } from '../../coordinator/store/sqlite.ts';
import { buildEntries, buildEvent, buildRun } from '../support/store-builders.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const WRITER = ['--import', 'tsx', path.join(import.meta.dirname, '../support/store-writer.ts')];

interface Writer {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
}

/** With `fileLimit` no file can grow beyond that many bytes, until the limit is lifted (RLIMIT_FSIZE, prlimit(2)). */
function startWriter(file: string, fileLimit?: number): Writer {
  const node = [process.execPath, ...WRITER, file];
  const argv = fileLimit === undefined ? node : ['prlimit', `--fsize=${fileLimit}:`, ...node];
  const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

/** Reads lines until one is `last` or the process ends; the numbers among them. */
async function readBatches({ lines }: Writer, last: string | null): Promise<{ newest: number; end: string }> {
  let newest = 0;
  for (;;) {
    const line = await lines.next();
    const text = line.done === true ? '' : line.value;
    if (/^\d+$/.test(text)) newest = Number(text);
    if (line.done === true || text === last || text.startsWith('STORE_')) return { newest, end: text };
  }
}

async function killWriter({ child }: Writer): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** One row, read by a program that is not the coordinator. */
function readBeside(file: string, sql: string): unknown {
  const db = new Sqlite(file, { readonly: true });
  try {
    return db.prepare(sql).raw().get();
  } finally {
    db.close();
  }
}

async function openStore(file: string): Promise<Store> {
  const store = await openSqliteStore({ file });
  onTestFinished(() => store.close());
  return store;
}

/** Whether run record, events and audit rows come from the same whole batches; how many. */
async function countBatches(store: Store): Promise<number> {
  const events = await store.listEvents(buildRun().id, 0);
  const run = await store.getRun(buildRun().id);
  const check = await verifyAudit(store);
  expect(check).toMatchObject({ ok: true, rows: events.length * 3 });
  expect(run?.reason).toBe(`batch ${events.length}`);
  return events.length;
}

describe('a process that is killed while it appends', () => {
  it.each([3, 17, 40])(
    'leaves every batch that it was told is durable, and no half one (after %i)',
    async (batches) => {
      const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
      const writer = startWriter(file);
      await readBatches(writer, String(batches));

      const exited = once(writer.child, 'exit');
      writer.child.kill('SIGKILL');
      await exited;
      const { newest } = await readBatches(writer, null);

      const store = await openStore(file);
      expect(await countBatches(store)).toBeGreaterThanOrEqual(Math.max(newest, batches));
    },
  );
});

describe('a disk without room', () => {
  it('refuses the batch, keeps nothing of it, and takes it once there is room again', async () => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    const writer = startWriter(file, 400_000);

    const full = await readBatches(writer, null);
    const kept = readBeside(file, 'SELECT (SELECT count(*) FROM run_events), (SELECT count(*) FROM audit)');
    execFileSync('prlimit', ['--pid', String(writer.child.pid), '--fsize=unlimited']);
    const later = await readBatches(writer, String(full.newest + 3));
    await killWriter(writer);

    expect(full.end).toBe('STORE_UNWRITABLE');
    expect(full.newest).toBeGreaterThan(10);
    expect(kept).toEqual([full.newest, full.newest * 3]);
    expect(later.newest).toBe(full.newest + 3);
    expect(await countBatches(await openStore(file))).toBeGreaterThanOrEqual(later.newest);
  });

  it('is an error with a code when there is none from the start', async () => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');

    const { end } = await readBatches(startWriter(file, 8000), null);

    expect(end).toBe('STORE_UNWRITABLE');
  });
});

describe('two coordinators on one file', () => {
  it('are refused while the first runs, also in one process, and not after it was killed', async () => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    const writer = startWriter(file);
    await readBatches(writer, '1');

    const whileItRuns = await openSqliteStore({ file }).catch((error: unknown) => error);
    await killWriter(writer);
    const store = await openStore(file);
    const inOneProcess = await openSqliteStore({ file }).catch((error: unknown) => error);
    const third = await readBatches(startWriter(file), null);

    expect(whileItRuns).toMatchObject({ code: 'STORE_LOCKED' });
    expect(inOneProcess).toMatchObject({ code: 'STORE_LOCKED' });
    expect(third.end).toBe('STORE_LOCKED');
    expect(await countBatches(store)).toBeGreaterThan(0);
  });
});

describe('another program at the file of a running coordinator', () => {
  it('can read it, and sees each batch as soon as it is durable', async () => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    const store = await openStore(file);
    const reader = new Sqlite(file, { readonly: true });
    onTestFinished(() => {
      reader.close();
    });

    await store.append({ audit: buildEntries(2) });

    expect(reader.prepare('SELECT count(*) FROM audit').pluck().get()).toBe(2);
  });

  it('stops appends while it holds the write lock, and only then', async () => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    const store = await openStore(file);
    const other = new Sqlite(file);
    onTestFinished(() => {
      other.close();
    });
    other.exec('BEGIN IMMEDIATE');

    const blocked = await store.append({ audit: buildEntries(1) }).catch((error: unknown) => error);
    const noTerm = await store.nextTerm().catch((error: unknown) => error);
    other.exec('ROLLBACK');
    await store.append({ audit: buildEntries(1) });

    expect(blocked).toMatchObject({ code: 'STORE_UNWRITABLE' });
    expect(noTerm).toMatchObject({ code: 'STORE_UNWRITABLE' });
    expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 1 });
  });
});

describe('the files of a store', () => {
  it('are readable for their user alone, and so are the directories made for them', async () => {
    const home = makeTemporaryDirectory();
    const directory = path.join(home, 'state', 'roulette');
    const store = await openStore(path.join(directory, 'coordinator.db'));
    await store.append({ audit: buildEntries(1) });

    const modes = readdirSync(directory).map((name) => statSync(path.join(directory, name)).mode & 0o777);

    expect(modes.length).toBeGreaterThan(2);
    expect(new Set(modes)).toEqual(new Set([0o600]));
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(path.dirname(directory)).mode & 0o777).toBe(0o700);
  });

  it('keep everything over a restart, the term included', async () => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    const first = await openSqliteStore({ file });
    await first.append({ run: buildRun(), events: [buildEvent(1)], audit: buildEntries(2) });
    const terms = [await first.nextTerm(), await first.nextTerm()];
    await first.close();

    const second = await openStore(file);
    await second.append({ audit: buildEntries(1) });

    expect([...terms, await second.nextTerm()]).toEqual([1, 2, 3]);
    expect(await second.openRuns()).toEqual([buildRun()]);
    expect(await second.listEvents(buildRun().id, 0)).toEqual([buildEvent(1)]);
    expect(await verifyAudit(second)).toMatchObject({ ok: true, rows: 3 });
  });

  it.each([
    { what: 'a directory', make: (file: string) => mkdirSync(file), code: 'STORE_UNWRITABLE' },
    {
      what: 'no database',
      make: (file: string) => writeFileSync(file, 'a shopping list\n'.repeat(100)),
      code: 'STORE_UNREADABLE',
    },
    {
      what: 'the database of another program',
      make: (file: string) => {
        const db = new Sqlite(file);
        db.exec('CREATE TABLE birds (name TEXT)');
        db.close();
      },
      code: 'STORE_UNREADABLE',
    },
  ])('are refused when the path is $what', async ({ make, code }) => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    make(file);

    const act = openSqliteStore({ file });

    await expect(act).rejects.toMatchObject({ code });
  });

  it('are refused when a parent of the path is a file', async () => {
    const parent = path.join(makeTemporaryDirectory(), 'file');
    writeFileSync(parent, '');

    const act = openSqliteStore({ file: path.join(parent, 'coordinator.db') });

    await expect(act).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });
  });
});

describe('a row that is not as the store wrote it', () => {
  it.each([
    { change: `UPDATE runs SET phase = 'dancing'`, what: 'runs row run-0123456789ab' },
    { change: `UPDATE runs SET verdict = 'maybe'`, what: 'runs row run-0123456789ab' },
    { change: `UPDATE run_events SET body = '{"type":' WHERE seq = 2`, what: 'run_events row run-0123456789ab/2' },
    { change: `UPDATE run_events SET body = '{"type":"x"}' WHERE seq = 2`, what: 'run_events row run-0123456789ab/2' },
    { change: `UPDATE run_events SET body = '[]' WHERE seq = 2`, what: 'run_events row run-0123456789ab/2' },
  ])('is an error that names table and row after $change', async ({ change, what }) => {
    const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
    const store = await openStore(file);
    await store.append({ run: buildRun(), events: [buildEvent(1), buildEvent(2)] });
    const other = new Sqlite(file);
    other.exec(change);
    other.close();

    const act = change.includes('run_events') ? store.listEvents(buildRun().id, 0) : store.listRuns(10);

    await expect(act).rejects.toMatchObject({ code: 'STORE_UNREADABLE' });
    await expect(act).rejects.toThrow(what);
  });
});

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
