// The store against what really happens to files and processes: SIGKILL, a disk with no room left, a second
// coordinator, another program's lock, and files that are not ours.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyAudit } from '../../coordinator/services/audit.ts';
import type { Store } from '../../coordinator/store/port.ts';
import { openSqliteStore } from '../../coordinator/store/sqlite.ts';
import {
  buildEntries,
  buildEvent,
  buildKnownNode,
  buildReservation,
  buildRun,
  buildSchedule,
} from '../support/store-builders.ts';
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

/** Whether run record, events, reservations and audit rows come from the same whole batches; how many. */
async function countBatches(store: Store): Promise<number> {
  const events = await store.listEvents(buildRun().id, 0);
  const run = await store.getRun(buildRun().id);
  const check = await verifyAudit(store);
  expect(check).toMatchObject({ ok: true, rows: events.length * 3 });
  expect(run?.reason).toBe(`batch ${events.length}`);
  expect(await store.reservations(0)).toHaveLength(events.length);
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
    const kept = readBeside(
      file,
      `SELECT (SELECT count(*) FROM run_events), (SELECT count(*) FROM audit), (SELECT count(*) FROM reservations)`,
    );
    execFileSync('prlimit', ['--pid', String(writer.child.pid), '--fsize=unlimited']);
    const later = await readBatches(writer, String(full.newest + 3));
    await killWriter(writer);

    expect(full.end).toBe('STORE_UNWRITABLE');
    expect(full.newest).toBeGreaterThan(10);
    expect(kept).toEqual([full.newest, full.newest * 3, full.newest]);
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
    await first.append({ reservations: [buildReservation(1)], nodes: [buildKnownNode()], schedule: buildSchedule() });
    const terms = [await first.nextTerm(), await first.nextTerm()];
    await first.close();

    const second = await openStore(file);
    await second.append({ audit: buildEntries(1) });

    expect([...terms, await second.nextTerm()]).toEqual([1, 2, 3]);
    expect(await second.openRuns()).toEqual([buildRun()]);
    expect(await second.listEvents(buildRun().id, 0)).toEqual([buildEvent(1)]);
    expect(await second.reservations(0)).toEqual([buildReservation(1)]);
    expect(await second.knownNodes()).toEqual([buildKnownNode()]);
    expect(await second.schedules()).toEqual([buildSchedule()]);
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
