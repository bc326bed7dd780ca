// What a timeline leaves open: orders without a last word, and those whose last word is not that all is as before.

import { nodeOf, type OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd } from '../../shared/domain/order.ts';
import type { RunEvent, RunEventBody } from '../../shared/domain/run.ts';

/** An order without a recorded end. */
export interface LeftOrder {
  readonly id: OrderId;
  /** Whether its node has said that it has begun. */
  readonly begun: boolean;
}

export function ordersWithoutEnd(events: readonly RunEvent[]): LeftOrder[] {
  const open = new Map<OrderId, LeftOrder>();
  for (const { body } of events) {
    if (body.type === 'order.sent') open.set(body.order, { id: body.order, begun: false });
    if (body.type === 'injection.started') open.set(body.order, { id: body.order, begun: true });
    if (body.type === 'injection.ended' || body.type === 'injection.refused' || body.type === 'injection.lost') {
      open.delete(body.order);
    }
  }
  return [...open.values()];
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
