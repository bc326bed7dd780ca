// How fast the audit log is written and verified, beside the fastest that the same database library does with
// the same durability: a bare insert loop, WAL and synchronous=FULL, one transaction per act, rows of the same
// size, on the same file system. Both take turns in short rounds, so that what else the machine does hits both.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { verifyAudit } from '../coordinator/services/audit.ts';
import { openSqliteStore } from '../coordinator/store/sqlite.ts';
import type { AuditEntry } from '../shared/audit.ts';
import { canonicalJson } from '../shared/canonical.ts';

const GOAL = 0.8;
const ROUNDS = 60;
const ACTS_PER_ROUND = 20;
const ROWS_PER_ACT = [1, 10] as const;
/**
 * Written to both in one go beforehand: enough to fill the write-ahead log up to its first checkpoint. After
 * that its pages are written over; while the file still grows, each commit costs the file system more.
 */
const WARM_UP_ROWS = 20_000;
const VERIFY_ROUNDS = 5;
/** Rows in the log that is verified; enough that opening and paging do not count. */
const VERIFY_ROWS = 20_000;

/** Prints one line per measurement. Takes a few seconds; leaves no file behind. */
export async function benchAudit(print: (line: string) => void): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'roulette-bench-audit-'));
  try {
    for (const rows of ROWS_PER_ACT) print(await compareAppends(directory, rows));
    print(await measureVerify(directory));
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function compareAppends(directory: string, rowsPerAct: number): Promise<string> {
  const store = await openSqliteStore({ file: path.join(directory, `store-${rowsPerAct}.db`) });
  const bare = openBare(path.join(directory, `bare-${rowsPerAct}.db`));
  const batch = { audit: entries(rowsPerAct) };
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    bare.insert(WARM_UP_ROWS);
    await store.append({ audit: entries(WARM_UP_ROWS) });
    for (let round = 0; round < ROUNDS; round += 1) {
      theirs.push(await rowsPerSecond(rowsPerAct, async () => bare.insert(rowsPerAct)));
      ours.push(await rowsPerSecond(rowsPerAct, () => store.append(batch)));
    }
  } finally {
    await store.close();
    bare.close();
  }
  const ratio = median(ours) / median(theirs);
  const verdict = ratio >= GOAL ? 'goal met' : 'goal missed';
  return (
    `audit append, ${rowsPerAct} row${rowsPerAct === 1 ? '' : 's'} per act: ${rounded(median(ours))} rows/s; ` +
    `bare insert loop ${rounded(median(theirs))} rows/s; ratio ${ratio.toFixed(2)} (goal ${GOAL}: ${verdict})`
  );
}

async function measureVerify(directory: string): Promise<string> {
  const store = await openSqliteStore({ file: path.join(directory, 'verify.db') });
  try {
    await store.append({ audit: entries(VERIFY_ROWS) });
    const rates: number[] = [];
    for (let round = 0; round < VERIFY_ROUNDS; round += 1) {
      const began = performance.now();
      const check = await verifyAudit(store);
      if (!check.ok) throw new Error(`the log just written does not verify: ${check.why}`);
      rates.push((check.rows * 1000) / (performance.now() - began));
    }
    return `audit verify: ${rounded(median(rates))} rows/s over ${VERIFY_ROWS} rows`;
  } finally {
    await store.close();
  }
}

function entries(count: number): AuditEntry[] {
  return Array.from({ length: count }, (_, index) => entry(index));
}

/** As large as the entry of a sent order. */
function entry(index: number): AuditEntry {
  return {
    at: 1_700_000_000_000 + index,
    actor: 'coordinator',
    action: 'order.send',
    run: 'run-0123456789ab',
    detail: canonicalJson({
      order: `run-0123456789ab/scale/1/${index}@orders-a`,
      slot: `scale/1/${index}`,
      node: 'orders-a',
      fault: 'process-kill',
      params: { signal: 'KILL' },
      seed: 'game-day-7',
      term: 7,
    }),
  };
}

interface Bare {
  readonly insert: (rows: number) => void;
  readonly close: () => void;
}

/** The same columns filled with constants: no chain, no hash, no note of the newest row. */
function openBare(file: string): Bare {
  const db = new Sqlite(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`CREATE TABLE bare (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
    run TEXT NOT NULL, detail TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL) STRICT`);
  const add = db.prepare(`INSERT INTO bare (at, actor, action, run, detail, prev, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const { at, actor, action, run, detail } = entry(0);
  const prev = 'a'.repeat(64);
  const hash = 'b'.repeat(64);
  const insert = db.transaction((rows: number) => {
    for (let index = 0; index < rows; index += 1) add.run(at, actor, action, run, detail, prev, hash);
  });
  return { insert, close: () => db.close() };
}

async function rowsPerSecond(rowsPerAct: number, act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  for (let done = 0; done < ACTS_PER_ROUND; done += 1) await act();
  return (ACTS_PER_ROUND * rowsPerAct * 1000) / (performance.now() - began);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function rounded(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
