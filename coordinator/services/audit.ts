// Verifies the whole audit log: every row against the chain, and the end of the chain against the store's own
// note of the newest row. A log that is damaged is an answer with the first row that is not right, not an error.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkChain, checkEnd, GENESIS, type AuditHead, type ChainCheck } from '../../shared/audit.ts';
import { RouletteError } from '../../shared/errors.ts';
import type { Store } from '../store/port.ts';

/** Few enough that a page holds up leases and orders for some milliseconds only. */
const PAGE_ROWS = 250;

/** `rows` is the number of rows that were found right. */
export type AuditCheck = ChainCheck & { readonly rows: number };

/**
 * Verifies the rows that the log has when it begins; more may be appended meanwhile. Throws only what is no
 * matter of the log, such as a closed store.
 */
export async function verifyAudit(store: Store): Promise<AuditCheck> {
  const noted = await readBroken(GENESIS, () => store.auditHead());
  const goal = 'ok' in noted ? Number.POSITIVE_INFINITY : noted.seq;
  let end = GENESIS;
  // Before every number there is, so that rows put before the first one show too.
  let after = Number.NEGATIVE_INFINITY;
  while (end.seq < goal) {
    const page = await readBroken(end, () => store.listAudit(after, Math.min(PAGE_ROWS, goal - end.seq)));
    if ('ok' in page) return { ...page, rows: end.seq };
    if (page.length === 0) break;
    const check = checkChain(end, page);
    if (!check.ok) return { ...check, rows: check.row - 1 };
    end = check.head;
    after = end.seq;
    await nextTurn();
  }
  if ('ok' in noted) return { ...noted, row: end.seq + 1, rows: end.seq };
  const check = checkEnd(end, noted);
  return { ...(check.ok ? await checkNothingAfter(store, end, after) : check), rows: end.seq };
}

/** A row after the end belongs there only if the store's note of the newest row has moved on with it. */
async function checkNothingAfter(store: Store, end: AuditHead, after: number): Promise<ChainCheck> {
  const next = await readBroken(end, () => store.listAudit(after, 1));
  if ('ok' in next) return next;
  const noted = await readBroken(end, () => store.auditHead());
  if ('ok' in noted) return noted;
  if (next.length === 0 || noted.seq > end.seq) return { ok: true, head: end };
  return { ok: false, row: end.seq + 1, why: `row ${end.seq + 1} is later than the newest row on record` };
}

type Broken = Extract<ChainCheck, { ok: false }>;

/** The value, or the row after `end` as the one that cannot be read. */
async function readBroken<T extends AuditHead | readonly unknown[]>(
  end: AuditHead,
  read: () => Promise<T>,
): Promise<T | Broken> {
  try {
    return await read();
  } catch (error: unknown) {
    const isDamage =
      error instanceof RouletteError && (error.code === 'AUDIT_BROKEN' || error.code === 'STORE_UNREADABLE');
    if (!isDamage) throw error;
    return { ok: false, row: end.seq + 1, why: error.message };
  }
}
