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

/** Rows may be appended meanwhile. Throws only what is no matter of the log, such as a closed store. */
export async function verifyAudit(store: Store): Promise<AuditCheck> {
  let end = GENESIS;
  // Before every number there is, so that rows put before the first one show too.
  let after = Number.NEGATIVE_INFINITY;
  for (;;) {
    // Noted before the page is read: when no row follows, the note cannot speak of a row added since.
    const noted = await readBroken(end, () => store.auditHead());
    const page = await readBroken(end, () => store.listAudit(after, PAGE_ROWS));
    if ('ok' in page) return { ...page, rows: end.seq };
    if (page.length === 0) return { ...('ok' in noted ? noted : checkEnd(end, noted)), rows: end.seq };
    const check = checkChain(end, page);
    if (!check.ok) return { ...check, rows: check.row - 1 };
    end = check.head;
    after = end.seq;
    await nextTurn();
  }
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
