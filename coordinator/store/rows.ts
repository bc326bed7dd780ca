// Between rows of the database and values of the domain: runs, their events, the audit log, lever and term.
// Rows are our own data, so the checks are light: types, the words of each closed set, the shape of JSON.

import type { AuditHead, AuditRow } from '../../shared/audit.ts';
import { canonicalJson } from '../../shared/canonical.ts';
import { runId } from '../../shared/domain/ids.ts';
import type { Lever, RunEvent, RunEventBody, RunPhase, RunRecord, Verdict } from '../../shared/domain/run.ts';
import {
  among,
  integer,
  integerOrNull,
  isObject,
  json,
  oneOf,
  read,
  text,
  textOrNull,
  unreadable,
  type Reading,
} from './reading.ts';

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
    expires_at: run.expiresAt,
    policy_digest: run.policyDigest,
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
    phase: oneOf(reading, 'phase', isPhase),
    verdict: verdict === null ? null : oneOf(reading, 'verdict', isVerdict),
    reason: textOrNull(reading, 'reason'),
    requestedBy: text(reading, 'requested_by'),
    replayOf: replayOf === null ? null : runId(replayOf),
    preparedAt: integer(reading, 'prepared_at'),
    endedAt: integerOrNull(reading, 'ended_at'),
    expiresAt: integerOrNull(reading, 'expires_at'),
    policyDigest: textOrNull(reading, 'policy_digest'),
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
  const body = json(reading, 'body');
  if (!isEventBody(body)) throw unreadable(reading, 'column body is not an event');
  return body;
}

/** The type names the members, and this program wrote them; only the type is looked at. */
function isEventBody(value: unknown): value is RunEventBody {
  return isObject(value) && typeof value['type'] === 'string' && isEventType(value['type']);
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

const isPhase = among<RunPhase>({
  prepared: true,
  baseline: true,
  playing: true,
  recovering: true,
  halting: true,
  ended: true,
});

const isVerdict = among<Verdict>({
  passed: true,
  refuted: true,
  inconclusive: true,
  aborted: true,
  refused: true,
  error: true,
});

const isEventType = among<RunEventBody['type']>({
  'run.prepared': true,
  'run.approved': true,
  'preflight.answered': true,
  'run.started': true,
  'baseline.started': true,
  'baseline.measured': true,
  'gate.passed': true,
  'gate.failed': true,
  'stage.started': true,
  'order.sent': true,
  'order.repeated': true,
  'slot.substituted': true,
  'slot.waiting': true,
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
  'recovery.confirmed': true,
  'recovery.started': true,
  'recovery.measured': true,
  'stage.ended': true,
  'run.ended': true,
});
