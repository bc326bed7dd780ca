// A run and its timeline: the ordered facts that verdict, report and replay are made from.

import type { FaultKind } from '../faults/index.ts';
import type { RunId, NodeId, OrderId, SlotId } from './ids.ts';
import type { EndReason, Observation, ProcessIdentity, SkippedProcess } from './order.ts';

export type Verdict = 'passed' | 'refuted' | 'inconclusive' | 'aborted' | 'refused' | 'error';

export type RunPhase = 'prepared' | 'baseline' | 'playing' | 'recovering' | 'halting' | 'ended';

export interface RunSummary {
  readonly id: RunId;
  readonly experiment: string;
  readonly owner: string;
  readonly seed: string;
  readonly planDigest: string;
  readonly phase: RunPhase;
  readonly verdict: Verdict | null;
  /** Why the verdict is what it is; one sentence. `null` until the run ends. */
  readonly reason: string | null;
  readonly requestedBy: string;
  readonly replayOf: RunId | null;
  readonly preparedAt: number;
  readonly endedAt: number | null;
  /** Until then a prepared run can be started; `null` for runs of before there were such limits. */
  readonly expiresAt: number | null;
  /** Digest of the policy that it was prepared under. */
  readonly policyDigest: string | null;
}

/** Everything kept of a run but its timeline. */
export interface RunRecord extends RunSummary {
  /** The text of the document, as it was handed in. */
  readonly document: string;
  /** Canonical JSON of the plan. */
  readonly plan: string;
}

/** One fact of the timeline. `seq` counts from 1 within a run. */
export interface RunEvent {
  readonly run: RunId;
  readonly seq: number;
  /** Wall clock, for people; the order is `seq`. */
  readonly at: number;
  readonly body: RunEventBody;
}

export type RunEventBody =
  | {
      readonly type: 'run.prepared';
      readonly seed: string;
      readonly planDigest: string;
      readonly requestedBy: string;
      readonly replayOf: RunId | null;
      readonly policyDigest: string;
      readonly expiresAt: number;
      /** Set when nobody asked just now, but a schedule fired. */
      readonly firing?: { readonly schedule: string; readonly at: number };
    }
  | {
      readonly type: 'run.approved';
      readonly by: string;
      /** The plan that was approved; for another one it does not count. */
      readonly planDigest: string;
      readonly expiresAt: number;
      readonly comment: string | null;
    }
  /** What the endpoints have said that are asked before every start; one veto is enough. */
  | {
      readonly type: 'preflight.answered';
      readonly answers: readonly {
        readonly endpoint: string;
        /** What the endpoint was given as `Roulette-Delivery`. */
        readonly delivery: string;
        /** `null` when it lets the run through. */
        readonly veto: string | null;
      }[];
    }
  | {
      readonly type: 'run.started';
      readonly by: string;
      readonly policyDigest: string;
      readonly approvedBy: readonly string[];
    }
  | { readonly type: 'baseline.started'; readonly lengthMs: number }
  | { readonly type: 'baseline.measured'; readonly medians: Readonly<Record<string, number>> }
  | { readonly type: 'gate.passed'; readonly stage: string }
  | {
      readonly type: 'gate.failed';
      readonly stage: string;
      readonly conditions: readonly string[];
      readonly blind: boolean;
    }
  | { readonly type: 'stage.started'; readonly stage: string; readonly lengthMs: number }
  | {
      readonly type: 'order.sent';
      readonly slot: SlotId;
      readonly order: OrderId;
      readonly node: NodeId;
      readonly fault: FaultKind;
    }
  | {
      readonly type: 'slot.substituted';
      readonly slot: SlotId;
      readonly node: NodeId;
      readonly by: NodeId;
      /** Of the policy; `null` when the node is away. */
      readonly rule: string | null;
      readonly why: string;
    }
  /** Neither the node nor another candidate can be hit just now: the slot waits for room, at most so long. */
  | {
      readonly type: 'slot.waiting';
      readonly slot: SlotId;
      readonly node: NodeId;
      readonly rule: string | null;
      readonly why: string;
      readonly forMs: number;
    }
  | {
      readonly type: 'slot.skipped';
      readonly slot: SlotId;
      readonly node: NodeId | null;
      readonly code: string;
      readonly rule: string | null;
      readonly why: string;
    }
  | {
      readonly type: 'injection.started';
      readonly slot: SlotId;
      readonly order: OrderId;
      readonly node: NodeId;
      readonly fault: FaultKind;
      readonly seed: string;
      readonly nodeAt: number;
      readonly targets: readonly ProcessIdentity[];
      readonly skipped: readonly SkippedProcess[];
    }
  | {
      readonly type: 'injection.refused';
      readonly slot: SlotId;
      readonly order: OrderId;
      readonly node: NodeId;
      readonly code: string;
      readonly why: string;
      readonly skipped: readonly SkippedProcess[];
    }
  | {
      readonly type: 'injection.ended';
      readonly slot: SlotId;
      readonly order: OrderId;
      readonly node: NodeId;
      readonly reason: EndReason;
      readonly startedAt: number;
      readonly endedAt: number;
      readonly observations: readonly Observation[];
      readonly effective: boolean;
      readonly reverted: boolean;
      readonly revertErrors: readonly string[];
    }
  /** Neither answer nor end came in time. The node's lease has run out, so it reverted by itself or is down. */
  | {
      readonly type: 'injection.lost';
      readonly slot: SlotId;
      readonly order: OrderId;
      readonly node: NodeId;
      readonly why: string;
    }
  /** The order had not reached the node before its connection broke; it was sent once more. */
  | { readonly type: 'order.repeated'; readonly slot: SlotId; readonly order: OrderId; readonly node: NodeId }
  /** What was lost, or could not be undone at first, is now confirmed as reverted. May come after the run's end. */
  | {
      readonly type: 'revert.confirmed';
      readonly slot: SlotId;
      readonly order: OrderId;
      readonly node: NodeId;
      /** When it was reverted, by the node's clock. */
      readonly nodeAt: number;
    }
  | { readonly type: 'node.lost'; readonly node: NodeId }
  | { readonly type: 'node.returned'; readonly node: NodeId }
  | {
      readonly type: 'monitor.sampled';
      readonly monitor: string;
      readonly value: number | null;
      readonly why: string | null;
    }
  | { readonly type: 'abort.breached'; readonly condition: string; readonly why: string; readonly blind: boolean }
  | { readonly type: 'halt.requested'; readonly by: string; readonly reason: string; readonly ref: string | null }
  | { readonly type: 'revert.sent'; readonly order: OrderId; readonly node: NodeId }
  | { readonly type: 'halt.confirmed'; readonly nodes: readonly HaltedNode[] }
  /** The steady state as a whole, judged at every sample from the first injection on; only changes are kept. */
  | { readonly type: 'steady.lost'; readonly conditions: readonly string[] }
  | { readonly type: 'steady.regained' }
  /** On values taken since these were over the steady state holds: they count as impaired no more. */
  | { readonly type: 'recovery.confirmed'; readonly orders: readonly OrderId[] }
  | { readonly type: 'recovery.started'; readonly stage: string; readonly withinMs: number }
  | {
      readonly type: 'recovery.measured';
      readonly stage: string;
      readonly tookMs: number | null;
      readonly conditions: readonly string[];
      readonly blind: boolean;
    }
  | { readonly type: 'stage.ended'; readonly stage: string }
  | { readonly type: 'run.ended'; readonly verdict: Verdict; readonly reason: string };

/**
 * What became of something that was to be reverted. `reverted`: the node has confirmed it. `expires`: the node does
 * not answer, and its lease has run out by then. `failed`: an undo failed, and the node tries again.
 */
export type HaltOutcome = 'reverted' | 'expires' | 'failed';

/** One row of the proof of a halt. */
export interface HaltedNode {
  readonly node: NodeId;
  readonly order: OrderId;
  readonly state: HaltOutcome;
  /** When it was reverted or failed (the node's clock), or by when it has expired. */
  readonly at: number;
  readonly why: string | null;
}

/** Who has halted the whole fleet: no run starts until somebody releases it. */
export interface Lever {
  readonly engagedAt: number;
  readonly engagedBy: string;
  readonly reason: string;
  readonly ref: string | null;
}
