// What the facts of a run do to its reservations. An order reserves before it leaves; its node is free again when it
// was never touched, when the steady state holds after its end, or when the time is over in which anybody can have kept
// the fault alive. An undo that failed keeps its node until it succeeds.

import type { OrderId, SlotId } from '../../../shared/domain/ids.ts';
import type { Slot } from '../../../shared/domain/plan.ts';
import type { Reservation } from '../../../shared/domain/reservation.ts';
import type { RunEventBody } from '../../../shared/domain/run.ts';
import { release } from './ledger.ts';

export interface BookingGround {
  /** Those of the run that nobody has released yet. */
  readonly held: readonly Reservation[];
  readonly slotOf: (id: SlotId) => Pick<Slot, 'processes'> | undefined;
  /** Wall clock. */
  readonly now: number;
  /** Lease and grace: by then a node that was not heard of has reverted by itself. */
  readonly expiryMs: number;
  /** How long the steady state may take to return. */
  readonly recoveryMs: number;
}

/** The reservations that change, as they are after all these facts. */
export function bookingsOf(facts: readonly RunEventBody[], ground: BookingGround): Reservation[] {
  const held = new Map(ground.held.map((one) => [one.order, one]));
  const changed = new Map<OrderId, Reservation>();
  for (const fact of facts) {
    for (const one of changesOf(fact, held, ground)) {
      held.set(one.order, one);
      changed.set(one.order, one);
    }
  }
  return [...changed.values()];
}

type Held = ReadonlyMap<OrderId, Reservation>;

function changesOf(fact: RunEventBody, held: Held, ground: BookingGround): Reservation[] {
  const { now, expiryMs, recoveryMs } = ground;
  switch (fact.type) {
    case 'order.sent':
      return [reserve(fact, ground)];
    case 'injection.refused':
    case 'revert.confirmed':
      return change(held, [fact.order], (one) => release(one, now));
    case 'injection.ended':
      return change(held, [fact.order], (one) => ({ ...one, state: fact.reverted ? 'recovering' : 'broken' }));
    case 'injection.lost':
      return change(held, [fact.order], (one) => ({ ...one, state: 'expiring', until: now + expiryMs }));
    case 'recovery.confirmed':
      return change(held, fact.orders, (one) => release(one, now));
    case 'run.ended': {
      // Nobody watches its steady state any more: what has not recovered by now counts for as long as it might take.
      const left = [...held.values()].filter(({ state, releasedAt }) => state === 'recovering' && releasedAt === null);
      return left.map((one) => ({ ...one, state: 'expiring', until: now + recoveryMs }));
    }
    default:
      return [];
  }
}

function reserve(
  { order, node, fault, slot }: Extract<RunEventBody, { readonly type: 'order.sent' }>,
  { slotOf, now }: BookingGround,
): Reservation {
  const service = slotOf(slot)?.processes?.service ?? null;
  return { order, node, fault, service, state: 'active', reservedAt: now, until: null, releasedAt: null };
}

function change(held: Held, orders: readonly OrderId[], by: (reservation: Reservation) => Reservation): Reservation[] {
  return orders.flatMap((order) => {
    const known = held.get(order);
    return known === undefined || known.releasedAt !== null ? [] : [by(known)];
  });
}
