// `audit list` and `audit verify`.

import { EXIT, RouletteError } from '../../shared/errors.ts';
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
  if (json)
    io.out(JSON.stringify({ ok, rows, head: ok ? head : null, brokenRow: brokenRow ?? null, why: why ?? null }));
  if (!ok) throw new RouletteError('AUDIT_BROKEN', `row ${brokenRow ?? 0}: ${why ?? ''}`);
  if (!json) io.out(`${io.paint.good('unbroken')}: ${rows} rows, head ${head}`);
  return EXIT.done;
}
