// Between rows of the database and values of the domain. Rows are our own data, so the checks are light: each
// column's type, the words of each closed set, and the shape of each JSON text. What does not hold is an error
// that names table, row and column. Integers are read as bigint, which tells them from stored reals.

import type { AuditHead, AuditRow } from '../../shared/audit.ts';
import { canonicalJson } from '../../shared/canonical.ts';
import { runId } from '../../shared/domain/ids.ts';
import type { Lever, RunEvent, RunEventBody, RunPhase, RunRecord, Verdict } from '../../shared/domain/run.ts';
import { messageOf, RouletteError } from '../../shared/errors.ts';

type Columns = Readonly<Record<string, unknown>>;

/** A row under reading; `name` says which one it is. */
interface Reading {
  readonly name: string;
  readonly columns: Columns;
}

export function runToRow(run: RunRecord): Readonly<Record<string, string | number | null>> {
  return {
    id: run.id,
    experiment: run.experiment,
    owner: run.owner,
    seed: run.seed,
    plan_digest: run.planDigest,
    phase: run.phase,
    verdict: run.verdict,
    reason: run.reason,
    requested_by: run.requestedBy,
    replay_of: run.replayOf,
    prepared_at: run.preparedAt,
    ended_at: run.endedAt,
    document: run.document,
    plan: run.plan,
  };
}

export function runFromRow(row: unknown): RunRecord {
  const reading = read('runs', ['id'], row);
  const replayOf = textOrNull(reading, 'replay_of');
  const verdict = textOrNull(reading, 'verdict');
  return {
    id: runId(text(reading, 'id')),
    experiment: text(reading, 'experiment'),
    owner: text(reading, 'owner'),
    seed: text(reading, 'seed'),
    planDigest: text(reading, 'plan_digest'),
    phase: oneOf(reading, 'phase', PHASES),
    verdict: verdict === null ? null : oneOf(reading, 'verdict', VERDICTS),
    reason: textOrNull(reading, 'reason'),
    requestedBy: text(reading, 'requested_by'),
    replayOf: replayOf === null ? null : runId(replayOf),
    preparedAt: integer(reading, 'prepared_at'),
    endedAt: reading.columns['ended_at'] === null ? null : integer(reading, 'ended_at'),
    document: text(reading, 'document'),
    plan: text(reading, 'plan'),
  };
}

export function eventToRow(event: RunEvent): Readonly<Record<string, string | number>> {
  return { run: event.run, seq: event.seq, at: event.at, body: canonicalJson(event.body) };
}

export function eventFromRow(row: unknown): RunEvent {
  const reading = read('run_events', ['run', 'seq'], row);
  return {
    run: runId(text(reading, 'run')),
    seq: integer(reading, 'seq'),
    at: integer(reading, 'at'),
    body: eventBody(reading),
  };
}

function eventBody(reading: Reading): RunEventBody {
  let body: unknown;
  try {
    body = JSON.parse(text(reading, 'body'));
  } catch (error: unknown) {
    throw unreadable(reading, `column body is not JSON: ${messageOf(error)}`);
  }
  if (!isEventBody(body)) throw unreadable(reading, 'column body is not an event');
  return body;
}

/** The type names the members, and this program wrote them; only the type is looked at. */
function isEventBody(value: unknown): value is RunEventBody {
  return isColumns(value) && typeof value['type'] === 'string' && isWordOf(EVENT_TYPES, value['type']);
}

/**
 * Expects the text columns a second time, joined, as `bytes`: text that is not UTF-8 reads as replacement
 * characters, and only a comparison with the bytes shows that it is not the text that was written.
 */
export function auditFromRow(row: unknown): AuditRow {
  const reading = read('audit', ['seq'], row);
  const texts = {
    actor: text(reading, 'actor'),
    action: text(reading, 'action'),
    run: text(reading, 'run'),
    detail: text(reading, 'detail'),
    prev: text(reading, 'prev'),
    hash: text(reading, 'hash'),
  };
  const bytes = reading.columns['bytes'];
  if (!(bytes instanceof Uint8Array) || !Buffer.from(Object.values(texts).join('')).equals(bytes))
    throw unreadable(reading, 'a column is not UTF-8');
  return { seq: integer(reading, 'seq'), at: integer(reading, 'at'), ...texts };
}

export function headFromRow(row: unknown): AuditHead {
  const reading = read('audit_head', ['id'], row);
  return { seq: integer(reading, 'seq'), hash: text(reading, 'hash') };
}

export function leverFromRow(row: unknown): Lever {
  const reading = read('lever', ['id'], row);
  return {
    engagedAt: integer(reading, 'engaged_at'),
    engagedBy: text(reading, 'engaged_by'),
    reason: text(reading, 'reason'),
    ref: textOrNull(reading, 'ref'),
  };
}

export function leverToRow({
  engagedAt,
  engagedBy,
  reason,
  ref,
}: Lever): Readonly<Record<string, string | number | null>> {
  return { engaged_at: engagedAt, engaged_by: engagedBy, reason, ref };
}

export function termFromRow(row: unknown): number {
  return integer(read('meta', ['id'], row), 'term');
}

const PHASES: Readonly<Record<RunPhase, true>> = {
  prepared: true,
  baseline: true,
  playing: true,
  recovering: true,
  halting: true,
  ended: true,
};

const VERDICTS: Readonly<Record<Verdict, true>> = {
  passed: true,
  refuted: true,
  inconclusive: true,
  aborted: true,
  refused: true,
  error: true,
};

const EVENT_TYPES: Readonly<Record<RunEventBody['type'], true>> = {
  'run.prepared': true,
  'baseline.started': true,
  'baseline.measured': true,
  'gate.passed': true,
  'gate.failed': true,
  'stage.started': true,
  'order.sent': true,
  'order.repeated': true,
  'slot.substituted': true,
  'slot.skipped': true,
  'injection.started': true,
  'injection.refused': true,
  'injection.ended': true,
  'injection.lost': true,
  'revert.confirmed': true,
  'node.lost': true,
  'node.returned': true,
  'monitor.sampled': true,
  'abort.breached': true,
  'halt.requested': true,
  'revert.sent': true,
  'halt.confirmed': true,
  'steady.lost': true,
  'steady.regained': true,
  'recovery.started': true,
  'recovery.measured': true,
  'stage.ended': true,
  'run.ended': true,
};

function read(table: string, key: readonly string[], row: unknown): Reading {
  if (!isColumns(row)) throw new RouletteError('STORE_UNREADABLE', `${table} lacks its row`);
  return { name: `${table} row ${key.map((column) => printable(row[column])).join('/')}`, columns: row };
}

function isColumns(value: unknown): value is Columns {
  return typeof value === 'object' && value !== null;
}

function printable(value: unknown): string {
  return typeof value === 'string' || typeof value === 'bigint' ? `${value}` : typeof value;
}

function text(reading: Reading, column: string): string {
  const value = reading.columns[column];
  if (typeof value !== 'string') throw unreadable(reading, `column ${column} is not text`);
  return value;
}

function textOrNull(reading: Reading, column: string): string | null {
  return reading.columns[column] === null ? null : text(reading, column);
}

function integer(reading: Reading, column: string): number {
  const value = reading.columns[column];
  if (typeof value !== 'bigint') throw unreadable(reading, `column ${column} is not an integer`);
  if (!Number.isSafeInteger(Number(value))) throw unreadable(reading, `column ${column} is out of range`);
  return Number(value);
}

function oneOf<T extends string>(reading: Reading, column: string, words: Readonly<Record<T, true>>): T {
  const value = text(reading, column);
  if (!isWordOf(words, value)) throw unreadable(reading, `column ${column} holds the unknown word "${value}"`);
  return value;
}

function isWordOf<T extends string>(words: Readonly<Record<T, true>>, value: string): value is T {
  return Object.hasOwn(words, value);
}

function unreadable(reading: Reading, why: string): RouletteError {
  return new RouletteError('STORE_UNREADABLE', `${reading.name} cannot be read: ${why}`);
}
