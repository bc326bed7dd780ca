// The ledger: every reservation of every run, and the fleet they are made in. Whether an order may leave is asked
// of a room, which counts in what the same decision has taken already and leaves the ledger as it is; what was then
// recorded is put in. So one decision and one write make a reservation, and nothing comes between them.
//
// A node that is away counts as impaired. What is put in stays until it is put in again as released.

import { runOf, type NodeId, type OrderId } from '../../../shared/domain/ids.ts';
import type { RadiusRule, Refusal } from '../../../shared/domain/policy.ts';
import type { Reservation } from '../../../shared/domain/reservation.ts';
import { refusalOf, type Candidate } from './headroom.ts';
import { createMembership, type FleetMember, type Membership } from './membership.ts';
import { createTally, type Tally } from './tally.ts';

/** What one decision may take. */
export interface Room {
  /** Takes it, or says which rule is in the way. */
  readonly take: (candidate: Candidate) => Refusal | null;
  /** Whether nothing impairs the node, what was taken of this room included. */
  readonly isFree: (node: NodeId) => boolean;
}

export interface Ledger {
  /** Counts everything anew under other rules. */
  readonly setRules: (rules: readonly RadiusRule[]) => void;
  readonly setNode: (member: FleetMember) => void;
  readonly forgetNode: (node: NodeId) => void;
  readonly put: (reservations: readonly Reservation[]) => void;
  readonly get: (order: OrderId) => Reservation | undefined;
  /** Those that nobody has released yet. */
  readonly open: () => readonly Reservation[];
  /** Released, because their time is over; to be put in again once that is recorded. */
  readonly expired: (now: number) => readonly Reservation[];
  /** Forgets what no rule can look back to. */
  readonly prune: (now: number) => void;
  readonly room: (now: number) => Room;
  readonly membership: () => Membership;
  readonly tally: () => Tally;
}

/** No rule looks further back than a week (shared/units.ts), and clocks may differ. */
const KEPT_MS = 8 * 24 * 3_600_000;

export function createLedger(rules: readonly RadiusRule[]): Ledger {
  const open = new Map<OrderId, Reservation>();
  const past = new Map<OrderId, Reservation>();
  let membership = createMembership(rules);
  let tally = createTally(membership);

  function recount(): void {
    tally = createTally(membership);
    for (const member of membership.members()) countAway(tally, member);
    // In order of time, so that starts need not be sorted in.
    const all = [...past.values(), ...open.values()].toSorted((a, b) => a.reservedAt - b.reservedAt);
    for (const reservation of all) countIn(tally, reservation);
  }

  function putOne(reservation: Reservation): void {
    const { order, releasedAt } = reservation;
    if (releasedAt === null) {
      open.set(order, reservation);
      countIn(tally, reservation);
      return;
    }
    if (open.delete(order)) tally.remove(order, releasedAt);
    else if (!past.has(order)) countIn(tally, reservation);
    past.set(order, reservation);
  }

  return {
    setRules: (changed) => {
      const members = [...membership.members()];
      membership = createMembership(changed);
      for (const member of members) membership.set(member);
      recount();
    },
    setNode: (member) => {
      tally.regroup(member.id, () => membership.set(member));
      countAway(tally, member);
    },
    forgetNode: (node) => {
      const member = membership.get(node);
      if (member === undefined) return;
      countAway(tally, { ...member, connected: true });
      // What was started there still counts for rates, and what is over for cool-downs.
      tally.regroup(node, () => membership.delete(node));
    },
    put: (changed) => {
      for (const reservation of changed) putOne(reservation);
    },
    get: (order) => open.get(order) ?? past.get(order),
    open: () => [...open.values()],
    expired: (now) =>
      [...open.values()].filter(({ until }) => until !== null && until <= now).map((one) => release(one, now)),
    prune: (now) => {
      for (const [order, { releasedAt }] of past)
        if (releasedAt !== null && releasedAt < now - KEPT_MS) past.delete(order);
    },
    room: (now) => openRoom({ membership, tally: createTally(membership, tally), now }),
    membership: () => membership,
    tally: () => tally,
  };
}

export function release(reservation: Reservation, at: number): Reservation {
  return { ...reservation, until: null, releasedAt: at };
}

/** Takes what fits into the view's own tally. */
function openRoom(view: Parameters<typeof refusalOf>[0]): Room {
  let taken = 0;
  return {
    take: (candidate) => {
      const refusal = refusalOf(view, candidate);
      if (refusal !== null) return refusal;
      taken += 1;
      view.tally.add(`taken ${taken}`, candidate, view.now);
      return null;
    },
    isFree: (node) => view.tally.at(node).length === 0,
  };
}

function countIn(tally: Tally, { order, node, fault, service, reservedAt, releasedAt }: Reservation): void {
  const impairment = { node, fault, service, owner: runOf(order) };
  if (releasedAt === null) tally.add(order, impairment, reservedAt);
  else tally.remember(impairment, reservedAt, releasedAt);
}

/** Keys of orders have a slash, so none is mistaken for this one. */
export function countAway(tally: Tally, { id, connected }: FleetMember): void {
  const key = `away ${id}`;
  if (connected) tally.remove(key, 0);
  else tally.add(key, { node: id, fault: null, service: null, owner: null }, null);
}
