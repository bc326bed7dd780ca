// The store port. Implementations: memory (tests), SQLite (the embedded default), failing (tests of failure paths).
// One contract suite runs over all of them.

import type { AuditEntry, AuditHead, AuditRow } from '../../shared/audit.ts';
import type { RunId } from '../../shared/domain/ids.ts';
import type { RunEvent, RunRecord } from '../../shared/domain/run.ts';

/** What belongs to one act and becomes durable together, or not at all. */
export interface Batch {
  readonly events?: readonly RunEvent[];
  readonly audit?: readonly AuditEntry[];
  /** Replaces the record of the same id, or adds it. */
  readonly run?: RunRecord;
}

export interface Store {
  /** Durable when it resolves. Throws STORE_UNWRITABLE and writes nothing when it cannot. */
  readonly append: (batch: Batch) => Promise<void>;
  readonly getRun: (id: RunId) => Promise<RunRecord | null>;
  /** Newest first. */
  readonly listRuns: (limit: number) => Promise<readonly RunRecord[]>;
  /** Runs whose phase is not `ended`, oldest first. */
  readonly openRuns: () => Promise<readonly RunRecord[]>;
  /** Events of a run with a larger `seq`, in order. */
  readonly listEvents: (id: RunId, afterSeq: number) => Promise<readonly RunEvent[]>;
  /** Rows with a larger `seq`, in order, at most `limit`. Throws AUDIT_BROKEN naming the row that cannot be read. */
  readonly listAudit: (afterSeq: number, limit: number) => Promise<readonly AuditRow[]>;
  /** Number and hash of the newest row, kept apart from the rows so that a lost tail shows. */
  readonly auditHead: () => Promise<AuditHead>;
  /** A number that is larger at each call, over restarts too: the coordinator's term. */
  readonly nextTerm: () => Promise<number>;
  readonly close: () => Promise<void>;
}
