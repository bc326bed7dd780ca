// The embedded store. Every append is one transaction: all that the batch brings and the note of the newest
// audit row become durable together, or nothing does.
//
// The audit chain is continued from a head kept in memory. It is compared with the file when the store opens
// and again inside each transaction, so that rows added or lost behind our back stop the next append.

import type { Database, Statement } from 'better-sqlite3';
import {
  chainEntry,
  checkChain,
  checkEnd,
  GENESIS,
  type AuditEntry,
  type AuditHead,
  type AuditRow,
} from '../../shared/audit.ts';
import type { RunId } from '../../shared/domain/ids.ts';
import { messageOf, RouletteError } from '../../shared/errors.ts';
import { openLocked, readTable, translate } from './database.ts';
import { createFleetTables } from './fleet-tables.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Batch, Store } from './port.ts';
import {
  auditFromRow,
  eventFromRow,
  eventToRow,
  headFromRow,
  leverFromRow,
  leverToRow,
  runFromRow,
  runToRow,
  termFromRow,
} from './rows.ts';

/**
 * Opens or creates the database; one store at a time. Throws STORE_LOCKED, STORE_NEWER, STORE_UNREADABLE or
 * STORE_UNWRITABLE. A store whose audit log has lost its end still opens, so that it can be read and verified,
 * but takes no append.
 */
export async function openSqliteStore(options: { readonly file: string }): Promise<Store> {
  const { db, close } = openLocked(options.file, prepareDatabase);
  try {
    return translate('STORE_UNREADABLE', `cannot use ${options.file}`, () => createStore(db, close));
  } catch (error: unknown) {
    close();
    throw error;
  }
}

/** Commits reach the disk before they are reported (https://sqlite.org/pragma.html#pragma_synchronous). */
function prepareDatabase(db: Database): void {
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  migrate(db, MIGRATIONS);
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') throw new RouletteError('STORE_UNWRITABLE', `${db.name} cannot have a write-ahead log`);
}

function createStore(db: Database, close: () => void): Store {
  const statements = prepareStatements(db);
  const { write: writeFleet, ...fleet } = createFleetTables(db);
  let tail = readTail(statements);

  const write = db.transaction((batch: Batch, head: AuditHead): AuditHead => {
    if (batch.run !== undefined) statements.putRun.run(runToRow(batch.run));
    for (const event of batch.events ?? []) statements.addEvent.run(eventToRow(event));
    if (batch.lever !== undefined) statements.releaseLever.run();
    if (batch.lever) statements.engageLever.run(leverToRow(batch.lever));
    writeFleet(batch);
    return appendAudit(statements, head, batch.audit ?? []);
  });

  return {
    append: async (batch) => {
      if (!tail.ok) throw new RouletteError('AUDIT_BROKEN', `the audit log cannot be continued: ${tail.why}`);
      const { head } = tail;
      tail = {
        ok: true,
        head: translate('STORE_UNWRITABLE', 'nothing was written', () => write.immediate(batch, head)),
      };
    },
    getRun: async (id) => {
      const row = readTable('runs', () => statements.getRun.get(id));
      return row === undefined ? null : runFromRow(row);
    },
    listRuns: async (limit) => readTable('runs', () => statements.listRuns.all(limit)).map(runFromRow),
    lever: async () => {
      const row = readTable('lever', () => statements.getLever.get());
      return row === undefined ? null : leverFromRow(row);
    },
    openRuns: async () => readTable('runs', () => statements.openRuns.all()).map(runFromRow),
    listEvents: async (id: RunId, afterSeq) =>
      readTable('run_events', () => statements.listEvents.all(id, afterSeq)).map(eventFromRow),
    listAudit: async (afterSeq, limit) => readAuditPage(statements, afterSeq, limit),
    auditHead: async () => readHead(statements),
    ...fleet,
    nextTerm: async () => termFromRow(translate('STORE_UNWRITABLE', 'no new term', () => statements.nextTerm.get())),
    close: async () => close(),
  };
}

interface Statements {
  readonly putRun: Statement;
  readonly addEvent: Statement;
  readonly addAudit: Statement;
  readonly engageLever: Statement;
  readonly releaseLever: Statement;
  readonly moveHead: Statement;
  readonly nextTerm: Statement;
  readonly getRun: Statement;
  readonly listRuns: Statement;
  readonly openRuns: Statement;
  readonly listEvents: Statement;
  readonly listAudit: Statement;
  readonly lastAudit: Statement;
  readonly getLever: Statement;
  readonly getHead: Statement;
}

const AUDIT_COLUMNS = `seq, at, actor, action, run, detail, prev, hash,
  CAST(actor || action || run || detail || prev || hash AS BLOB) AS bytes`;

function prepareStatements(db: Database): Statements {
  const reading = (sql: string): Statement => db.prepare(sql).safeIntegers();
  return {
    putRun: db.prepare(`
      INSERT INTO runs (id, experiment, owner, seed, plan_digest, phase, verdict, reason, requested_by, replay_of,
        prepared_at, ended_at, expires_at, policy_digest, document, plan)
      VALUES (@id, @experiment, @owner, @seed, @plan_digest, @phase, @verdict, @reason, @requested_by, @replay_of,
        @prepared_at, @ended_at, @expires_at, @policy_digest, @document, @plan)
      ON CONFLICT (id) DO UPDATE SET (experiment, owner, seed, plan_digest, phase, verdict, reason, requested_by,
        replay_of, prepared_at, ended_at, expires_at, policy_digest, document, plan) = (excluded.experiment,
        excluded.owner, excluded.seed, excluded.plan_digest, excluded.phase, excluded.verdict, excluded.reason,
        excluded.requested_by, excluded.replay_of, excluded.prepared_at, excluded.ended_at, excluded.expires_at,
        excluded.policy_digest, excluded.document, excluded.plan)`),
    addEvent: db.prepare('INSERT INTO run_events (run, seq, at, body) VALUES (@run, @seq, @at, @body)'),
    addAudit: db.prepare(`INSERT INTO audit (seq, at, actor, action, run, detail, prev, hash)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
    engageLever: db.prepare('INSERT INTO lever VALUES (1, @engaged_at, @engaged_by, @reason, @ref)'),
    releaseLever: db.prepare('DELETE FROM lever'),
    moveHead: db.prepare('UPDATE audit_head SET seq = ?, hash = ? WHERE id = 1 AND seq = ? AND hash = ?'),
    nextTerm: reading('UPDATE meta SET term = term + 1 RETURNING id, term'),
    getRun: reading('SELECT * FROM runs WHERE id = ?'),
    listRuns: reading('SELECT * FROM runs ORDER BY number DESC LIMIT ?'),
    openRuns: reading(`SELECT * FROM runs WHERE phase <> 'ended' ORDER BY number`),
    listEvents: reading('SELECT * FROM run_events WHERE run = ? AND seq > ? ORDER BY seq'),
    listAudit: reading(`SELECT ${AUDIT_COLUMNS} FROM audit WHERE seq > ? ORDER BY seq LIMIT ?`),
    lastAudit: reading(`SELECT ${AUDIT_COLUMNS} FROM audit ORDER BY seq DESC LIMIT 1`),
    getLever: reading('SELECT * FROM lever'),
    getHead: reading('SELECT * FROM audit_head'),
  };
}

function appendAudit(statements: Statements, head: AuditHead, entries: readonly AuditEntry[]): AuditHead {
  let newest = head;
  for (const entry of entries) {
    const row = chainEntry(newest, entry);
    statements.addAudit.run(row.seq, row.at, row.actor, row.action, row.run, row.detail, row.prev, row.hash);
    newest = row;
  }
  if (newest === head) return head;
  const { changes } = statements.moveHead.run(newest.seq, newest.hash, head.seq, head.hash);
  if (changes !== 1) throw new RouletteError('AUDIT_BROKEN', 'another program has changed the audit log');
  return { seq: newest.seq, hash: newest.hash };
}

type Tail = { readonly ok: true; readonly head: AuditHead } | { readonly ok: false; readonly why: string };

/** Whether the last row is sound and is the one on record. The rows before it are the business of verifying. */
function readTail(statements: Statements): Tail {
  try {
    const row = statements.lastAudit.get();
    const last = row === undefined ? [] : [auditFromRow(row)];
    const before = last.map(({ seq, prev }) => ({ seq: seq - 1, hash: prev }))[0] ?? GENESIS;
    const chain = checkChain(before, last);
    return chain.ok ? checkEnd(chain.head, readHead(statements)) : chain;
  } catch (error: unknown) {
    return { ok: false, why: messageOf(error) };
  }
}

function readHead(statements: Statements): AuditHead {
  const row = readTable('audit_head', () => statements.getHead.get());
  return headFromRow(row);
}

function readAuditPage(statements: Statements, afterSeq: number, limit: number): readonly AuditRow[] {
  const rows: AuditRow[] = [];
  let last = afterSeq;
  try {
    for (const column of statements.listAudit.iterate(afterSeq, limit)) {
      const row = auditFromRow(column);
      // Only a damaged tree gives rows out of order; going on would never end.
      if (row.seq <= last) throw new RouletteError('AUDIT_BROKEN', `row ${row.seq} comes after row ${last}`);
      rows.push(row);
      last = row.seq;
    }
  } catch (error: unknown) {
    if (rows.length > 0) return rows;
    const row = Math.max(afterSeq, 0) + 1;
    throw new RouletteError('AUDIT_BROKEN', `row ${row} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  return rows;
}
