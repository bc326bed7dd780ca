// Orders of a run: which slots are due, who gets them, and what the nodes' answers mean.

import { orderId, type NodeId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, InjectOrder, Observation, OrderAnswer } from '../../shared/domain/order.ts';
import type { Slot } from '../../shared/domain/plan.ts';
import type { RunEventBody } from '../../shared/domain/run.ts';
import { faultSpec, injectionLengthMs } from '../../shared/faults/index.ts';
import { specHash } from '../../shared/faults/spec.ts';
import {
  extend,
  openOrders,
  withOrder,
  type Moment,
  type OrderState,
  type RunContext,
  type Turn,
} from './run-state.ts';

/** Issues every slot of the current stage whose time has come. Returns the same turn when none is due. */
export function issueDueSlots(context: RunContext, turn: Turn, now: Moment): Turn {
  const stage = context.plan.stages[turn.state.stageIndex];
  const slots = context.plan.slots.filter((slot) => slot.stage === stage?.name);
  const due = slots.slice(turn.state.issued).filter((slot) => turn.state.phaseSince + slot.offsetMs <= now.mono);
  return due.reduce((current, slot) => issueSlot(context, current, slot, now), turn);
}

function issueSlot(context: RunContext, turn: Turn, slot: Slot, now: Moment): Turn {
  const reserves = (context.plan.standby[slot.id] ?? []).filter((node) => turn.state.connected.has(node));
  let current = extend(turn, { state: { issued: turn.state.issued + 1 } });
  for (const node of slot.nodes) {
    const stand = turn.state.connected.has(node) ? node : reserves.shift();
    if (stand === undefined) current = skipNode(current, slot, node);
    else
      current = sendOrder(context, stand === node ? current : substitute(current, slot, node, stand), slot, {
        node: stand,
        now,
      });
  }
  return current;
}

const AWAY = 'the node is not connected';

function substitute(turn: Turn, slot: Slot, node: NodeId, by: NodeId): Turn {
  return extend(turn, { events: [{ type: 'slot.substituted', slot: slot.id, node, by, why: AWAY }] });
}

function skipNode(turn: Turn, slot: Slot, node: NodeId): Turn {
  const why = `${AWAY}, and no other candidate is`;
  return extend(turn, {
    state: { flaws: [...turn.state.flaws, `${slot.id} was skipped on ${node}: ${why}`] },
    events: [{ type: 'slot.skipped', slot: slot.id, node, code: 'NODE_AWAY', why }],
  });
}

function sendOrder(
  context: RunContext,
  turn: Turn,
  slot: Slot,
  target: { readonly node: NodeId; readonly now: Moment },
): Turn {
  const { node, now } = target;
  const order = toOrder(context, slot, { node, notAfterMs: context.leaseMs });
  // An order that was not begun within its lease is never begun, and one that was has expired by then.
  const notAfter = now.mono + context.leaseMs;
  const state: OrderState = {
    id: order.id,
    slot,
    node,
    stage: 'sent',
    notAfter,
    deadline: notAfter + context.graceMs,
    outcome: null,
  };
  return extend(turn, {
    state: { orders: withOrder(turn.state, state) },
    events: [{ type: 'order.sent', slot: slot.id, order: order.id, node, fault: slot.fault }],
    acts: [{ type: 'send', node, order }],
  });
}

function toOrder(
  context: RunContext,
  slot: Slot,
  { node, notAfterMs }: { readonly node: NodeId; readonly notAfterMs: number },
): InjectOrder {
  const { fault, params, processes, pick, drawKey, durationMs } = slot;
  return {
    id: orderId(context.run, slot.id, node),
    run: context.run,
    slot: slot.id,
    term: context.term,
    fault,
    specHash: specHash(faultSpec(fault)),
    params,
    processes,
    pick,
    drawKey,
    durationMs,
    leaseMs: context.leaseMs,
    notAfterMs,
  };
}

/**
 * An open order that its node, freshly connected, knows nothing of. One that may still be begun is sent again; what
 * never reached the node was never done; and what had begun there is lost with the node's memory of it.
 */
export function takeUnknown(context: RunContext, turn: Turn, order: OrderState, now: Moment): Turn {
  const { slot, node, id } = order;
  if (order.stage === 'active') return loseOrder(turn, order, { at: now.wall, why: 'the node no longer knows of it' });
  const notAfterMs = Math.floor(order.notAfter - now.mono);
  if (turn.state.phase === 'halting' || notAfterMs <= 0) {
    const [code, message] = ['ORDER_REVERTED', 'the order never reached the node'];
    return takeRefusal(turn, order, { kind: 'refused', orderId: id, at: now.wall, code, message, skipped: [] });
  }
  return extend(turn, {
    events: [{ type: 'order.repeated', slot: slot.id, order: id, node }],
    acts: [{ type: 'send', node, order: toOrder(context, slot, { node, notAfterMs }) }],
  });
}

/** A first word that comes twice, or for an order that is already over, changes nothing. */
export function takeAnswer(context: RunContext, turn: Turn, answer: OrderAnswer, now: Moment): Turn {
  const order = turn.state.orders.get(answer.orderId);
  if (order?.stage !== 'sent') return turn;
  if (answer.kind === 'refused') return takeRefusal(turn, order, answer);
  const { slot, node, id } = order;
  const length = injectionLengthMs(slot.fault, slot.durationMs, slot.params);
  const deadline = now.mono + length + context.leaseMs + context.graceMs;
  return extend(turn, {
    state: { orders: withOrder(turn.state, { ...order, stage: 'active', deadline }) },
    events: [
      {
        type: 'injection.started',
        slot: slot.id,
        order: id,
        node,
        fault: slot.fault,
        seed: context.plan.seed,
        nodeAt: answer.at,
        targets: answer.targets,
        skipped: answer.skipped,
      },
    ],
  });
}

function takeRefusal(turn: Turn, order: OrderState, answer: OrderAnswer & { kind: 'refused' }): Turn {
  const { slot, node, id } = order;
  const why = answer.message;
  const outcome = { state: 'reverted' as const, at: answer.at, why: `nothing was done: ${why}` };
  return extend(turn, {
    state: {
      orders: withOrder(turn.state, { ...order, stage: 'over', outcome }),
      flaws: [...turn.state.flaws, `${slot.id} was refused by ${node}: ${why}`],
    },
    events: [
      { type: 'injection.refused', slot: slot.id, order: id, node, code: answer.code, why, skipped: answer.skipped },
    ],
  });
}

/** The last word on an order. One that comes twice changes nothing. */
export function takeEnd(turn: Turn, end: InjectionEnd): Turn {
  const order = turn.state.orders.get(end.orderId);
  if (order === undefined) return turn;
  if (order.stage === 'over') return takeLateEnd(turn, order, end);
  const { slot, node, id } = order;
  const effective = tookEffect(end.observations);
  const state = end.reverted ? ('reverted' as const) : ('failed' as const);
  const why = end.reverted ? null : end.revertErrors.join('; ');
  const outcome = { state, at: end.endedAt, why };
  return extend(turn, {
    state: {
      orders: withOrder(turn.state, { ...order, stage: 'over', outcome }),
      flaws: [...turn.state.flaws, ...flawsOf(order, end, effective)],
    },
    events: [
      {
        type: 'injection.ended',
        slot: slot.id,
        order: id,
        node,
        reason: end.reason,
        startedAt: end.startedAt,
        endedAt: end.endedAt,
        observations: end.observations,
        effective,
        reverted: end.reverted,
        revertErrors: end.revertErrors,
      },
    ],
  });
}

/** After it had been given up, or its undo had failed: now it is known to be clean. */
function takeLateEnd(turn: Turn, order: OrderState, end: InjectionEnd): Turn {
  if (!end.reverted || order.outcome?.state === 'reverted') return turn;
  const { slot, node, id } = order;
  const outcome = { state: 'reverted' as const, at: end.endedAt, why: 'confirmed late' };
  return extend(turn, {
    state: { orders: withOrder(turn.state, { ...order, outcome }) },
    events: [{ type: 'revert.confirmed', slot: slot.id, order: id, node, nodeAt: end.endedAt }],
  });
}

/** At least one observation shows the effect, and none shows that it was missing. */
function tookEffect(observations: readonly Observation[]): boolean {
  const shown = observations.flatMap(({ effective }) => (effective === null ? [] : [effective]));
  return shown.length > 0 && shown.every(Boolean);
}

function flawsOf(order: OrderState, end: InjectionEnd, effective: boolean): string[] {
  const where = `${order.slot.id} on ${order.node}`;
  if (end.reason === 'halted') return [];
  if (end.reason !== 'completed') return [`${where} ended early: ${end.reason}`];
  return effective ? [] : [`${where} did not take effect`];
}

/** Orders whose node said nothing in time: the node's lease has run out by then, or the node is down. */
export function loseOverdueOrders(turn: Turn, now: Moment): Turn {
  return openOrders(turn.state)
    .filter((order) => order.deadline <= now.mono)
    .reduce((current, order) => {
      const why = order.stage === 'sent' ? 'the node did not answer the order' : 'the node did not report the end';
      return loseOrder(current, order, { at: now.wall, why });
    }, turn);
}

function loseOrder(turn: Turn, order: OrderState, { at, why }: { readonly at: number; readonly why: string }): Turn {
  const outcome = { state: 'expires' as const, at, why };
  const event: RunEventBody = { type: 'injection.lost', slot: order.slot.id, order: order.id, node: order.node, why };
  return extend(turn, {
    state: {
      orders: withOrder(turn.state, { ...order, stage: 'over', outcome }),
      flaws: [...turn.state.flaws, `${order.slot.id} on ${order.node}: ${why}`],
    },
    events: [event],
  });
}
