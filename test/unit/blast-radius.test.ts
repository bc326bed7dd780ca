import { describe, expect, it } from 'vitest';
import { bookingsOf } from '../../coordinator/core/blast-radius/bookings.ts';
import type { Candidate } from '../../coordinator/core/blast-radius/headroom.ts';
import { bindingOf, leastOf, mostOf, tightest } from '../../coordinator/core/blast-radius/headroom.ts';
import { release, type Ledger } from '../../coordinator/core/blast-radius/ledger.ts';
import type { Reservation } from '../../shared/domain/reservation.ts';
import type { RunEventBody } from '../../shared/domain/run.ts';
import {
  buildApart,
  buildCandidate,
  buildCoolDown,
  buildExclude,
  buildFloor,
  buildHeld,
  buildLedger,
  buildLimit,
  buildMember,
  buildRate,
  buildRequire,
  PER_ROLE,
  PER_SERVICE,
} from '../support/radius-builders.ts';
import { buildEnd } from '../support/run-player.ts';

const SECOND = 1000;

/** The message of the rule that is in the way of a hit on the node; null when there is room. */
function refusal(
  ledger: Ledger,
  node: string,
  more: Partial<Candidate> & { readonly now?: number } = {},
): string | null {
  const { now = 0, ...rest } = more;
  return ledger.room(now).take(buildCandidate(node, rest))?.message ?? null;
}

/** Nodes of the fleet that could be hit, each by itself. */
function fitting(ledger: Ledger, now = 0): string[] {
  return nodesOf(ledger).filter((id) => refusal(ledger, id, { now }) === null);
}

function nodesOf(ledger: Ledger): string[] {
  return [...ledger.membership().members()].map(({ id }) => id).toSorted();
}

const WEB_AND_DB = { a: { role: 'web' }, b: { role: 'web' }, c: { role: 'db' }, d: { role: 'db' } };

describe('a limit', () => {
  it('refuses the node that is one too many, and says so', () => {
    const ledger = buildLedger([buildLimit(2)], WEB_AND_DB);
    ledger.put([buildHeld('a'), buildHeld('b')]);

    expect(refusal(ledger, 'c')).toBe('rule r: of the fleet at most 2 may be impaired at once, and 2 are');
  });

  it('counts a node once, however much impairs it', () => {
    const ledger = buildLedger([buildLimit(2)], WEB_AND_DB);
    ledger.put([buildHeld('a'), buildHeld('a', { slot: 'smoke/2/1' })]);
    ledger.setNode(buildMember('a', { role: 'web' }, false));

    expect(fitting(ledger)).toEqual(['a', 'b', 'c', 'd']);
    ledger.put([release(buildHeld('a'), 1)]);
    ledger.put([buildHeld('c')]);
    expect(fitting(ledger)).toEqual(['a', 'c']);
  });

  it('counts each value of a label for itself, and the nodes without it together', () => {
    const ledger = buildLedger([buildLimit(1, PER_ROLE)], { ...WEB_AND_DB, x: {}, y: {} });
    ledger.put([buildHeld('a'), buildHeld('x')]);

    expect(refusal(ledger, 'b')).toBe('rule r: of role=web at most 1 may be impaired at once, and 1 is');
    expect(refusal(ledger, 'y')).toBe('rule r: of no role at most 1 may be impaired at once, and 1 is');
    expect(fitting(ledger)).toEqual(['a', 'c', 'd', 'x']);
  });

  it('of a share is rounded down, and told with what it comes to', () => {
    const ledger = buildLedger([buildLimit(0, { most: { kind: 'share', share: 0.5 } })], { a: {}, b: {}, c: {} });
    ledger.put([buildHeld('a')]);

    expect(refusal(ledger, 'b')).toBe(
      'rule r: of the fleet at most 50% of 3 nodes, that is 1, may be impaired at once, and 1 is',
    );
  });

  it('is about its own nodes and faults only', () => {
    const rule = buildLimit(1, { nodes: { role: ['db'] }, faults: ['net-loss'] });
    const ledger = buildLedger([rule], WEB_AND_DB);
    ledger.put([buildHeld('a', { fault: 'net-loss' }), buildHeld('c')]);
    expect(refusal(ledger, 'd', { fault: 'net-loss' })).toBeNull();

    ledger.put([buildHeld('c', { slot: 'smoke/2/1', fault: 'net-loss' })]);

    expect(refusal(ledger, 'd', { fault: 'net-loss' })).toContain('at most 1');
    expect(refusal(ledger, 'd', { fault: 'cpu-load' })).toBeNull();
    expect(refusal(ledger, 'a', { fault: 'net-loss' })).toBeNull();
  });

  it('counts a node that is away, whatever the faults that it is about', () => {
    const ledger = buildLedger([buildLimit(1, { faults: ['net-loss'] })], WEB_AND_DB);

    ledger.setNode(buildMember('a', { role: 'web' }, false));
    expect(fittingWith(ledger, 'net-loss')).toEqual(['a']);

    ledger.setNode(buildMember('a', { role: 'web' }));
    expect(fittingWith(ledger, 'net-loss')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets nothing in, not even on a node that counts already, while more than it allows are away', () => {
    const ledger = buildLedger([buildLimit(1)], WEB_AND_DB);
    for (const node of ['a', 'b']) ledger.setNode(buildMember(node, { role: 'web' }, false));

    expect(fitting(ledger)).toEqual([]);
  });
});

function fittingWith(ledger: Ledger, fault: Candidate['fault']): string[] {
  return [...ledger.membership().members()].map(({ id }) => id).filter((id) => refusal(ledger, id, { fault }) === null);
}

describe('shares', () => {
  it.each([
    [0.29, 100, 29, 29],
    [0.07, 100, 7, 7],
    [1 / 3, 3, 1, 1],
    [0.5, 5, 2, 3],
    [0.01, 10, 0, 1],
    [1, 7, 7, 7],
  ])('%f of %i is at most %i, and at least %i', (share, total, most, least) => {
    expect(mostOf({ kind: 'share', share }, total)).toBe(most);
    expect(leastOf({ kind: 'share', share }, total)).toBe(least);
  });
});

describe('a floor', () => {
  it('keeps so many healthy, and says how many are', () => {
    const ledger = buildLedger([buildFloor(1, PER_ROLE)], WEB_AND_DB);
    ledger.put([buildHeld('a')]);

    expect(refusal(ledger, 'b')).toBe('rule r: of role=web at least 1 must stay healthy, and 1 of 2 nodes is');
    expect(fitting(ledger)).toEqual(['a', 'c', 'd']);
  });

  it('of a share is rounded up', () => {
    const ledger = buildLedger([buildFloor(0, { healthy: { kind: 'share', share: 0.5 } })], { a: {}, b: {}, c: {} });
    expect(fitting(ledger)).toEqual(['a', 'b', 'c']);

    ledger.put([buildHeld('a')]);

    expect(fitting(ledger)).toEqual(['a']);
  });

  it('does not count a node that is away as healthy', () => {
    const ledger = buildLedger([buildFloor(1, PER_ROLE)], WEB_AND_DB);
    ledger.setNode(buildMember('a', { role: 'web' }, false));

    expect(fitting(ledger)).toEqual(['a', 'c', 'd']);
  });

  it('refuses everything where the group is too small for it', () => {
    const ledger = buildLedger([buildFloor(3, PER_ROLE)], WEB_AND_DB);

    expect(fitting(ledger)).toEqual([]);
  });
});

describe('sides that are kept apart', () => {
  const zones = { a: { zone: '1' }, b: { zone: '1' }, c: { zone: '2' } };

  it('are the values of a label', () => {
    const ledger = buildLedger([buildApart({ kind: 'label', label: 'zone' })], zones);
    ledger.put([buildHeld('a')]);

    expect(refusal(ledger, 'c')).toBe('rule r: c is not hit while another side of the fleet is impaired');
    expect(fitting(ledger)).toEqual(['a', 'b']);
  });

  it('are free again when the other side is', () => {
    const ledger = buildLedger([buildApart({ kind: 'label', label: 'zone' })], zones);
    ledger.put([buildHeld('a')]);

    ledger.put([release(buildHeld('a'), 5)]);

    expect(fitting(ledger)).toEqual(['a', 'b', 'c']);
  });

  it('are what selectors match, within each group; who is on no side disturbs none', () => {
    const groups = [{ role: ['primary'] }, { role: ['replica'] }];
    const rule = buildApart({ kind: 'groups', groups }, { per: { kind: 'label', label: 'shard' } });
    const ledger = buildLedger([rule], {
      p1: { role: 'primary', shard: '1' },
      r1: { role: 'replica', shard: '1' },
      p2: { role: 'primary', shard: '2' },
      r2: { role: 'replica', shard: '2' },
      w1: { role: 'web', shard: '1' },
    });
    ledger.put([buildHeld('p1'), buildHeld('w1')]);

    expect(refusal(ledger, 'r1')).toBe('rule r: r1 is not hit while another side of shard=1 is impaired');
    expect(fitting(ledger)).toEqual(['p1', 'p2', 'r2', 'w1']);
  });

  it('keep a node on two of them from being hit with either', () => {
    const groups = [{ x: ['1'] }, { y: ['1'] }];
    const ledger = buildLedger([buildApart({ kind: 'groups', groups })], {
      both: { x: '1', y: '1' },
      left: { x: '1' },
      right: { y: '1' },
    });
    expect(fitting(ledger)).toEqual(['both', 'left', 'right']);

    ledger.put([buildHeld('left')]);
    expect(fitting(ledger)).toEqual(['left']);
  });
});

describe('exclusions and required labels', () => {
  it('nodes that are excluded are never hit', () => {
    const ledger = buildLedger([buildExclude({ nodes: { role: ['db'] } })], WEB_AND_DB);

    expect(refusal(ledger, 'c')).toBe('rule r: c is never hit');
    expect(fitting(ledger)).toEqual(['a', 'b']);
  });

  it('an exclusion is about its faults only', () => {
    const ledger = buildLedger([buildExclude({ faults: ['net-loss'] })], WEB_AND_DB);

    expect(refusal(ledger, 'a', { fault: 'net-loss' })).toBe('rule r: a is never hit');
    expect(refusal(ledger, 'a')).toBeNull();
  });

  it('nodes without the required labels are never hit', () => {
    const ledger = buildLedger([buildRequire({ role: ['db'], env: ['dev', 'staging'] })], {
      a: { role: 'db' },
      b: { role: 'db', env: 'staging' },
    });

    expect(refusal(ledger, 'a')).toBe('rule r: a lacks role=db env=dev|staging');
    expect(fitting(ledger)).toEqual(['b']);
  });

  it('a node that the fleet does not have is never hit, even without rules', () => {
    const ledger = buildLedger([], { a: {} });

    expect(refusal(ledger, 'zz')).toBe('zz is no node of the fleet');
  });
});

describe('a rate', () => {
  it('lets no more start within its time than it says', () => {
    const ledger = buildLedger([buildRate(2, 60 * SECOND)], WEB_AND_DB);
    ledger.put([buildHeld('a', { reservedAt: 0 }), buildHeld('b', { reservedAt: 30 * SECOND })]);

    expect(refusal(ledger, 'c', { now: 59 * SECOND })).toBe(
      'rule r: of the fleet at most 2 injections may start within 1m, and as many have',
    );
    expect(refusal(ledger, 'c', { now: 60 * SECOND })).toBeNull();
  });

  it('counts starts whose injection is over, and counts two on one node twice', () => {
    const ledger = buildLedger([buildRate(2, 60 * SECOND)], WEB_AND_DB);
    const [first, second] = [buildHeld('a'), buildHeld('a', { slot: 'smoke/2/1', reservedAt: SECOND })];
    ledger.put([first, second]);

    ledger.put([release(first, 2 * SECOND), release(second, 2 * SECOND)]);

    expect(refusal(ledger, 'a', { now: 3 * SECOND })).toContain('at most 2');
  });

  it('does not count nodes that are away: nothing was started there', () => {
    const ledger = buildLedger([buildRate(1, 60 * SECOND)], WEB_AND_DB);
    ledger.setNode(buildMember('a', { role: 'web' }, false));

    expect(refusal(ledger, 'b')).toBeNull();
  });

  it('counts each service that faults name for itself, and the faults that name none together', () => {
    const ledger = buildLedger([buildRate(1, 60 * SECOND, PER_SERVICE)], WEB_AND_DB);
    ledger.put([buildHeld('a', { service: 'cart' }), buildHeld('b')]);

    expect(refusal(ledger, 'c', { service: 'cart' })).toContain('of service cart');
    expect(refusal(ledger, 'c', { service: 'search' })).toBeNull();
    expect(refusal(ledger, 'c')).toContain('of no service');
  });

  it('still counts what seems to start in the future, after a clock was put back', () => {
    const ledger = buildLedger([buildRate(2, 60 * SECOND)], WEB_AND_DB);
    ledger.put([buildHeld('a', { reservedAt: 500 * SECOND }), buildHeld('b', { reservedAt: 90 * SECOND })]);

    expect(refusal(ledger, 'c', { now: 100 * SECOND })).toContain('at most 2');
    expect(refusal(ledger, 'c', { now: 150 * SECOND })).toBeNull();
  });
});

describe('a cool-down', () => {
  it('lets nothing new in while an injection lasts, nor until so long after it was over', () => {
    const ledger = buildLedger([buildCoolDown(10 * SECOND, PER_ROLE)], WEB_AND_DB);
    const held = buildHeld('a');
    ledger.put([held]);
    expect(refusal(ledger, 'b')).toBe('rule r: role=web rests 10s after each injection, and has one');

    ledger.put([release(held, 5 * SECOND)]);

    expect(refusal(ledger, 'b', { now: 8 * SECOND })).toBe(
      'rule r: role=web rests 10s after each injection, for another 7s',
    );
    expect(fitting(ledger, 14_999)).toEqual(['c', 'd']);
    expect(fitting(ledger, 15 * SECOND)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('waits for the last of several injections', () => {
    const ledger = buildLedger([buildCoolDown(10 * SECOND)], WEB_AND_DB);
    const [first, second] = [buildHeld('a'), buildHeld('b')];
    ledger.put([first, second]);

    ledger.put([release(second, 20 * SECOND)]);
    expect(refusal(ledger, 'c', { now: 100 * SECOND })).toContain('and has one');

    ledger.put([release(first, 30 * SECOND)]);
    expect(refusal(ledger, 'c', { now: 39 * SECOND })).toContain('for another 1s');
  });

  it('rests a service on whichever node, and a node by its built-in label', () => {
    const perNode = buildCoolDown(10 * SECOND, { name: 'node', per: { kind: 'label', label: 'node' } });
    const perService = buildCoolDown(10 * SECOND, { name: 'service', ...PER_SERVICE });
    const ledger = buildLedger([perNode, perService], WEB_AND_DB);
    ledger.put([release(buildHeld('a', { service: 'cart' }), 0)]);

    expect(refusal(ledger, 'a', { now: SECOND })).toContain('rule node: node=a rests');
    expect(refusal(ledger, 'b', { now: SECOND, service: 'cart' })).toContain('rule service: service cart rests');
    expect(refusal(ledger, 'b', { now: SECOND, service: 'search' })).toBeNull();
  });

  it('is not begun by a node that comes back', () => {
    const ledger = buildLedger([buildCoolDown(10 * SECOND)], WEB_AND_DB);
    ledger.setNode(buildMember('a', { role: 'web' }, false));
    ledger.setNode(buildMember('a', { role: 'web' }));

    expect(refusal(ledger, 'a', { now: 1 })).toBeNull();
  });
});

describe('of several rules', () => {
  it('the one that leaves least is named', () => {
    const rules = [buildLimit(3, { name: 'wide' }), buildLimit(1, { name: 'tight', ...PER_ROLE })];
    const ledger = buildLedger(rules, WEB_AND_DB);
    ledger.put([buildHeld('a'), buildHeld('c'), buildHeld('d')]);

    expect(refusal(ledger, 'b')).toMatch(/^rule wide|^rule tight/u);
    expect(refusal(ledger, 'd')).toContain('rule tight: of role=db');
  });

  it('the binding one is named with what it has left, even where all fits', () => {
    const rules = [buildLimit(3, { name: 'wide' }), buildFloor(0, { name: 'tight', ...PER_ROLE })];
    const ledger = buildLedger(rules, WEB_AND_DB);

    const reading = tightest({ membership: ledger.membership(), tally: ledger.tally(), now: 0 }, buildCandidate('a'));

    expect(reading && bindingOf(reading)).toEqual({ rule: 'tight', group: 'role=web', headroom: 1 });
  });

  it('rules that do not count bind nobody by number', () => {
    const ledger = buildLedger([buildCoolDown(10)], { a: {} });

    const reading = tightest({ membership: ledger.membership(), tally: ledger.tally(), now: 0 }, buildCandidate('a'));

    expect(reading && bindingOf(reading)).toBeNull();
  });
});

describe('a room', () => {
  it('counts what it has given, and leaves the ledger as it is', () => {
    const ledger = buildLedger([buildLimit(1)], WEB_AND_DB);
    const room = ledger.room(0);

    expect(room.take(buildCandidate('a'))).toBeNull();
    expect(room.take(buildCandidate('b'))?.rule).toBe('r');
    expect(fitting(ledger)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('counts starts for rates and cool-downs too, on top of those of the ledger', () => {
    const rules = [buildRate(2, 60 * SECOND, { name: 'rate' }), buildCoolDown(1, { name: 'rest', ...PER_ROLE })];
    const ledger = buildLedger(rules, { ...WEB_AND_DB, x: {} });
    ledger.put([release(buildHeld('x'), 1)]);
    const room = ledger.room(2);

    expect(room.take(buildCandidate('a'))).toBeNull();
    expect(room.take(buildCandidate('b'))?.rule).toBe('rate');
    const other = buildLedger(rules, WEB_AND_DB).room(2);
    other.take(buildCandidate('a'));
    expect(other.take(buildCandidate('b'))?.rule).toBe('rest');
  });
});

describe('labels that change', () => {
  it('move a node with what impairs it into its new group', () => {
    const ledger = buildLedger([buildLimit(1, PER_ROLE)], WEB_AND_DB);
    ledger.put([buildHeld('a'), buildHeld('a', { slot: 'smoke/2/1' })]);

    ledger.setNode(buildMember('a', { role: 'db' }));

    expect(fitting(ledger)).toEqual(['a', 'b']);
    ledger.put([release(buildHeld('a'), 1), release(buildHeld('a', { slot: 'smoke/2/1' }), 1)]);
    expect(fitting(ledger)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('change the shares of both groups', () => {
    const ledger = buildLedger([buildLimit(0, { most: { kind: 'share', share: 0.5 }, ...PER_ROLE })], WEB_AND_DB);
    expect(fitting(ledger)).toEqual(['a', 'b', 'c', 'd']);

    ledger.setNode(buildMember('a', { role: 'db' }));

    expect(fitting(ledger)).toEqual(['a', 'c', 'd']);
  });
});

describe('the ledger', () => {
  it('counts everything anew under other rules, starts and ends of the past too', () => {
    const ledger = buildLedger([], WEB_AND_DB);
    ledger.put([buildHeld('a'), release(buildHeld('c', { reservedAt: SECOND }), 2 * SECOND)]);
    ledger.setNode(buildMember('d', { role: 'db' }, false));
    expect(fitting(ledger, 3 * SECOND)).toEqual(['a', 'b', 'c', 'd']);

    ledger.setRules([buildLimit(2)]);
    expect(fitting(ledger, 3 * SECOND)).toEqual(['a', 'd']);

    ledger.setRules([buildRate(2, 10 * SECOND)]);
    expect(fitting(ledger, 3 * SECOND)).toEqual([]);

    ledger.setRules([buildCoolDown(10 * SECOND, PER_ROLE)]);
    expect(fitting(ledger, 12 * SECOND)).toEqual(['c', 'd']);
  });

  it('gives back what is over by the passing of time, and keeps it until that is put in', () => {
    const ledger = buildLedger([buildLimit(1)], WEB_AND_DB);
    ledger.put([buildHeld('a', { state: 'expiring', until: 10 })]);
    expect(ledger.expired(9)).toEqual([]);

    const [expired] = ledger.expired(10);

    expect(expired).toMatchObject({ until: null, releasedAt: 10 });
    expect(ledger.open()).toHaveLength(1);
    if (expired !== undefined) ledger.put([expired]);
    expect(ledger.open()).toEqual([]);
    expect(fitting(ledger)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is the same after it was loaded again, whatever the order', () => {
    const rules = [
      buildLimit(2, PER_ROLE),
      buildRate(3, 10 * SECOND),
      buildCoolDown(5 * SECOND, { nodes: { role: ['db'] } }),
    ];
    const kept = [
      release(buildHeld('c', { reservedAt: 2 * SECOND }), 4 * SECOND),
      buildHeld('a', { reservedAt: 3 * SECOND }),
      buildHeld('b', { reservedAt: SECOND }),
    ];
    const [one, other] = [buildLedger(rules, WEB_AND_DB), buildLedger(rules, WEB_AND_DB)];

    one.put(kept);
    other.put(kept.toReversed());

    for (const now of [5 * SECOND, 9 * SECOND, 11 * SECOND, 12 * SECOND])
      expect(fitting(one, now)).toEqual(fitting(other, now));
    expect(fitting(one, 11 * SECOND)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('changes nothing when the same is put in twice', () => {
    const ledger = buildLedger([buildLimit(1), buildRate(2, 10 * SECOND)], WEB_AND_DB);
    const held = buildHeld('a');

    ledger.put([held, held]);
    ledger.put([{ ...held, state: 'recovering' }]);
    ledger.put([release(held, 1), release(held, 1)]);

    expect(fitting(ledger, 2)).toEqual(['a', 'b', 'c', 'd']);
    expect(ledger.get(held.order)?.releasedAt).toBe(1);
  });

  it('counts a reservation whose node comes to be known only later', () => {
    const ledger = buildLedger([buildLimit(1)], { a: {} });
    ledger.put([buildHeld('late')]);

    ledger.setNode(buildMember('late'));

    expect(fitting(ledger)).toEqual(['late']);
  });

  it('forgets a node that is gone for good, with what impaired it', () => {
    const ledger = buildLedger([buildLimit(1), buildFloor(2)], WEB_AND_DB);
    ledger.put([buildHeld('a')]);
    ledger.setNode(buildMember('a', { role: 'web' }, false));
    expect(fitting(ledger)).toEqual(['a']);

    ledger.forgetNode(buildMember('a').id);

    expect(fitting(ledger)).toEqual(['b', 'c', 'd']);
    ledger.put([release(buildHeld('a'), 1)]);
    expect(fitting(ledger)).toEqual(['b', 'c', 'd']);
  });

  it('still counts starts for a rate after their node was forgotten', () => {
    const ledger = buildLedger([buildRate(1, 60 * SECOND)], WEB_AND_DB);
    ledger.put([release(buildHeld('a'), 1)]);

    ledger.forgetNode(buildMember('a').id);

    expect(fitting(ledger, SECOND)).toEqual([]);
  });

  it('prunes what no rule can look back to, and nothing newer', () => {
    const day = 24 * 3600 * SECOND;
    const ledger = buildLedger([], WEB_AND_DB);
    const [old, recent] = [release(buildHeld('a'), 0), release(buildHeld('b'), 2 * day)];
    ledger.put([old, recent]);

    ledger.prune(9 * day);

    expect(ledger.get(old.order)).toBeUndefined();
    expect(ledger.get(recent.order)).toEqual(recent);
  });
});

describe('what the facts of a run do to its reservations', () => {
  const ground = { slotOf: () => ({ processes: { service: 'cart' } }), now: 100, expiryMs: 30, recoveryMs: 70 };
  const held = buildHeld('a');
  const { order, node, fault } = held;
  const slot = 'smoke/1/1' as never;
  const sent: RunEventBody = { type: 'order.sent', slot, order, node, fault };
  const refused: RunEventBody = { type: 'injection.refused', slot, order, node, code: 'X', why: 'x', skipped: [] };
  const lost: RunEventBody = { type: 'injection.lost', slot, order, node, why: 'x' };
  const confirmed: RunEventBody = { type: 'revert.confirmed', slot, order, node, nodeAt: 1 };
  const recovered: RunEventBody = { type: 'recovery.confirmed', orders: [order] };
  const runEnded: RunEventBody = { type: 'run.ended', verdict: 'passed', reason: 'x' };

  function ended(reverted: boolean): RunEventBody {
    const { startedAt, endedAt, observations, revertErrors } = buildEnd(order, 1, { reverted });
    const rest = { reason: 'completed' as const, startedAt, endedAt, observations, revertErrors };
    return { type: 'injection.ended', slot, order, node, effective: true, reverted, ...rest };
  }

  function after(state: Partial<Reservation>, ...facts: RunEventBody[]): Reservation[] {
    return bookingsOf(facts, { ...ground, held: [{ ...held, ...state }] });
  }

  it('an order reserves, for the service of its slot', () => {
    expect(bookingsOf([sent], { ...ground, held: [] })).toEqual([{ ...held, service: 'cart', reservedAt: 100 }]);
  });

  it.each([
    ['a refusal', { state: 'active' }, refused],
    ['a late confirmation, after it was lost', { state: 'expiring', until: 120 }, confirmed],
    ['a late confirmation, after its undo had failed', { state: 'broken' }, confirmed],
    ['a recovery', { state: 'recovering' }, recovered],
  ] as const)('is released by %s', (_, state, fact) => {
    expect(after(state, fact)).toEqual([{ ...held, state: state.state, releasedAt: 100, until: null }]);
  });

  it.each([
    ['recovers after its end', ended(true), { state: 'recovering' }],
    ['stays broken after an undo that failed', ended(false), { state: 'broken' }],
    ['expires after lease and grace when it is lost', lost, { state: 'expiring', until: 130 }],
  ] as const)('%s', (_, fact, state) => {
    expect(after({}, fact)).toEqual([{ ...held, ...state }]);
  });

  it('recovers no longer than the steady state may take, once its run has ended', () => {
    expect(after({ state: 'recovering' }, runEnded)).toEqual([{ ...held, state: 'expiring', until: 170 }]);
    expect(after({ state: 'broken' }, runEnded)).toEqual([]);
    expect(after({ state: 'expiring', until: 110 }, runEnded)).toEqual([]);
  });

  it('goes through all facts of one decision in order', () => {
    const changed = bookingsOf([sent, ended(true), runEnded], { ...ground, held: [] });

    expect(changed).toEqual([expect.objectContaining({ state: 'expiring', until: 170, releasedAt: null })]);
  });

  it('stays released', () => {
    expect(after({ releasedAt: 50 }, lost, ended(false), recovered)).toEqual([]);
  });
});
