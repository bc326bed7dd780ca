// The store port. Implementations: SQLite (the embedded default), and for tests one in memory and one whose
// writes fail. One contract suite runs over all of them.

import type { AuditEntry, AuditHead, AuditRow } from '../../shared/audit.ts';
import type { NodeId, RunId } from '../../shared/domain/ids.ts';
import type { KnownNode } from '../../shared/domain/node.ts';
import type { Reservation } from '../../shared/domain/reservation.ts';
import type { Lever, RunEvent, RunRecord } from '../../shared/domain/run.ts';
import type { Schedule } from '../../shared/domain/schedule.ts';

/** What belongs to one act and becomes durable together, or not at all. */
export interface Batch {
  /** Of runs that the store has, or that this batch brings; each `seq` is new in its run. */
  readonly events?: readonly RunEvent[];
  readonly audit?: readonly AuditEntry[];
  /** Replaces the record of the same id, or adds it. */
  readonly run?: RunRecord;
  /** Engages the lever, in the place of one that is engaged already; null releases it. */
  readonly lever?: Lever | null;
  /** Each replaces the one of the same order, or is added. */
  readonly reservations?: readonly Reservation[];
  /** Each replaces the one of the same name, or is added. */
  readonly nodes?: readonly KnownNode[];
  /** Takes this node out of the fleet. */
  readonly forgottenNode?: NodeId;
  /** Replaces the one of the same name, or is added. */
  readonly schedule?: Schedule;
  readonly removedSchedule?: string;
}

/** Reads throw STORE_UNREADABLE, naming table and row, for what is not as it was written. */
export interface Store {
  /**
   * Durable when it resolves. When it cannot write it throws STORE_UNWRITABLE, and AUDIT_BROKEN when the audit
   * log does not end where the store left it; in both cases nothing of the batch is kept.
   */
  readonly append: (batch: Batch) => Promise<void>;
  readonly getRun: (id: RunId) => Promise<RunRecord | null>;
  /** Newest first, in the order in which they were added. */
  readonly listRuns: (limit: number) => Promise<readonly RunRecord[]>;
  /** Null while the lever is not engaged. */
  readonly lever: () => Promise<Lever | null>;
  /** Runs whose phase is not `ended`, oldest first. */
  readonly openRuns: () => Promise<readonly RunRecord[]>;
  /** Events of a run with a larger `seq`, in order. */
  readonly listEvents: (id: RunId, afterSeq: number) => Promise<readonly RunEvent[]>;
  /**
   * Rows with a larger `seq`, in order, at most `limit` and possibly fewer; none means the end of the log.
   * A row that cannot be read ends the page before it, and throws AUDIT_BROKEN when it would be the first.
   */
  readonly listAudit: (afterSeq: number, limit: number) => Promise<readonly AuditRow[]>;
  /** Number and hash of the newest row, kept apart from the rows so that a lost tail shows. */
  readonly auditHead: () => Promise<AuditHead>;
  /**
   * What is reserved, and what was released at or after this time, oldest first. What was released more than eight
   * days before the newest reservation may be forgotten.
   */
  readonly reservations: (releasedSinceAt: number) => Promise<readonly Reservation[]>;
  /** By name. */
  readonly knownNodes: () => Promise<readonly KnownNode[]>;
  /** By name. */
  readonly schedules: () => Promise<readonly Schedule[]>;
  /** A number that is larger at each call, over restarts too: the coordinator's term. */
  readonly nextTerm: () => Promise<number>;
  /** A second call does nothing. */
  readonly close: () => Promise<void>;
}
