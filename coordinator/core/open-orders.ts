// What a timeline leaves open: orders without a last word, and those whose last word is not that all is as before.

import { nodeOf, type OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd } from '../../shared/domain/order.ts';
import type { HaltedNode, RunEvent, RunEventBody } from '../../shared/domain/run.ts';

/** An order without a recorded end after which all is as before. */
export interface LeftOrder {
  readonly id: OrderId;
  /** Whether its node has said that it has begun. */
  readonly begun: boolean;
  /** How it was given up, or its undo failed; absent while neither is recorded. */
  readonly outcome?: Pick<HaltedNode, 'state' | 'at' | 'why'>;
}

export function ordersWithoutEnd(events: readonly RunEvent[]): LeftOrder[] {
  const left = new Map<OrderId, LeftOrder>();
  for (const event of events) {
    const [order, now] = leftBy(event) ?? [];
    if (order === undefined) continue;
    if (now === null || now === undefined) left.delete(order);
    else left.set(order, { begun: left.get(order)?.begun ?? false, ...now });
  }
  return [...left.values()];
}

/** What a fact leaves of its order: null for one that is as before; undefined when it says nothing on that. */
function leftBy({
  at,
  body,
}: RunEvent): readonly [OrderId, (Omit<LeftOrder, 'begun'> & Partial<LeftOrder>) | null] | undefined {
  switch (body.type) {
    case 'order.sent':
      return [body.order, { id: body.order }];
    case 'injection.started':
      return [body.order, { id: body.order, begun: true }];
    case 'injection.lost':
      return [body.order, { id: body.order, outcome: { state: 'expires', at, why: body.why } }];
    case 'injection.ended': {
      const { order, reverted, endedAt, revertErrors } = body;
      if (reverted) return [order, null];
      return [order, { id: order, outcome: { state: 'failed', at: endedAt, why: revertErrors.join('; ') } }];
    }
    case 'injection.refused':
    case 'revert.confirmed':
      return [body.order, null];
    default:
      return undefined;
  }
}

/**
 * An end that comes after the run: the fact that what the run had to leave as lost or broken is clean now. Null when
 * it says nothing new.
 */
export function lateConfirmation(events: readonly RunEvent[], end: InjectionEnd): RunEventBody | null {
  if (!end.reverted) return null;
  const last = events.findLast(({ body }) => 'slot' in body && 'order' in body && body.order === end.orderId)?.body;
  if (last?.type !== 'injection.lost' && last?.type !== 'injection.ended') return null;
  if (last.type === 'injection.ended' && last.reverted) return null;
  const { orderId: order, endedAt: nodeAt } = end;
  return { type: 'revert.confirmed', slot: last.slot, order, node: nodeOf(order), nodeAt };
}
