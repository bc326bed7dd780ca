// The audit log's hash chain. Each row's hash covers the row's every field and the hash before it, so that a
// changed byte, a missing row or two swapped rows break the chain at a row that can be named.

import { canonicalJson, sha256 } from './canonical.ts';

/** Who decided what, before it is done. */
export interface AuditEntry {
  /** Wall clock, milliseconds since the epoch. */
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
  readonly prev: string;
  readonly hash: string;
}

export interface AuditHead {
  /** 0 for an empty log. */
  readonly seq: number;
  readonly hash: string;
}

/** What the first row's `prev` holds, and the head of an empty log. */
export const GENESIS: AuditHead = { seq: 0, hash: '0'.repeat(64) };

export function chainEntry(head: AuditHead, entry: AuditEntry): AuditRow {
  const seq = head.seq + 1;
  const prev = head.hash;
  return { seq, ...entry, prev, hash: hashRow({ seq, ...entry, prev }) };
}

function hashRow(row: Omit<AuditRow, 'hash'>): string {
  return sha256(canonicalJson([row.seq, row.at, row.actor, row.action, row.run, row.detail, row.prev]));
}

export type ChainCheck =
  { readonly ok: true; readonly head: AuditHead } | { readonly ok: false; readonly row: number; readonly why: string };

/** Checks that `rows` continue the chain after `head`. `row` is the number of the first row that is not right. */
export function checkChain(head: AuditHead, rows: Iterable<AuditRow>): ChainCheck {
  let last = head;
  for (const row of rows) {
    const expected = last.seq + 1;
    if (row.seq !== expected)
      return { ok: false, row: expected, why: `row ${expected} is missing; row ${row.seq} follows row ${last.seq}` };
    if (row.prev !== last.hash)
      return { ok: false, row: expected, why: `row ${expected} does not continue the row before it` };
    if (row.hash !== hashRow(row)) return { ok: false, row: expected, why: `row ${expected} is not as it was written` };
    last = { seq: row.seq, hash: row.hash };
  }
  return { ok: true, head: last };
}
