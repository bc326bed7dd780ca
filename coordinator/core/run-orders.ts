// What the nodes' words on orders mean for their run, and what their silence means.

import type { OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, Observation, OrderAnswer } from '../../shared/domain/order.ts';
import { injectionLengthMs } from '../../shared/faults/index.ts';
import { applyChanges, type Change } from './run-changes.ts';
import { toOrder } from './run-issue.ts';
import { openOrders, type Moment, type OrderState, type RunContext, type Turn } from './run-state.ts';

/**
 * Open orders that their node, freshly connected, knows nothing of. One that may still be begun is sent again. One that
 * may not is taken back: it may have left after the node said what it knows, so that only the node's own word, or its
 * deadline, ends it. And what had begun there is lost with the node's memory of it.
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
    return { events: [{ type: 'revert.sent', order: id, node }], acts: [{ type: 'revert', node, order: id }] };
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
  return order.stage === 'over' ? takeLateEnd(order, word.end) : takeEnd(order, word.end, now);
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

function takeEnd(order: OrderState, end: InjectionEnd, now: Moment): Change {
  const { slot, node, id } = order;
  const effective = tookEffect(end.observations);
  const state = end.reverted ? ('reverted' as const) : ('failed' as const);
  const why = end.reverted ? null : end.revertErrors.join('; ');
  const flaw = flawOf(order, end, effective);
  return {
    order: { ...order, stage: 'over', outcome: { state, at: end.endedAt, why } },
    ...(flaw === null ? {} : { flaw }),
    ...(end.reverted ? { recovering: { order: id, since: now.mono } } : {}),
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
    // Should it have begun after all, it must not live on the leases that other orders of the node are given.
    acts: [{ type: 'revert', node, order: id }],
  };
}
