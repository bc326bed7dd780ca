import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalendar, isOpen, judgeCalendar, outlasts } from '../../coordinator/core/calendar.ts';
import { DAYS, type Day, type Hours } from '../../shared/domain/hours.ts';
import type { Freeze } from '../../shared/domain/policy.ts';
import { isWithinHours, localToEpoch } from '../../shared/hours.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Each with moments near which its clocks were or will be moved. */
const ZONES: Readonly<Record<string, readonly string[]>> = {
  UTC: ['2026-01-01T00:00Z'],
  'Europe/Berlin': ['2026-03-29T01:00Z', '2026-10-25T01:00Z'],
  'America/New_York': ['2027-03-14T07:00Z', '2027-11-07T06:00Z'],
  'America/St_Johns': ['2026-03-08T05:30Z', '2010-03-14T03:31Z', '2010-11-07T02:31Z'],
  'America/Santiago': ['2026-04-05T03:00Z', '2026-09-06T04:00Z'],
  'Australia/Lord_Howe': ['2026-04-04T15:00Z', '2026-10-03T15:30Z'],
  'Pacific/Chatham': ['2026-04-04T14:00Z', '2026-09-26T14:00Z'],
  'Pacific/Apia': ['2011-12-30T10:00Z', '2012-03-31T14:00Z'],
  'Africa/Casablanca': ['2026-02-15T02:00Z', '2026-03-22T02:00Z'],
  'Asia/Kathmandu': ['2026-05-01T00:00Z'],
  'Asia/Tehran': ['2021-03-21T20:30Z', '2021-09-21T19:30Z'],
};

/** What the clocks show, each time asked anew: nothing is remembered, and nothing is calculated. */
const formats = new Map<string, Intl.DateTimeFormat>();
function clockAt(timezone: string, at: number): { day: number; minute: number } {
  const format =
    formats.get(timezone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      weekday: 'short',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    });
  formats.set(timezone, format);
  // Such as "Sun 02:30".
  const [, name = '', hour, minute] = /^(\w+) (\d+):(\d+)$/u.exec(format.format(at).replace(',', '')) ?? [];
  const day = DAYS.findIndex((one) => one === name.toLowerCase());
  if (day < 0) throw new Error(`cannot read ${format.format(at)}`);
  return { day, minute: Number(hour) * 60 + Number(minute) };
}

/** Walks through the day that the hours begin on, and on into the next. */
function isInside({ days, fromMinute, toMinute, timezone }: Hours, at: number): boolean {
  const { day, minute } = clockAt(timezone, at);
  const end = toMinute > fromMinute ? toMinute : toMinute + 1440;
  return days.some((name) => {
    const sinceDay = ((day - DAYS.indexOf(name) + 7) % 7) * 1440 + minute;
    return sinceDay >= fromMinute && sinceDay < end;
  });
}

interface Scene {
  readonly policy: readonly Hours[];
  readonly document: readonly Hours[];
  readonly freezes: readonly Freeze[];
  readonly now: number;
}

function isAllowed({ policy, document, freezes }: Scene, at: number): boolean {
  const isAny = (hours: readonly Hours[]): boolean => hours.length === 0 || hours.some((one) => isInside(one, at));
  return isAny(policy) && isAny(document) && !freezes.some(({ fromAt, toAt }) => at >= fromAt && at < toAt);
}

/** Windows are about whole minutes, and so are these freezes. */
function firstMinute(scene: Scene, allowed: boolean, within: number): number | null {
  for (let at = scene.now; at <= scene.now + within; at = (Math.floor(at / MINUTE_MS) + 1) * MINUTE_MS)
    if (isAllowed(scene, at) === allowed) return at;
  return null;
}

const days: fc.Arbitrary<readonly Day[]> = fc.oneof(
  fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1, maxLength: 7 }),
  fc.constant(DAYS),
);
/** Often in the hours in which clocks are moved, often at a full quarter. */
const minutes = fc.oneof(
  fc.integer({ min: 0, max: 1439 }),
  fc.integer({ min: 0, max: 4 * 60 }),
  fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15),
);

function hoursIn(zones: readonly string[]): fc.Arbitrary<Hours> {
  const toMinute = fc.oneof(minutes, fc.constant(1440));
  return fc.record({ days, fromMinute: minutes, toMinute, timezone: fc.constantFrom(...zones) });
}

/** Windows that join: one ends where the next begins. */
const joined = (hours: Hours): Hours[] => [
  hours,
  {
    ...hours,
    fromMinute: hours.toMinute % 1440,
    days: hours.days.map((day) => DAYS[(DAYS.indexOf(day) + 1) % 7] ?? day),
  },
];

function sceneIn(timezone: string): fc.Arbitrary<Scene> {
  const moves = (ZONES[timezone] ?? []).map((text) => Date.parse(text));
  const moment = fc
    .tuple(fc.constantFrom(...moves), fc.integer({ min: -30 * 60, max: 6 * 60 }), fc.constantFrom(0, 0, 1, 59_999))
    .map(([move, ahead, ms]) => move + ahead * MINUTE_MS + ms);
  const someHours = hoursIn([timezone, timezone, timezone, 'UTC', 'Europe/Berlin']);
  const windows = fc.oneof(
    fc.array(someHours, { maxLength: 3 }),
    someHours.map((hours) => joined(hours)),
  );
  const freezes = fc.array(
    fc
      .tuple(fc.constantFrom(...moves), fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: 0, max: 1000 }))
      .map(([move, ahead, length]) => {
        const fromAt = move + ahead * MINUTE_MS;
        return { name: 'freeze', fromAt, toAt: fromAt + length * MINUTE_MS };
      }),
    { maxLength: 2 },
  );
  return fc.record({ policy: windows, document: windows, freezes, now: moment });
}

const scenes = fc.constantFrom(...Object.keys(ZONES)).chain((timezone) => sceneIn(timezone));

function calendarOf({ policy, document, freezes }: Scene) {
  return createCalendar({ windows: policy.map((hours) => ({ name: 'window', hours })), freezes }, document);
}

describe('a calendar', () => {
  it('is open exactly when a walk through the clocks says so', () => {
    fc.assert(
      fc.property(scenes, fc.array(fc.integer({ min: 0, max: 3 * 1440 }), { maxLength: 20 }), (scene, later) => {
        for (const at of [scene.now, ...later.map((minute) => scene.now + minute * MINUTE_MS)]) {
          expect(isOpen(calendarOf(scene), at)).toBe(isAllowed(scene, at));
          for (const hours of scene.policy) expect(isWithinHours(hours, at)).toBe(isInside(hours, at));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('closes and opens at the very minute at which a walk minute by minute finds it', () => {
    const reach = 8 * DAY_MS;
    fc.assert(
      fc.property(scenes, (scene) => {
        const state = judgeCalendar(calendarOf(scene), scene.now);

        expect(state.open).toBe(isAllowed(scene, scene.now));
        if (state.open) expect(state.closesAt).toBe(firstMinute(scene, false, reach));
        else expect(state.opensAt).toBe(firstMinute(scene, true, reach));
      }),
      { numRuns: 400 },
    );
  });

  it('cuts off the runs that are not inside at each of their minutes, and no others', () => {
    const lengths = fc.oneof(fc.integer({ min: 0, max: 12 * 60 }), fc.integer({ min: 0, max: 3 * 1440 }));
    fc.assert(
      fc.property(scenes, lengths, (scene, length) => {
        const refusal = outlasts(calendarOf(scene), scene.now, length * MINUTE_MS);

        const closed = firstMinute(scene, false, Math.max(0, length * MINUTE_MS - 1));
        expect(refusal === null).toBe(closed === null);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a local time', () => {
  it('is the first moment at which the clocks show it, or a later time where they skip it', () => {
    const zoned = fc.constantFrom(...Object.keys(ZONES)).chain((timezone) =>
      fc.record({
        timezone: fc.constant(timezone),
        near: fc.constantFrom(...(ZONES[timezone] ?? [])),
        minutes: fc.integer({ min: -1440, max: 1440 }),
      }),
    );
    fc.assert(
      fc.property(zoned, ({ timezone, near, minutes: ahead }) => {
        const wall = Date.parse(near) + ahead * MINUTE_MS;
        const text = new Date(wall).toISOString().slice(0, 16);
        const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' });
        // No clocks are ahead of those of UTC by fifteen hours.
        let first = wall - 15 * HOUR_MS;
        while (format.format(first).replace(' ', 'T') < text) first += MINUTE_MS;

        const at = localToEpoch(text, timezone);

        expect(at).toBe(first);
      }),
      { numRuns: 300 },
    );
  });
});
