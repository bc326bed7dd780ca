// A run as a value: what it has done so far, and what the next decision needs to know.

import type { Experiment } from '../../shared/domain/experiment.ts';
import type { NodeId, OrderId, RunId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, InjectOrder, OrderAnswer } from '../../shared/domain/order.ts';
import type { Plan, Slot } from '../../shared/domain/plan.ts';
import type { HaltedNode, RunEventBody, RunPhase, Verdict } from '../../shared/domain/run.ts';
import type { History, Sample } from './judge.ts';

/** What stays the same for the whole run. */
export interface RunContext {
  readonly run: RunId;
  readonly experiment: Experiment;
  readonly plan: Plan;
  readonly term: number;
  readonly leaseMs: number;
  /** How much longer than a lease, a duration or a watch the coordinator waits for a node's word. */
  readonly graceMs: number;
}

/** The two clocks at one instant. Decisions use `mono`; `wall` is only written down. */
export interface Moment {
  readonly mono: number;
  readonly wall: number;
}

export interface OrderState {
  readonly id: OrderId;
  readonly slot: Slot;
  readonly node: NodeId;
  /** Until the answer `sent`, then `active`, and `over` for ever. */
  readonly stage: 'sent' | 'active' | 'over';
  /** Monotonic; a node that has not begun it by then refuses it. */
  readonly notAfter: number;
  /** Monotonic; without a word until then the order counts as lost. */
  readonly deadline: number;
  /** How it was left, once it is over. */
  readonly outcome: Pick<HaltedNode, 'state' | 'at' | 'why'> | null;
}

/** Why a run is being stopped before its end. */
export interface HaltCause {
  readonly by: 'person' | 'rule' | 'blind' | 'restart';
  readonly reason: string;
  /** Orders that were open when the halt began: the rows of its proof. */
  readonly orders: readonly OrderId[];
}

export interface RunState {
  readonly phase: RunPhase;
  /** Monotonic start of the phase. */
  readonly phaseSince: number;
  /** Monotonic start of the monitors. */
  readonly monitorsSince: number;
  readonly history: History;
  readonly baseline: Readonly<Record<string, number>>;
  /** Whether the steady state held at the last judgement since the first stage began; null before that. */
  readonly steady: boolean | null;
  readonly stageIndex: number;
  /** Slots of the current stage that have been issued or skipped. */
  readonly issued: number;
  readonly orders: ReadonlyMap<OrderId, OrderState>;
  readonly connected: ReadonlySet<NodeId>;
  readonly halt: HaltCause | null;
  /** What keeps a run that held from claiming so; one sentence each. */
  readonly flaws: readonly string[];
  readonly ending: { readonly verdict: Verdict; readonly reason: string } | null;
}

export type RunInput =
  | {
      readonly type: 'prepare';
      readonly seed: string;
      readonly planDigest: string;
      readonly requestedBy: string;
      readonly replayOf: RunId | null;
    }
  | { readonly type: 'start' }
  /** Time has passed. */
  | { readonly type: 'tick' }
  | { readonly type: 'sample'; readonly sample: Sample }
  | { readonly type: 'answer'; readonly answer: OrderAnswer }
  | { readonly type: 'end'; readonly end: InjectionEnd }
  /** `known`: the orders that the node knows of, when it has said so. */
  | {
      readonly type: 'node';
      readonly node: NodeId;
      readonly connected: boolean;
      readonly known: readonly OrderId[] | null;
    }
  | {
      readonly type: 'halt';
      readonly by: string;
      readonly reason: string;
      readonly ref: string | null;
      /** The nodes have been told already, each to end everything. */
      readonly told: boolean;
    };

/** What the shell has to do, after it has recorded the events. */
export type Act =
  | { readonly type: 'send'; readonly node: NodeId; readonly order: InjectOrder }
  | { readonly type: 'revert'; readonly node: NodeId; readonly order: OrderId }
  | { readonly type: 'start-monitors' };

/** A decision: the new state, the facts to record, and the acts they allow, in order. */
export interface Turn {
  readonly state: RunState;
  readonly events: readonly RunEventBody[];
  readonly acts: readonly Act[];
}

export function extend(
  turn: Turn,
  more: { state?: Partial<RunState>; events?: readonly RunEventBody[]; acts?: readonly Act[] },
): Turn {
  return {
    state: { ...turn.state, ...more.state },
    events: [...turn.events, ...(more.events ?? [])],
    acts: [...turn.acts, ...(more.acts ?? [])],
  };
}

export function openOrders(state: RunState): OrderState[] {
  return [...state.orders.values()].filter((order) => order.stage !== 'over');
}

/** Orders that left something broken behind, as far as is known. */
export function brokenOrders(state: RunState): OrderState[] {
  return [...state.orders.values()].filter(({ outcome }) => outcome?.state === 'failed');
}
