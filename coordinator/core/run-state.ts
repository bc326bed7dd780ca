// A run as a value: what it has done so far, and what the next decision needs to know.

import type { Experiment } from '../../shared/domain/experiment.ts';
import type { NodeId, OrderId, RunId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, InjectOrder, OrderAnswer } from '../../shared/domain/order.ts';
import type { Plan, Slot } from '../../shared/domain/plan.ts';
import type { HaltedNode, RunEventBody, RunPhase, Verdict } from '../../shared/domain/run.ts';
import type { Room } from './blast-radius/ledger.ts';
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

/**
 * What a decision knows of the world at one instant: the two clocks, of which it uses `mono` and only writes `wall`
 * down, and the room that the blast radius leaves.
 */
export interface Moment {
  readonly mono: number;
  readonly wall: number;
  readonly room: Room;
}

/** A node of a slot for which there was no room yet. */
export interface Wish {
  readonly slot: Slot;
  readonly node: NodeId;
  /** Monotonic; without room until then it is skipped. */
  readonly until: number;
}

/** An injection that is over, and after which the steady state has not been seen to hold yet. */
export interface Recovering {
  readonly order: OrderId;
  /** Monotonic; values have to be newer. */
  readonly since: number;
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
  readonly by: 'person' | 'rule' | 'blind' | 'window' | 'restart';
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
  /** Slots of the current stage whose time has come. */
  readonly issued: number;
  /** Of these, the nodes that wait for room, in the order in which they began to. */
  readonly waiting: readonly Wish[];
  readonly recovering: readonly Recovering[];
  readonly orders: ReadonlyMap<OrderId, OrderState>;
  readonly connected: ReadonlySet<NodeId>;
  readonly halt: HaltCause | null;
  /** What keeps a run that held from claiming so; one sentence each. */
  readonly flaws: readonly string[];
  readonly ending: { readonly verdict: Verdict; readonly reason: string } | null;
}

export type RunInput =
  | {
      readonly type: 'start';
      readonly by: string;
      readonly policyDigest: string;
      readonly approvedBy: readonly string[];
    }
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
    }
  /** The time in which the run may be played is over; `reason` says which window closed. */
  | { readonly type: 'close'; readonly reason: string };

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
