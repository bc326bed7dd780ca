import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueFirings } from '../../coordinator/core/schedule.ts';
import { firingAfter, firingUpTo } from '../../shared/recurrence.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const minute = fc.integer({ min: 0, max: 59 });
const hour = fc.integer({ min: 0, max: 5 });
const crons = fc.oneof(
  fc.tuple(minute, hour).map(([m, h]) => `${m} ${h} * * *`),
  fc.tuple(minute, hour, hour).map(([m, a, b]) => `${m} ${a},${b} * * *`),
  fc.tuple(minute, hour).map(([m, h]) => `${m},30 ${h}-${h + 2} * * *`),
  fc.constantFrom('*/5', '*/20', '*/30', '7').map((step) => `${step} * * * *`),
  fc.tuple(minute, hour).map(([m, h]) => `${m} ${h} * * sun`),
);
const timezones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Asia/Kathmandu',
  'Africa/Casablanca',
);
const recurrences = fc.record({ cron: crons, timezone: timezones });
/** A day or so before clocks are moved somewhere. */
const starts = fc
  .tuple(
    fc.constantFrom('2026-03-07', '2026-03-28', '2026-04-04', '2026-09-05', '2026-10-03', '2026-10-24', '2026-10-31'),
    fc.integer({ min: 0, max: 24 * 60 }),
  )
  .map(([day, minutes]) => Date.parse(day) + minutes * MINUTE_MS);

/** From one look to the next: mostly a little, sometimes a long sleep or a clock that was moved. */
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 20 * MINUTE_MS }) },
    { weight: 1, arbitrary: fc.integer({ min: HOUR_MS, max: 40 * HOUR_MS }) },
    { weight: 1, arbitrary: fc.integer({ min: -3 * HOUR_MS, max: 0 }) },
  ),
  { maxLength: 40 },
);
const tolerances = fc.constantFrom(0, 1000, 30_000, 10 * MINUTE_MS);

function firingsBetween(recurrence: { cron: string; timezone: string }, from: number, until: number): number[] {
  const times: number[] = [];
  for (let next = firingAfter(recurrence, from); next !== null && next <= until; next = firingAfter(recurrence, next))
    times.push(next);
  return times;
}

describe('a schedule', () => {
  it('settles every firing once, as played or as missed, however its clock runs', () => {
    fc.assert(
      fc.property(recurrences, starts, steps, tolerances, (recurrence, start, moves, tolerance) => {
        const fired: number[] = [];
        const missed: number[] = [];
        let settledAt = start;
        let now = start;
        let latest = start;

        for (const move of moves) {
          now += move;
          latest = Math.max(latest, now);
          const due = dueFirings({ ...recurrence, settledAt }, now, tolerance);
          if (due.fire !== null) {
            expect(due.fire).toBeLessThanOrEqual(now);
            expect(due.fire).toBeGreaterThanOrEqual(now - tolerance);
            fired.push(due.fire);
          }
          if (due.missed !== null) {
            const { firstAt, lastAt, count, andMore } = due.missed;
            const times = firingsBetween(recurrence, settledAt, lastAt);
            expect([times[0], times.at(-1), times.length, andMore]).toEqual([firstAt, lastAt, count, false]);
            missed.push(...times);
          }
          expect(due.settledAt).toBeGreaterThanOrEqual(settledAt);
          ({ settledAt } = due);
        }

        const all = firingsBetween(recurrence, start, latest);
        expect([...fired, ...missed].toSorted((a, b) => a - b)).toEqual(all);
        expect(fired).toEqual(fired.toSorted((a, b) => a - b));
      }),
      { numRuns: 150 },
    );
  });

  it('has the same times forwards, backwards and from any moment', () => {
    fc.assert(
      fc.property(recurrences, starts, fc.integer({ min: 0, max: 72 * HOUR_MS }), (recurrence, start, ahead) => {
        const moment = start + ahead;
        const times = firingsBetween(recurrence, start - 8 * 24 * HOUR_MS, moment + 8 * 24 * HOUR_MS);

        const before = firingUpTo(recurrence, moment);
        const after = firingAfter(recurrence, moment);

        expect(before).toBe(times.findLast((time) => time <= moment));
        expect(after).toBe(times.find((time) => time > moment));
      }),
      { numRuns: 60 },
    );
  });
});
