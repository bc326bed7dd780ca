// `audit list` and `audit verify`.

import { ERRORS, EXIT, RouletteError } from '../../shared/errors.ts';
import { sayError } from '../io.ts';
import type { Outcome, Session } from '../session.ts';

export async function listAudit({ io, json, operator }: Session, { run }: { readonly run?: string }): Outcome {
  for await (const row of operator().listAudit(run)) {
    const time = new Date(row.at).toISOString();
    io.out(json ? JSON.stringify(row) : `${row.seq} ${time} ${row.actor} ${row.action} ${row.runId} ${row.detailJson}`);
  }
  return EXIT.done;
}

export async function verifyAudit({ io, json, operator }: Session): Outcome {
  const { ok, rows, head, brokenRow, why } = await operator().verifyAudit();
  if (json) {
    // One value for both outcomes, so that a program need not look for an error beside it.
    io.out(JSON.stringify({ ok, rows, head: ok ? head : null, brokenRow: brokenRow ?? null, why: why ?? null }));
    if (!ok) sayError(io, broken(brokenRow, why));
    return ok ? EXIT.done : ERRORS.AUDIT_BROKEN.exit;
  }
  if (!ok) throw broken(brokenRow, why);
  io.out(`${io.paint.good('unbroken')}: ${rows} rows, head ${head}`);
  return EXIT.done;
}

function broken(row: number | undefined, why: string | undefined): RouletteError {
  return new RouletteError('AUDIT_BROKEN', `row ${row ?? 0}: ${why ?? ''}`);
}
