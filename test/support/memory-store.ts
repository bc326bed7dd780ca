// The store port in memory, for tests whose subject is not the disk. Refuses what the database refuses.

import { chainEntry, GENESIS, type AuditRow } from '../../shared/audit.ts';
import type { RunId } from '../../shared/domain/ids.ts';
import type { Lever, RunEvent, RunRecord } from '../../shared/domain/run.ts';
import { RouletteError } from '../../shared/errors.ts';
import type { Batch, Store } from '../../coordinator/store/port.ts';

interface Contents {
  readonly runs: ReadonlyMap<RunId, RunRecord>;
  readonly events: readonly RunEvent[];
  readonly audit: readonly AuditRow[];
  readonly lever: Lever | null;
}

export function createMemoryStore(): Store {
  let contents: Contents = { runs: new Map(), events: [], audit: [], lever: null };
  let term = 0;
  const newestFirst = (): RunRecord[] => [...contents.runs.values()].toReversed();
  return {
    append: async (batch) => {
      contents = extend(contents, batch);
    },
    getRun: async (id) => contents.runs.get(id) ?? null,
    listRuns: async (limit) => newestFirst().slice(0, limit),
    lever: async () => contents.lever,
    openRuns: async () => [...contents.runs.values()].filter((run) => run.phase !== 'ended'),
    listEvents: async (id, afterSeq) =>
      contents.events
        .filter((event) => event.run === id && event.seq > afterSeq)
        .toSorted((first, second) => first.seq - second.seq),
    listAudit: async (afterSeq, limit) => contents.audit.filter((row) => row.seq > afterSeq).slice(0, limit),
    auditHead: async () => {
      const last = contents.audit.at(-1);
      return last === undefined ? GENESIS : { seq: last.seq, hash: last.hash };
    },
    nextTerm: async () => (term += 1),
    close: async () => {},
  };
}

function extend(contents: Contents, batch: Batch): Contents {
  const runs = new Map(contents.runs);
  if (batch.run !== undefined) runs.set(batch.run.id, batch.run);
  const events = [...contents.events];
  for (const event of batch.events ?? []) {
    if (!runs.has(event.run)) throw refused(`there is no run ${event.run}`);
    if (events.some(({ run, seq }) => run === event.run && seq === event.seq))
      throw refused(`event ${event.seq} of ${event.run} is there already`);
    events.push(event);
  }
  const audit = [...contents.audit];
  for (const entry of batch.audit ?? []) audit.push(chainEntry(audit.at(-1) ?? GENESIS, entry));
  return { runs, events, audit, lever: batch.lever === undefined ? contents.lever : batch.lever };
}

function refused(why: string): RouletteError {
  return new RouletteError('STORE_UNWRITABLE', `nothing was written: ${why}`);
}
