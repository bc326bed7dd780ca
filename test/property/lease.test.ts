import path from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createBeats } from '../../agent/core/beats.ts';
import { ActiveInjection } from '../../agent/effects/active-injection.ts';
import { openJournal } from '../../agent/effects/journal.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { buildOrder } from '../support/orders.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const HOUR_MS = 3_600_000;
const LEASE_MS = 5000;

interface Watched {
  readonly injection: ActiveInjection;
  /** Monotonic, when it ended; null while it is active. */
  readonly endedAt: () => number | null;
}

function startInjection(clock: ManualClock): Watched {
  let endedAt: number | null = null;
  const injection = new ActiveInjection({
    order: buildOrder('cpu-load', { durationMs: HOUR_MS }),
    startedAt: clock.now(),
    leaseEnd: clock.monotonic() + LEASE_MS,
    targets: [],
    locks: [],
    steps: [],
    clock,
    journal: openJournal(path.join(makeTemporaryDirectory(), 'journal'), 'boot'),
    log: pino({ level: 'silent' }),
    prove: null,
    verify: async (over) => {
      if (!over.aborted) await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
      return [];
    },
  });
  void injection.ended.then(() => {
    endedAt = clock.monotonic();
  });
  return { injection, endedAt: () => endedAt };
}

type Happening =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'wall'; readonly byMs: number }
  /** A renewal that counts from a beat of so long ago. */
  | { readonly kind: 'renew'; readonly ageMs: number };

const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 4000 }) }),
    fc.record({ kind: fc.constant('wall' as const), byMs: fc.constantFrom(-HOUR_MS, HOUR_MS, -1, 1) }),
    fc.record({ kind: fc.constant('renew' as const), ageMs: fc.integer({ min: 0, max: 8000 }) }),
  ),
  { maxLength: 20 },
);

describe('a lease', () => {
  it('ends when it is over on the monotonic clock, whatever the wall clock does', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (list) => {
        const clock = createManualClock();
        const { injection, endedAt } = startInjection(clock);
        let leaseEnd = clock.monotonic() + LEASE_MS;

        for (const happening of list) {
          if (happening.kind === 'pass') await clock.advance(happening.ms);
          if (happening.kind === 'wall') clock.setWall(clock.now() + happening.byMs);
          if (happening.kind === 'renew' && endedAt() === null) {
            const until = clock.monotonic() - happening.ageMs + LEASE_MS;
            injection.renew(until);
            leaseEnd = Math.max(leaseEnd, until);
          }
          expect(endedAt()).toBe(clock.monotonic() >= leaseEnd ? leaseEnd : null);
        }
        await clock.advance(LEASE_MS);

        expect(endedAt()).toBe(leaseEnd);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a beat', () => {
  it('is remembered with the moment at which it was sent, and forgotten after many', () => {
    const beats = createBeats();
    const first = beats.next(1000);
    const second = beats.next(2000);

    const sent = [first, second, second + 1, 0, -1].map((beat) => beats.sentAt(beat));
    for (let now = 0; now < 2000; now += 1) beats.next(now);

    expect(sent).toEqual([1000, 2000, null, null, null]);
    expect(beats.sentAt(second)).toBeNull();
  });
});
