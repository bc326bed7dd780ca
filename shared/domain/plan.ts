// The plan: experiment + seed + inventory, compiled. A value that can be printed, compared and digested.

import type { ErrorCode } from '../errors.ts';
import type { FaultKind } from '../faults/index.ts';
import type { FaultParams, Pick, ProcessSelector } from './experiment.ts';
import type { NodeId, SlotId } from './ids.ts';

export interface Plan {
  readonly apiVersion: 'roulette/v1';
  readonly kind: 'Plan';
  readonly experiment: {
    readonly name: string;
    readonly owner: string;
    readonly environment: string;
    /** SHA-256 of the document as canonical JSON. */
    readonly digest: string;
  };
  readonly seed: string;
  readonly stages: readonly PlanStage[];
  /** In order of stage, offset, step and repetition. */
  readonly slots: readonly Slot[];
  /**
   * Per slot the next candidates in rank order, used in turn when a chosen node is away at the slot's time.
   * Kept beside the slots, so that losing a node changes only the slots that it had won.
   */
  readonly standby: Readonly<Record<SlotId, readonly NodeId[]>>;
  /** What host names and other targets among the peers of faults come to; the slots have these addresses. */
  readonly peers?: Readonly<Record<string, readonly string[]>>;
  /** Why parts of the plan would be refused. A plan with any problem does not start. */
  readonly problems: readonly PlanProblem[];
}

export interface PlanStage {
  readonly name: string;
  readonly together: boolean;
  /** From the stage's start to the end of its last injection, when all goes as planned. */
  readonly lengthMs: number;
  readonly steps: readonly PlanStep[];
}

export interface PlanStep {
  readonly step: number;
  readonly fault: FaultKind;
  readonly target: string;
  /** Nodes of the target. */
  readonly matched: number;
  /** The share of the target asked for, as the document's mode says it, for example `30%`. */
  readonly asked: string;
  /** The smallest and largest number of nodes that a slot of this step hits. */
  readonly nodesPerSlot: readonly [number, number];
}

export interface Slot {
  readonly id: SlotId;
  readonly stage: string;
  /** From 1. */
  readonly step: number;
  /** From 1. */
  readonly repetition: number;
  /** From the start of the stage. */
  readonly offsetMs: number;
  readonly fault: FaultKind;
  readonly params: FaultParams;
  readonly durationMs: number | null;
  /** How long it may wait for room, when the document says so. */
  readonly slackMs?: number;
  readonly target: string;
  readonly processes: ProcessSelector | null;
  readonly pick: Pick;
  /** The nodes that win this slot, best rank first. */
  readonly nodes: readonly NodeId[];
  /** Seeds the choice of processes on each node. */
  readonly drawKey: string;
}

export interface PlanProblem {
  readonly code: ErrorCode;
  /** `<stage>/<step>`. */
  readonly at: string;
  readonly node: NodeId | null;
  readonly message: string;
}

/** Reads a plan back from the text that was made of it. Throws a TypeError for anything else. */
export function parsePlan(text: string): Plan {
  const value: unknown = JSON.parse(text);
  if (!isPlan(value)) throw new TypeError('this is not a plan of roulette/v1');
  return value;
}

function isPlan(value: unknown): value is Plan {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind } = value as { readonly apiVersion?: unknown; readonly kind?: unknown };
  return apiVersion === 'roulette/v1' && kind === 'Plan';
}
