// Ledgers, and shells around them, each with one mistake that somebody could make. A property that holds for them too
// proves nothing.

import { bookingsOf } from '../../coordinator/core/blast-radius/bookings.ts';
import { createLedger, release, type Ledger } from '../../coordinator/core/blast-radius/ledger.ts';
import { ordersWithoutEnd } from '../../coordinator/core/open-orders.ts';
import { resumeForClosing } from '../../coordinator/core/run.ts';
import type { RadiusRule } from '../../shared/domain/policy.ts';
import type { Reservation } from '../../shared/domain/reservation.ts';
import type { Focus } from './radius-scenarios.ts';
import type { Parts } from './simulated-coordinator.ts';

type Broken = Partial<Parts> & { readonly focus?: Focus };

export const SOUND_PARTS: Parts = {
  createLedger,
  bookingsOf,
  resume: (context, events, phase, now) => resumeForClosing(context, ordersWithoutEnd(events), phase, now),
  restore: (stored) => stored,
  order: 'book, write, send',
  isSound: (failingUndos) => failingUndos === 0,
};

/** By what is wrong with them. */
export const BROKEN_PARTS: Readonly<Record<string, Broken>> = {
  'nodes that are away count as healthy': withLedger((ledger) => ({
    setNode: (member) => ledger.setNode({ ...member, connected: true }),
  })),
  'an order without an answer is released after a second': withLedger((ledger) => ({
    expired: (now) => [
      ...ledger.expired(now),
      ...ledger
        .open()
        .filter(({ state, reservedAt }) => state === 'active' && reservedAt + 1000 <= now)
        .map((one) => release(one, now)),
    ],
  })),
  'what is lost is released at once': withBookings((one, now) => (one.state === 'expiring' ? release(one, now) : one)),
  'an end is taken for a revert': {
    ...withBookings((one, now) => (one.state === 'broken' ? release(one, now) : one)),
    focus: { rules: ['coolDown'], happenings: ['undos-fail'] },
  },
  'an undo that failed expires': {
    ...withBookings((one, now) => (one.state === 'broken' ? { ...one, state: 'expiring', until: now + 2500 } : one)),
    focus: { rules: ['coolDown'], happenings: ['undos-fail'] },
  },
  'a failing undo that the run has given up is not counted': {
    isSound: () => true,
    focus: { rules: ['limit', 'apart'], happenings: ['undos-fail', 'undos-fail', 'break', 'stall'] },
  },
  'what recovers counts as healthy': withBookings((one, now) => (one.state === 'recovering' ? release(one, now) : one)),
  'a restart forgets the reservations': { restore: () => [] },
  'a restart forgets what is over': {
    restore: (stored) => stored.filter(({ releasedAt }) => releasedAt === null),
    focus: { rules: ['rate', 'coolDown'], happenings: ['restart'] },
  },
  'a run that is closed hears nothing of what it had given up': {
    resume: (context, events, phase, now) =>
      resumeForClosing(
        context,
        ordersWithoutEnd(events).filter(({ outcome }) => outcome === undefined),
        phase,
        now,
      ),
    focus: { happenings: ['undos-fail', 'restart'] },
  },
  'a decision does not count what it has taken itself': withLedger((ledger) => ({
    room: (now) => ({ ...ledger.room(now), take: (candidate) => ledger.room(now).take(candidate) }),
  })),
  'other runs see a reservation only once it is written': { order: 'write, book, send' },
  'orders leave before they are written': { order: 'book, send, write' },
  'a node is free when the first of its faults is over': withLedger((ledger) => ({
    put: (changed) => {
      ledger.put(changed);
      const freed = changed.filter(({ releasedAt }) => releasedAt !== null).map(({ node }) => node);
      ledger.put(
        ledger
          .open()
          .filter(({ node }) => freed.includes(node))
          .map((one) => release(one, one.reservedAt)),
      );
    },
  })),
  'nothing ever expires': withLedger(() => ({ expired: () => [] })),
  'rates look back half as far': withRules((rule) =>
    rule.kind === 'rate' ? { ...rule, withinMs: rule.withinMs / 2 } : rule,
  ),
  'rates allow one more': withRules((rule) => (rule.kind === 'rate' ? { ...rule, most: rule.most + 1 } : rule)),
  'nothing rests after its end': withRules((rule) => (rule.kind === 'coolDown' ? { ...rule, lengthMs: 0 } : rule)),
  'a cool-down of the fleet is one of each node': withRules((rule) =>
    rule.kind === 'coolDown' && rule.per.kind === 'fleet' ? { ...rule, per: { kind: 'label', label: 'node' } } : rule,
  ),
  'services are counted by node': withRules((rule) =>
    rule.per.kind === 'service' ? { ...rule, per: { kind: 'label', label: 'node' } } : rule,
  ),
  'limits allow one more': withRules((rule) =>
    rule.kind === 'limit' && rule.most.kind === 'count'
      ? { ...rule, most: { kind: 'count', count: rule.most.count + 1 } }
      : rule,
  ),
  'shares are a fifth more': withRules((rule) =>
    rule.kind === 'limit' && rule.most.kind === 'share'
      ? { ...rule, most: { kind: 'share', share: rule.most.share + 0.2 } }
      : rule,
  ),
  'floors keep one less': withRules((rule) =>
    rule.kind === 'floor' && rule.healthy.kind === 'count'
      ? { ...rule, healthy: { kind: 'count', count: rule.healthy.count - 1 } }
      : rule,
  ),
  'the groups of a floor are one': withRules((rule) =>
    rule.kind === 'floor' ? { ...rule, per: { kind: 'fleet' } } : rule,
  ),
  'nodes without the label escape': withRules((rule) =>
    rule.per.kind === 'label' && rule.per.label === 'role'
      ? { ...rule, nodes: rule.nodes === 'all' ? { role: ['web', 'db'] } : rule.nodes }
      : rule,
  ),
  'sides are not kept apart': withRules((rule) =>
    rule.kind === 'apart' ? { ...rule, sides: { kind: 'groups', groups: [] } } : rule,
  ),
  'exclusions are not looked at': withRules((rule) =>
    rule.kind === 'exclude' ? { ...rule, nodes: { role: ['nobody'] } } : rule,
  ),
  'required labels are not looked at': withRules((rule) => (rule.kind === 'require' ? { ...rule, labels: {} } : rule)),
  'other rules count from the next restart only': withLedger(() => ({ setRules: () => undefined })),
};

function withLedger(change: (ledger: Ledger) => Partial<Ledger>): Partial<Parts> {
  return {
    createLedger: (rules) => {
      const ledger = createLedger(rules);
      return { ...ledger, ...change(ledger) };
    },
  };
}

function withRules(change: (rule: RadiusRule) => RadiusRule): Partial<Parts> {
  return {
    createLedger: (rules) => {
      const ledger = createLedger(rules.map(change));
      return { ...ledger, setRules: (others) => ledger.setRules(others.map(change)) };
    },
  };
}

function withBookings(change: (one: Reservation, now: number) => Reservation): Partial<Parts> {
  return { bookingsOf: (facts, ground) => bookingsOf(facts, ground).map((one) => change(one, ground.now)) };
}
