// The audit log's hash chain. Each row's hash covers the row's every field and the hash before it, so that a
// changed byte, a missing row or two swapped rows break the chain at a row that can be named.
//
// What is hashed is the JSON list [seq, at, actor, action, run, prev], a line feed, and `detail` as it is, in
// UTF-8. SQLite's json_array() gives the same list, so a log can be checked without this program (docs/audit.md).
// The list has no line feed of its own, so two different rows never give the same text.

/// <reference lib="es2024.string" />

import { sha256 } from './canonical.ts';

/** Who decided what, before it is done. */
export interface AuditEntry {
  /** Wall clock, whole milliseconds since the epoch. */
  readonly at: number;
  /** A person, `rule`, `coordinator`, or `agent:<node>` for what a node reported. */
  readonly actor: string;
  /** Noun.verb, for example `order.send`. */
  readonly action: string;
  /** Empty when the entry belongs to no run. */
  readonly run: string;
  /** Canonical JSON with the particulars. */
  readonly detail: string;
}

export interface AuditRow extends AuditEntry {
  /** From 1, without a gap. */
  readonly seq: number;
  /** Hash of the row before. */
  readonly prev: string;
  /** SHA-256 in lower-case hexadecimal, over all other fields. */
  readonly hash: string;
}

export interface AuditHead {
  /** 0 for an empty log. */
  readonly seq: number;
  readonly hash: string;
}

/** What the first row's `prev` holds, and the head of an empty log. */
export const GENESIS: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** Throws a TypeError for an entry that no store could give back exactly as it came. */
export function chainEntry(head: AuditHead, entry: AuditEntry): AuditRow {
  const { at, actor, action, run, detail } = entry;
  if (!Number.isSafeInteger(at)) throw new TypeError(`an audit entry cannot be of time ${at}`);
  // Half a character of UTF-16 has no UTF-8 form: a store would write something else in its place.
  if (![actor, action, run, detail].every((text) => text.isWellFormed()))
    throw new TypeError('an audit entry is not well-formed Unicode');
  const seq = head.seq + 1;
  const prev = head.hash;
  return { seq, at, actor, action, run, detail, prev, hash: hashOf([seq, at, actor, action, run, prev], detail) };
}

type Hashed = readonly [seq: number, at: number, actor: string, action: string, run: string, prev: string];

/** `detail` is most of a row; outside the list it is not escaped a second time, at every append. */
function hashOf(fields: Hashed, detail: string): string {
  return sha256(`${JSON.stringify(fields)}\n${detail}`);
}

export type ChainCheck =
  { readonly ok: true; readonly head: AuditHead } | { readonly ok: false; readonly row: number; readonly why: string };

/** Checks that `rows` continue the chain after `head`. `row` is the number of the first row that is not right. */
export function checkChain(head: AuditHead, rows: Iterable<AuditRow>): ChainCheck {
  let last = head;
  for (const row of rows) {
    const flaw = flawOf(last, row);
    if (flaw !== null) return { ok: false, row: last.seq + 1, why: flaw };
    last = { seq: row.seq, hash: row.hash };
  }
  return { ok: true, head: last };
}

function flawOf(last: AuditHead, row: AuditRow): string | null {
  const expected = last.seq + 1;
  if (row.seq !== expected) return `row ${expected} is missing: row ${row.seq} is in its place`;
  const { seq, at, actor, action, run, detail, prev } = row;
  if (row.hash !== hashOf([seq, at, actor, action, run, prev], detail))
    return `row ${expected} is not as it was written`;
  if (row.prev === last.hash) return null;
  return expected === 1 ? 'row 1 does not begin the log' : `row ${expected} does not continue row ${last.seq}`;
}

/** Checks that a chain ends where the store's own note of its newest row says. */
export function checkEnd(end: AuditHead, noted: AuditHead): ChainCheck {
  if (end.seq < noted.seq)
    return { ok: false, row: end.seq + 1, why: `row ${end.seq + 1} is missing: the log ends before row ${noted.seq}` };
  if (end.seq > noted.seq) {
    const row = Math.max(noted.seq, 0) + 1;
    return { ok: false, row, why: `row ${row} is later than the newest row on record` };
  }
  if (end.hash !== noted.hash)
    return { ok: false, row: end.seq, why: `row ${end.seq} is not the newest row on record` };
  return { ok: true, head: end };
}
