import fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { recurringDays } from '../../shared/schema/recurring-days.ts';
import { readDayRule } from '../../shared/schema/recurring-rule.ts';

const DAY_MS = 86_400_000;
const weekday = fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU');
const weekdays = fc.uniqueArray(weekday, { minLength: 1, maxLength: 3 }).map((days) => days.join(','));
const nth = fc.tuple(fc.constantFrom('1', '2', '3', '4', '-1', '-2'), weekday).map((parts) => parts.join(''));
const month = fc.integer({ min: 1, max: 12 });
const monthDay = fc.constantFrom(1, 2, 15, 28, -1, -3);

/** Only what the iterator of ical.js is known to get right: days that every month has, and no rule that fits no day. */
const rules = fc.oneof(
  fc.constant('FREQ=DAILY'),
  fc.constant('FREQ=WEEKLY'),
  weekdays.map((days) => `FREQ=WEEKLY;BYDAY=${days}`),
  monthDay.map((day) => `FREQ=MONTHLY;BYMONTHDAY=${day}`),
  nth.map((day) => `FREQ=MONTHLY;BYDAY=${day}`),
  weekday.map((day) => `FREQ=MONTHLY;BYDAY=${day};BYSETPOS=-1`),
  fc.tuple(month, nth).map(([one, day]) => `FREQ=YEARLY;BYMONTH=${one};BYDAY=${day}`),
  fc.tuple(month, fc.constantFrom(1, 15, 28)).map(([one, day]) => `FREQ=YEARLY;BYMONTH=${one};BYMONTHDAY=${day}`),
);
const intervals = fc.constantFrom(1, 1, 2, 3, 5);
const firstDays = fc.integer({ min: Date.parse('2020-01-01') / DAY_MS, max: Date.parse('2030-01-01') / DAY_MS });

function byLibrary(text: string, firstDay: number, count: number): number[] {
  const start = ICAL.Time.fromDateString(new Date(firstDay * DAY_MS).toISOString().slice(0, 10));
  const iterator = ICAL.Recur.fromString(text).iterator(start);
  return Array.from({ length: count }, () => Date.parse(iterator.next()?.toString() ?? '') / DAY_MS);
}

function firstOf(days: Iterable<number>, count: number): number[] {
  const taken: number[] = [];
  for (const day of days) {
    taken.push(day);
    if (taken.length === count) break;
  }
  return taken;
}

describe('days that recur', () => {
  it('are those of ical.js, where that is right', () => {
    fc.assert(
      fc.property(rules, intervals, firstDays, (text, interval, day) => {
        const full = `${text};INTERVAL=${interval}`;
        // The first day has to fit, because without that the library and the standard differ.
        const firstDay = byLibrary(text, day, 1)[0] ?? day;
        const rule = readDayRule(full);
        if (typeof rule === 'string') throw new Error(rule);

        const days = recurringDays(rule, firstDay, firstDay + 100 * 366);

        expect(firstOf(days, 15)).toEqual(byLibrary(full, firstDay, 15));
      }),
      { numRuns: 1000 },
    );
  });

  it('come in order, each once, and never without end', () => {
    const parts = fc
      .record(
        {
          BYMONTH: fc.uniqueArray(month, { minLength: 1, maxLength: 3 }),
          BYMONTHDAY: fc.uniqueArray(fc.integer({ min: -31, max: 31 }).filter(Boolean), { minLength: 1, maxLength: 3 }),
          BYDAY: fc.oneof(weekdays, nth),
          BYSETPOS: fc.integer({ min: -5, max: 5 }).filter(Boolean),
        },
        { requiredKeys: [] },
      )
      .map((given) =>
        Object.entries(given)
          .map(([name, value]) => `;${name}=${String(value)}`)
          .join(''),
      );
    const frequency = fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY');

    fc.assert(
      fc.property(frequency, parts, intervals, firstDays, (freq, more, interval, firstDay) => {
        const rule = readDayRule(`FREQ=${freq};INTERVAL=${interval}${more}`);
        fc.pre(typeof rule !== 'string');

        const days = [...recurringDays(rule, firstDay, firstDay + 3000)];

        expect(days[0]).toBe(firstDay);
        expect(days).toEqual([...new Set(days)].toSorted((a, b) => a - b));
        expect(days.at(-1)).toBeLessThanOrEqual(firstDay + 3000);
      }),
      { numRuns: 300 },
    );
  });
});
