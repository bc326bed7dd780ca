// Tampers with the audit log in the database file, through a connection of its own and byte by byte, and
// expects the number of the row to be named.

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { verifyAudit, type AuditCheck } from '../../coordinator/services/audit.ts';
import type { Store } from '../../coordinator/store/port.ts';
import { openSqliteStore } from '../../coordinator/store/sqlite.ts';
import { chainEntry, type AuditRow } from '../../shared/audit.ts';
import { RouletteError } from '../../shared/errors.ts';
import { buildEntries, buildEntry, buildReservation, buildRun } from '../support/store-builders.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const ROWS = 8;
const COLUMNS = ['at', 'actor', 'action', 'run', 'detail', 'prev', 'hash'] as const;

/** A closed database with a log of eight rows, one of which is longer than a page. */
async function writeLog(): Promise<string> {
  const file = path.join(makeTemporaryDirectory(), 'coordinator.db');
  const store = await openSqliteStore({ file });
  await store.append({ run: buildRun(), audit: buildEntries(ROWS - 1) });
  await store.append({ audit: [buildEntry(ROWS, { actor: 'ana �', detail: `{"why":"${'x'.repeat(4200)}"}` })] });
  await store.close();
  return file;
}

function tamper(file: string, change: (db: Sqlite.Database) => void): void {
  const db = new Sqlite(file);
  change(db);
  db.close();
}

async function withStore<T>(file: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqliteStore({ file });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function verifyFile(file: string): Promise<AuditCheck> {
  return withStore(file, verifyAudit);
}

async function readRow(file: string, seq: number): Promise<AuditRow> {
  const [row] = await withStore(file, (store) => store.listAudit(seq - 1, 1));
  if (row === undefined) throw new Error(`there is no row ${seq}`);
  return row;
}

function insertRow(db: Sqlite.Database, row: AuditRow): void {
  db.prepare('INSERT INTO audit VALUES (@seq, @at, @actor, @action, @run, @detail, @prev, @hash)').run(row);
}

const EVERY_ROW = Array.from({ length: ROWS }, (_, index) => index + 1);

describe('verifying a log that nobody touched', () => {
  it('finds every row right', async () => {
    const file = await writeLog();

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: true, rows: ROWS, head: { seq: ROWS } });
  });
});

describe.each(COLUMNS)('verifying after column %s was changed', (column) => {
  it.each(EVERY_ROW)('names row %i', async (row) => {
    const file = await writeLog();
    const change = column === 'at' ? 'at + 1' : `substr(${column}, 2) || 'f'`;
    tamper(file, (db) => db.prepare(`UPDATE audit SET ${column} = ${change} WHERE seq = ?`).run(row));

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: false, row, rows: row - 1 });
  });
});

describe('verifying after one character was changed', () => {
  it('names the row, whichever character of whichever column it was', async () => {
    const file = await writeLog();
    const row = 3;
    const original = await readRow(file, row);
    const working = path.join(path.dirname(file), 'working.db');

    const missed: string[] = [];
    for (const column of COLUMNS.filter((name) => name !== 'at')) {
      const text = original[column];
      for (let index = 0; index < text.length; index += 1) {
        copyFileSync(file, working);
        const changed = `${text.slice(0, index)}${text[index] === 'a' ? 'b' : 'a'}${text.slice(index + 1)}`;
        tamper(working, (db) => db.prepare(`UPDATE audit SET ${column} = ? WHERE seq = ?`).run(changed, row));
        const check = await verifyFile(working);
        if (check.ok || check.row !== row) missed.push(`${column}[${index}]`);
      }
    }

    expect(missed).toEqual([]);
  });
});

describe('verifying after a row was removed', () => {
  it.each(EVERY_ROW)('names row %i', async (row) => {
    const file = await writeLog();
    tamper(file, (db) => db.prepare('DELETE FROM audit WHERE seq = ?').run(row));

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: false, row, rows: row - 1 });
  });

  it.each(EVERY_ROW)('names row %i when the later rows were moved up', async (row) => {
    const file = await writeLog();
    tamper(file, (db) => {
      db.prepare('DELETE FROM audit WHERE seq = ?').run(row);
      for (let later = row + 1; later <= ROWS; later += 1)
        db.prepare('UPDATE audit SET seq = seq - 1 WHERE seq = ?').run(later);
    });

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: false, row, rows: row - 1 });
  });

  it('names the first of many, and the whole log', async () => {
    const file = await writeLog();
    tamper(file, (db) => db.exec('DELETE FROM audit'));

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: false, row: 1, rows: 0 });
  });
});

const PAIRS = EVERY_ROW.flatMap((first) =>
  EVERY_ROW.filter((second) => second > first).map((second) => ({ first, second })),
);

describe('verifying after two rows were swapped', () => {
  it.each(PAIRS)('names row $first when it changed places with row $second', async ({ first, second }) => {
    const file = await writeLog();
    tamper(file, (db) => {
      const move = db.prepare('UPDATE audit SET seq = ? WHERE seq = ?');
      move.run(-1, first);
      move.run(first, second);
      move.run(second, -1);
    });

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: false, row: first, rows: first - 1 });
  });

  it.each(PAIRS)('names row $first when only what was done was swapped with row $second', async ({ first, second }) => {
    const file = await writeLog();
    tamper(file, (db) =>
      db
        .prepare(
          `UPDATE audit SET (at, actor, action, run, detail) =
             (SELECT at, actor, action, run, detail FROM audit AS other WHERE other.seq = @first + @second - audit.seq)
           WHERE seq IN (@first, @second)`,
        )
        .run({ first, second }),
    );

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: false, row: first, rows: first - 1 });
  });
});

describe('verifying after rows were added', () => {
  it('names the row after the end', async () => {
    const file = await writeLog();
    const last = await readRow(file, ROWS);
    tamper(file, (db) => insertRow(db, chainEntry(last, buildEntry(ROWS + 1))));

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: false, row: ROWS + 1, rows: ROWS });
  });

  it.each([0, -1, Number.MIN_SAFE_INTEGER])('names row 1 when a row stands before it as number %i', async (seq) => {
    const file = await writeLog();
    const first = await readRow(file, 1);
    tamper(file, (db) => insertRow(db, { ...first, seq }));

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: false, row: 1, rows: 0 });
  });
});

describe('verifying after a row was written anew with a hash that fits', () => {
  it.each(EVERY_ROW)('names the row after row %i, or the last row itself', async (seq) => {
    const file = await writeLog();
    const row = await readRow(file, seq);
    const forged = chainEntry({ seq: seq - 1, hash: row.prev }, { ...row, actor: 'nobody' });
    tamper(file, (db) => {
      db.prepare('DELETE FROM audit WHERE seq = ?').run(seq);
      insertRow(db, forged);
    });

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: false, row: Math.min(seq + 1, ROWS) });
  });
});

describe('verifying after the note of the newest row was changed', () => {
  it.each([
    { change: 'UPDATE audit_head SET seq = seq + 1', row: ROWS + 1 },
    { change: 'UPDATE audit_head SET seq = seq - 1', row: ROWS - 1 },
    { change: 'UPDATE audit_head SET (seq, hash) = (SELECT seq, hash FROM audit WHERE seq = 5)', row: 6 },
    { change: 'UPDATE audit_head SET seq = -3', row: 1 },
    { change: `UPDATE audit_head SET hash = replace(hash, substr(hash, 1, 1), 'g')`, row: ROWS },
    { change: 'DELETE FROM audit_head', row: ROWS + 1 },
    { change: 'DROP TABLE audit_head', row: null },
  ])('names row $row after $change', async ({ change, row }) => {
    const file = await writeLog();
    tamper(file, (db) => db.exec(change));

    if (row === null) await expect(verifyFile(file)).rejects.toMatchObject({ code: 'STORE_UNREADABLE' });
    else expect(await verifyFile(file)).toMatchObject({ ok: false, row });
  });
});

describe('verifying after a column got another type', () => {
  it.each([
    { change: 'at = CAST(at AS REAL)', why: 'column at is not an integer' },
    { change: 'at = CAST(at AS TEXT)', why: 'column at is not an integer' },
    { change: 'at = 9007199254740993', why: 'column at is out of range' },
    { change: 'at = NULL', why: 'column at is not an integer' },
    { change: 'actor = CAST(actor AS BLOB)', why: 'column actor is not text' },
    { change: 'detail = 7', why: 'column detail is not text' },
    { change: 'hash = NULL', why: 'column hash is not text' },
  ])('names the row after $change', async ({ change, why }) => {
    const file = await writeLog();
    tamper(file, loosenAuditTable);
    tamper(file, (db) => db.exec(`UPDATE audit SET ${change} WHERE seq = 4`));

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: false, row: 4, rows: 3 });
    expect(check.ok || check.why).toContain(why);
  });

  it('names the row whose text is no longer UTF-8, though it reads the same', async () => {
    const file = await writeLog();
    // Half of a four-byte character: it reads as one replacement character, as the original has it, in as many bytes.
    tamper(file, (db) => db.exec(`UPDATE audit SET actor = CAST(x'616e6120f09080' AS TEXT) WHERE seq = ${ROWS}`));

    const check = await verifyFile(file);

    expect(check).toMatchObject({ ok: false, row: ROWS, rows: ROWS - 1 });
    expect(check.ok || check.why).toContain('not UTF-8');
  });
});

/** Takes the types away from the table's definition, which leaves its rows as they are. */
function loosenAuditTable(db: Sqlite.Database): void {
  db.unsafeMode(true);
  db.pragma('writable_schema = ON');
  db.exec(`UPDATE sqlite_schema
    SET sql = 'CREATE TABLE audit (seq INTEGER PRIMARY KEY, at, actor, action, run, detail, prev, hash)'
    WHERE name = 'audit'`);
  db.pragma('writable_schema = RESET');
}

describe('appending to a log that was tampered with', () => {
  it.each([
    { what: 'the last row is gone', change: `DELETE FROM audit WHERE seq = ${ROWS}` },
    { what: 'the last row was changed', change: `UPDATE audit SET actor = 'nobody' WHERE seq = ${ROWS}` },
    { what: 'the note of the newest row was changed', change: 'UPDATE audit_head SET seq = 3' },
    { what: 'the note of the newest row is gone', change: 'DELETE FROM audit_head' },
  ])('is refused when $what before the start', async ({ change }) => {
    const file = await writeLog();
    tamper(file, (db) => db.exec(change));

    const act = withStore(file, (store) => store.append({ audit: buildEntries(1) }));

    await expect(act).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
  });

  it('is refused when another program moved the end while the store was open', async () => {
    const file = await writeLog();

    const act = withStore(file, async (store) => {
      await store.append({ audit: buildEntries(1) });
      tamper(file, (db) => {
        db.exec(`DELETE FROM audit WHERE seq = ${ROWS + 1}`);
        db.exec('UPDATE audit_head SET (seq, hash) = (SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1)');
      });
      const run = buildRun({ phase: 'ended' });
      await store.append({ run, reservations: [buildReservation(1)], audit: buildEntries(1) });
    });

    await expect(act).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    const run = await withStore(file, (store) => store.getRun(buildRun().id));
    expect(run?.phase).toBe('playing');
    expect(await withStore(file, (store) => store.reservations(0))).toEqual([]);
    expect(await verifyFile(file)).toMatchObject({ ok: true, rows: ROWS });
  });
});

const PAGE = 4096;

function pagesOf(file: string, table: string): number[] {
  const db = new Sqlite(file, { readonly: true });
  const pages = db.prepare('SELECT pageno FROM dbstat WHERE name = ? ORDER BY pageno').pluck().all(table);
  db.close();
  return pages.map(Number);
}

/** What is wrong with the outcome for a damaged file, or null. Visible content that is all there may verify. */
async function judge(file: string, original: readonly AuditRow[]): Promise<string | null> {
  try {
    return await withStore(file, async (store) => {
      const check = await verifyAudit(store);
      if (!check.ok) return Number.isSafeInteger(check.row) && check.row >= 1 ? null : `row ${check.row}`;
      const rows = await store.listAudit(0, 1000);
      return JSON.stringify(rows) === JSON.stringify(original) ? null : 'verified, with other content';
    });
  } catch (error: unknown) {
    return error instanceof RouletteError ? null : `threw ${String(error)}`;
  }
}

/** Flips one byte at a time; `bits` says which of its bits. Gives back what went wrong at which offset. */
async function flip(file: string, offsets: readonly number[], bits: (offset: number) => number): Promise<string[]> {
  const original = await withStore(file, (store) => store.listAudit(0, 1000));
  const bytes = readFileSync(file);
  const working = path.join(path.dirname(file), 'working.db');
  const wrong: string[] = [];
  for (const offset of offsets) {
    const damaged = Buffer.from(bytes);
    damaged[offset] = (bytes[offset] ?? 0) ^ bits(offset);
    writeFileSync(working, damaged);
    const flaw = await judge(working, original);
    if (flaw !== null) wrong.push(`offset ${offset}: ${flaw}`);
  }
  return wrong;
}

function offsetsOf(pages: readonly number[]): number[] {
  return pages.flatMap((page) => Array.from({ length: PAGE }, (_, index) => (page - 1) * PAGE + index));
}

describe('flipping bytes of the database file', () => {
  it('never verifies other content and never crashes, for one bit at every offset of the audit log', async () => {
    const file = await writeLog();
    const pages = pagesOf(file, 'audit');

    const wrong = await flip(file, offsetsOf(pages), (offset) => 1 << (offset % 8));

    expect(pages.length).toBeGreaterThan(1);
    expect(wrong).toEqual([]);
  }, 120_000);

  it('nor for whole bytes of the page that holds the rows', async () => {
    const file = await writeLog();

    const wrong = await flip(file, offsetsOf(pagesOf(file, 'audit').slice(0, 1)), () => 0xff);

    expect(wrong).toEqual([]);
  }, 120_000);

  it('nor for one bit at places all over the file', async () => {
    const file = await writeLog();
    const places = Math.floor(readFileSync(file).length / 13);

    const wrong = await flip(
      file,
      Array.from({ length: places }, (_, index) => index * 13),
      () => 0x10,
    );

    expect(wrong).toEqual([]);
  }, 120_000);
});
