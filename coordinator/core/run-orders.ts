// Orders of a run: which slots are due, who gets them, and what the nodes' answers mean.

import { orderId, type NodeId, type OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, InjectOrder, Observation, OrderAnswer } from '../../shared/domain/order.ts';
import type { Slot } from '../../shared/domain/plan.ts';
import type { RunEventBody } from '../../shared/domain/run.ts';
import { faultSpec, injectionLengthMs } from '../../shared/faults/index.ts';
import { specHash } from '../../shared/faults/spec.ts';
import {
  extend,
  openOrders,
  type Act,
  type Moment,
  type OrderState,
  type RunContext,
  type RunState,
  type Turn,
} from './run-state.ts';

/** What one step does to a run: an order in its new state, and the facts and acts that go with it. */
interface Change {
  readonly order?: OrderState;
  readonly flaw?: string;
  readonly events: readonly RunEventBody[];
  readonly acts?: readonly Act[];
}

/** Copies what it changes once, however many changes there are: a run may have thousands of orders. */
function applyChanges(turn: Turn, changes: readonly Change[]): Turn {
  if (changes.length === 0) return turn;
  const orders = new Map(turn.state.orders);
  for (const { order } of changes) if (order !== undefined) orders.set(order.id, order);
  const flaws = changes.flatMap(({ flaw }) => flaw ?? []);
  return extend(turn, {
    state: { orders, flaws: [...turn.state.flaws, ...flaws] },
    events: changes.flatMap(({ events }) => events),
    acts: changes.flatMap(({ acts = [] }) => acts),
  });
}

/** Issues every slot of the current stage whose time has come. Returns the same turn when none is due. */
export function issueDueSlots(context: RunContext, turn: Turn, now: Moment): Turn {
  const stage = context.plan.stages[turn.state.stageIndex];
  const slots = context.plan.slots.filter((slot) => slot.stage === stage?.name);
  const due = slots.slice(turn.state.issued).filter((slot) => turn.state.phaseSince + slot.offsetMs <= now.mono);
  if (due.length === 0) return turn;
  const changes = due.flatMap((slot) => issueSlot(context, turn.state, slot, now));
  return extend(applyChanges(turn, changes), { state: { issued: turn.state.issued + due.length } });
}

function issueSlot(context: RunContext, { connected }: RunState, slot: Slot, now: Moment): Change[] {
  const reserves = (context.plan.standby[slot.id] ?? []).filter((node) => connected.has(node));
  return slot.nodes.flatMap((node) => {
    const stand = connected.has(node) ? node : reserves.shift();
    if (stand === undefined) return [skipNode(slot, node)];
    const sent = sendOrder(context, slot, { node: stand, now });
    return stand === node ? [sent] : [substitute(slot, node, stand), sent];
  });
}

const AWAY = 'the node is not connected';

function substitute(slot: Slot, node: NodeId, by: NodeId): Change {
  return { events: [{ type: 'slot.substituted', slot: slot.id, node, by, why: AWAY }] };
}

function skipNode(slot: Slot, node: NodeId): Change {
  const why = `${AWAY}, and no other candidate is`;
  return {
    flaw: `${slot.id} was skipped on ${node}: ${why}`,
    events: [{ type: 'slot.skipped', slot: slot.id, node, code: 'NODE_AWAY', why }],
  };
}

function sendOrder(
  context: RunContext,
  slot: Slot,
  { node, now }: { readonly node: NodeId; readonly now: Moment },
): Change {
  const order = toOrder(context, slot, { node, notAfterMs: context.leaseMs });
  // An order that was not begun within its lease is never begun, and one that was has expired by then.
  const notAfter = now.mono + context.leaseMs;
  const deadline = notAfter + context.graceMs;
  return {
    order: { id: order.id, slot, node, stage: 'sent', notAfter, deadline, outcome: null },
    events: [{ type: 'order.sent', slot: slot.id, order: order.id, node, fault: slot.fault }],
    acts: [{ type: 'send', node, order }],
  };
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
 * Open orders that their node, freshly connected, knows nothing of. One that may still be begun is sent again; what
 * never reached the node was never done; and what had begun there is lost with the node's memory of it.
 */
export function takeUnknown(context: RunContext, turn: Turn, orders: readonly OrderState[], now: Moment): Turn {
  const isHalting = turn.state.phase === 'halting';
  return applyChanges(
    turn,
    orders.map((order) => changeOfUnknown(context, order, { now, isHalting })),
  );
}

function changeOfUnknown(
  context: RunContext,
  order: OrderState,
  { now, isHalting }: { readonly now: Moment; readonly isHalting: boolean },
): Change {
  const { slot, node, id } = order;
  if (order.stage === 'active') return loseOrder(order, { at: now.wall, why: 'the node no longer knows of it' });
  const notAfterMs = Math.floor(order.notAfter - now.mono);
  if (isHalting || notAfterMs <= 0) {
    const [code, message] = ['ORDER_REVERTED', 'the order never reached the node'];
    return takeRefusal(order, { kind: 'refused', orderId: id, at: now.wall, code, message, skipped: [] });
  }
  return {
    events: [{ type: 'order.repeated', slot: slot.id, order: id, node }],
    acts: [{ type: 'send', node, order: toOrder(context, slot, { node, notAfterMs }) }],
  };
}

/** What nodes have said of orders, in the order in which it came. A word that comes twice changes nothing. */
export type Word =
  { readonly type: 'answer'; readonly answer: OrderAnswer } | { readonly type: 'end'; readonly end: InjectionEnd };

export function takeWords(context: RunContext, turn: Turn, words: readonly Word[], now: Moment): Turn {
  const changed = new Map<OrderId, OrderState>();
  const changes: Change[] = [];
  for (const word of words) {
    const id = word.type === 'answer' ? word.answer.orderId : word.end.orderId;
    const order = changed.get(id) ?? turn.state.orders.get(id);
    const change = order === undefined ? null : changeOfWord(context, order, word, now);
    if (change === null) continue;
    changes.push(change);
    if (change.order !== undefined) changed.set(id, change.order);
  }
  return applyChanges(turn, changes);
}

function changeOfWord(context: RunContext, order: OrderState, word: Word, now: Moment): Change | null {
  if (word.type === 'answer') return takeAnswer(context, order, word.answer, now);
  return order.stage === 'over' ? takeLateEnd(order, word.end) : takeEnd(order, word.end);
}

function takeAnswer(context: RunContext, order: OrderState, answer: OrderAnswer, now: Moment): Change | null {
  if (order.stage !== 'sent') return null;
  if (answer.kind === 'refused') return takeRefusal(order, answer);
  const { slot, node, id } = order;
  const length = injectionLengthMs(slot.fault, slot.durationMs, slot.params);
  const deadline = now.mono + length + context.leaseMs + context.graceMs;
  return {
    order: { ...order, stage: 'active', deadline },
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
  };
}

function takeRefusal(order: OrderState, answer: OrderAnswer & { kind: 'refused' }): Change {
  const { slot, node, id } = order;
  const why = answer.message;
  const outcome = { state: 'reverted' as const, at: answer.at, why: `nothing was done: ${why}` };
  return {
    order: { ...order, stage: 'over', outcome },
    flaw: `${slot.id} was refused by ${node}: ${why}`,
    events: [
      { type: 'injection.refused', slot: slot.id, order: id, node, code: answer.code, why, skipped: answer.skipped },
    ],
  };
}

function takeEnd(order: OrderState, end: InjectionEnd): Change {
  const { slot, node, id } = order;
  const effective = tookEffect(end.observations);
  const state = end.reverted ? ('reverted' as const) : ('failed' as const);
  const why = end.reverted ? null : end.revertErrors.join('; ');
  const flaw = flawOf(order, end, effective);
  return {
    order: { ...order, stage: 'over', outcome: { state, at: end.endedAt, why } },
    ...(flaw === null ? {} : { flaw }),
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
  };
}

/** After it had been given up, or its undo had failed: now it is known to be clean. */
function takeLateEnd(order: OrderState, end: InjectionEnd): Change | null {
  if (!end.reverted || order.outcome?.state === 'reverted') return null;
  const { slot, node, id } = order;
  return {
    order: { ...order, outcome: { state: 'reverted', at: end.endedAt, why: 'confirmed late' } },
    events: [{ type: 'revert.confirmed', slot: slot.id, order: id, node, nodeAt: end.endedAt }],
  };
}

/** At least one observation shows the effect, and none shows that it was missing. */
function tookEffect(observations: readonly Observation[]): boolean {
  const shown = observations.flatMap(({ effective }) => (effective === null ? [] : [effective]));
  return shown.length > 0 && shown.every(Boolean);
}

function flawOf(order: OrderState, end: InjectionEnd, effective: boolean): string | null {
  const where = `${order.slot.id} on ${order.node}`;
  if (end.reason === 'halted') return null;
  if (end.reason !== 'completed') return `${where} ended early: ${end.reason}`;
  return effective ? null : `${where} did not take effect`;
}

/** Orders whose node said nothing in time: the node's lease has run out by then, or the node is down. */
export function loseOverdueOrders(turn: Turn, now: Moment): Turn {
  const overdue = openOrders(turn.state).filter((order) => order.deadline <= now.mono);
  return applyChanges(
    turn,
    overdue.map((order) => {
      const why = order.stage === 'sent' ? 'the node did not answer the order' : 'the node did not report the end';
      return loseOrder(order, { at: now.wall, why });
    }),
  );
}

function loseOrder(order: OrderState, { at, why }: { readonly at: number; readonly why: string }): Change {
  const { slot, node, id } = order;
  return {
    order: { ...order, stage: 'over', outcome: { state: 'expires', at, why } },
    flaw: `${slot.id} on ${node}: ${why}`,
    events: [{ type: 'injection.lost', slot: slot.id, order: id, node, why }],
  };
}
