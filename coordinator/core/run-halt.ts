// Stopping a run: every open order is reverted, and the run is called halted only when each of them is over.

import type { HaltedNode } from '../../shared/domain/run.ts';
import { endRun } from './run-verdict.ts';
import {
  extend,
  openOrders,
  type HaltCause,
  type Moment,
  type OrderState,
  type RunContext,
  type RunState,
  type Turn,
} from './run-state.ts';

interface HaltRequest {
  readonly at: Moment;
  readonly by: string;
  readonly reason: string;
  readonly ref: string | null;
  /** The nodes have been told already, each to end everything. */
  readonly told: boolean;
}

/** A second request changes nothing, but a person's stops the watch for recovery that follows a rule's halt. */
export function requestHalt(
  context: RunContext,
  turn: Turn,
  cause: Pick<HaltCause, 'by' | 'reason'>,
  request: HaltRequest,
): Turn {
  const { at, by, reason, ref, told } = request;
  const asked = extend(turn, { events: [{ type: 'halt.requested', by, reason, ref }] });
  const { halt } = turn.state;
  if (halt !== null && turn.state.phase === 'halting') {
    return cause.by === 'person' ? extend(asked, { state: { halt: { ...halt, ...cause } } }) : asked;
  }
  const open = openOrders(turn.state);
  // By then the lease of every node has run out, renewed or not.
  const deadline = at.mono + context.leaseMs + context.graceMs;
  // An order whose answer is out may have left after the nodes were told.
  const toRevert = told ? open.filter(({ stage }) => stage === 'sent') : open;
  const orders = new Map(turn.state.orders);
  for (const order of open) orders.set(order.id, { ...order, deadline: Math.min(order.deadline, deadline) });
  return extend(asked, {
    state: {
      phase: 'halting',
      phaseSince: at.mono,
      waiting: [],
      orders,
      halt: { ...cause, orders: [...(halt?.orders ?? []), ...open.map(({ id }) => id)] },
    },
    events: toRevert.map(({ id, node }) => ({ type: 'revert.sent', order: id, node })),
    acts: toRevert.map(({ id, node }) => ({ type: 'revert', node, order: id })),
  });
}

/** Waits for the last open order; then a rule's halt is judged by the recovery, any other ends the run. */
export function confirmHalt(context: RunContext, turn: Turn, now: Moment): Turn {
  const { halt } = turn.state;
  if (halt === null || openOrders(turn.state).length > 0) return turn;
  const confirmed = extend(turn, { events: [{ type: 'halt.confirmed', nodes: haltedNodes(turn.state, now) }] });
  if (halt.by !== 'rule') return endRun(confirmed);
  const stage = context.plan.stages[turn.state.stageIndex]?.name ?? '';
  return extend(confirmed, {
    state: { phase: 'recovering', phaseSince: now.mono },
    events: [{ type: 'recovery.started', stage, withinMs: context.experiment.recoveryWithinMs }],
  });
}

/** The proof of a halt: one row for each order that was open when it began. */
export function haltedNodes(state: RunState, now: Moment): HaltedNode[] {
  return (state.halt?.orders ?? []).flatMap((id) => {
    const order = state.orders.get(id);
    return order === undefined ? [] : [{ node: order.node, order: id, ...(order.outcome ?? expiryOf(order, now)) }];
  });
}

function expiryOf({ deadline }: OrderState, now: Moment): Pick<HaltedNode, 'state' | 'at' | 'why'> {
  return { state: 'expires', at: Math.round(now.wall + deadline - now.mono), why: 'the node is not connected' };
}

/** Whether more waiting can bring another confirmation: a node that is away can only let its lease run out. */
export function isHaltProved(state: RunState): boolean {
  return state.phase !== 'halting' || openOrders(state).every(({ node }) => !state.connected.has(node));
}
