// Orders from the coordinator to an agent, and what the agent says of them.

import type { FaultKind } from '../faults/index.ts';
import type { FaultParams, Pick, ProcessSelector } from './experiment.ts';
import type { OrderId, RunId, SlotId } from './ids.ts';

export interface InjectOrder {
  readonly id: OrderId;
  readonly run: RunId;
  readonly slot: SlotId;
  /** The coordinator's term; an agent refuses orders of an earlier term than the highest it has seen. */
  readonly term: number;
  readonly fault: FaultKind;
  /** Must equal the agent's own spec digest: both sides mean the same parameters. */
  readonly specHash: string;
  readonly params: FaultParams;
  readonly processes: ProcessSelector | null;
  readonly pick: Pick;
  readonly drawKey: string;
  readonly durationMs: number | null;
  /** Not renewed for this long = the agent reverts by itself. */
  readonly leaseMs: number;
  /** Not begun within this time = the agent refuses it. */
  readonly notAfterMs: number;
}

/** A process as it was when it was chosen. PID and start time together never name another process. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks after boot (proc(5)). A decimal string: it may pass 2^53. */
  readonly startTicks: string;
  /** The same, as milliseconds since the epoch; for people, resolution 10 ms. */
  readonly startedAt: number;
  readonly name: string;
  readonly argv: readonly string[];
  readonly exe: string | null;
  readonly user: string;
  readonly unit: string | null;
  readonly cgroup: string | null;
  readonly service: string | null;
  /** TCP ports it listens on, ascending. */
  readonly ports: readonly number[];
  /** 0 for the oldest of the processes that are alike in all else. */
  readonly ageRank: number;
  /** Digest of service, argv and ports: equal for a process and its successor. */
  readonly identity: string;
}

/** A process that cannot be mistaken for a later one with the same PID. */
export type ProcessRef = { readonly [Key in 'pid' | 'startTicks']: ProcessIdentity[Key] };

/** A process that a selector would have matched, had it not been protected. */
export interface SkippedProcess {
  readonly pid: number;
  readonly name: string;
  readonly why: string;
}

/** One number read back from the node: what was asked and what came of it. */
export interface Observation {
  /** For example `processes gone` or `cpu load`. */
  readonly name: string;
  readonly unit: string;
  readonly asked: number | null;
  /** `null` when it could not be measured; `note` says why. */
  readonly achieved: number | null;
  /** Whether this observation shows that the fault took effect; `null` = it says nothing on that. */
  readonly effective: boolean | null;
  readonly note: string;
}

export type EndReason =
  /** The fault was over by itself, or its duration had passed. */
  | 'completed'
  | 'halted'
  | 'lease-expired'
  | 'agent-stopped'
  /** A step failed half-way; what had been done was reverted. */
  | 'failed'
  /** Found in the journal by a restarted agent, and reverted by it. */
  | 'recovered'
  /** The agent was gone or did not move, and its keeper reverted. */
  | 'keeper'
  /** The guard of the node, or the hour, no longer allows it. */
  | 'guard'
  /** The keeper was gone and could not be replaced. */
  | 'unkept'
  /** A reboot ended it. */
  | 'vanished'
  /** After it was applied the agent could not reach the coordinator any more. */
  | 'control-lost';

/** The agent's first word on an order. */
export type OrderAnswer =
  | {
      readonly kind: 'started';
      readonly orderId: OrderId;
      readonly at: number;
      readonly targets: readonly ProcessIdentity[];
      readonly skipped: readonly SkippedProcess[];
    }
  /** Nothing was done. `code` is from the error catalogue. */
  | {
      readonly kind: 'refused';
      readonly orderId: OrderId;
      readonly at: number;
      readonly code: string;
      readonly message: string;
      readonly skipped: readonly SkippedProcess[];
    };

/**
 * The agent's last word on a started order. Repeated until the coordinator has settled it. Only one that was not
 * `reverted` is followed by another: by the one that is.
 */
export interface InjectionEnd {
  readonly orderId: OrderId;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly reason: EndReason;
  readonly observations: readonly Observation[];
  /** True when every undo was done and confirmed; false leaves `revertErrors` for a person. */
  readonly reverted: boolean;
  readonly revertErrors: readonly string[];
}

/** An injection whose undo failed; it is tried again until it succeeds. */
export interface Unreverted {
  readonly orderId: OrderId;
  /** Wall clock of the node, when it first failed. */
  readonly since: number;
  readonly errors: readonly string[];
}

/** A node's answer to a halt of everything: nothing is active on it any more but what is listed as unreverted. */
export interface NodeHalted {
  readonly haltId: string;
  readonly at: number;
  /** The injections that the halt has ended. */
  readonly ends: readonly InjectionEnd[];
  readonly unreverted: readonly Unreverted[];
}

/** Which processes match, without touching any. Used for the preview of a plan and by the `processes` monitor. */
export interface SurveyRequest {
  readonly processes: ProcessSelector;
  /** With a draw key the matches come in rank order. */
  readonly drawKey: string | null;
}
