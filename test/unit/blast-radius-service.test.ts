import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { BlastRadius } from '../../coordinator/services/blast-radius.ts';
import { Fleet } from '../../coordinator/services/fleet.ts';
import { parseOrderId } from '../../shared/domain/ids.ts';
import { buildIntroduction } from '../support/introductions.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { buildCandidate, buildLimit } from '../support/radius-builders.ts';
import { buildEnd } from '../support/run-player.ts';

const LINK = { send: () => undefined, close: () => undefined };

function buildRadius(): { readonly fleet: Fleet; readonly radius: BlastRadius } {
  const [clock, log, store] = [createManualClock(), pino({ level: 'silent' }), createMemoryStore()];
  const fleet = new Fleet({ clock, silenceMs: 3000 });
  const radius = new BlastRadius({ store, clock, log, fleet, leaseMs: 5000, graceMs: 2000 });
  radius.setRules([buildLimit(1)]);
  fleet.admit(buildIntroduction('node-b'), LINK);
  return { fleet, radius };
}

function isRoomOnB(radius: BlastRadius): boolean {
  return radius.room().take(buildCandidate('node-b')) === null;
}

describe('a node on which undos fail', () => {
  const orderId = parseOrderId('run-1/smoke/1/1@node-a');

  it('counts as impaired from its hello on, until they have succeeded', async () => {
    const { fleet, radius } = buildRadius();
    const hello = buildIntroduction('node-a', { unreverted: [{ orderId, since: 1, errors: ['busy'] }] });
    fleet.admit(hello, LINK);
    await radius.sweep();
    expect(isRoomOnB(radius)).toBe(false);

    fleet.noteEnd(hello.id, buildEnd(orderId, 2));
    await radius.sweep();

    expect(isRoomOnB(radius)).toBe(true);
  });

  it('counts as impaired when it says so later', async () => {
    const { fleet, radius } = buildRadius();
    const hello = buildIntroduction('node-a');
    fleet.admit(hello, LINK);
    expect(isRoomOnB(radius)).toBe(true);

    fleet.noteEnd(hello.id, buildEnd(orderId, 2, { reverted: false, revertErrors: ['busy'] }));
    await radius.sweep();

    expect(isRoomOnB(radius)).toBe(false);
  });
});
