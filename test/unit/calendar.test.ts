import { describe, expect, it } from 'vitest';
import { createCalendar, isOpen, judgeCalendar, outlasts } from '../../coordinator/core/calendar.ts';
import type { Day, Hours } from '../../shared/domain/hours.ts';
import type { Freeze } from '../../shared/domain/policy.ts';

const HOUR_MS = 3_600_000;
const WEEK: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** `mon,tue 09:00-17:00`, in Berlin if nothing else is said. */
function hours(text: string, timezone = 'Europe/Berlin'): Hours {
  const [days = '', span = ''] = text.split(' ');
  const [fromMinute = 0, toMinute = 0] = span.split('-').map((time) => {
    const [hour, minute] = time.split(':').map(Number);
    return (hour ?? 0) * 60 + (minute ?? 0);
  });
  return { days: WEEK.filter((day) => days === 'daily' || days.includes(day)), fromMinute, toMinute, timezone };
}

function freeze(name: string, from: string, to: string): Freeze {
  return { name, fromAt: Date.parse(from), toAt: Date.parse(to) };
}

interface Bounds {
  readonly policy?: readonly Hours[];
  readonly document?: readonly Hours[];
  readonly freezes?: readonly Freeze[];
}

function buildCalendar({ policy = [], document = [], freezes = [] }: Bounds) {
  return createCalendar(
    { windows: policy.map((one, index) => ({ name: `w${index}`, hours: one })), freezes },
    document,
  );
}

/** `open until …`, `closed until …`. */
function stateAt(bounds: Bounds, at: string): string {
  const state = judgeCalendar(buildCalendar(bounds), Date.parse(at));
  const until = state.open ? state.closesAt : state.opensAt;
  return `${state.open ? 'open' : 'closed'} ${until === null ? 'on' : `until ${new Date(until).toISOString()}`}`;
}

describe('a calendar', () => {
  it.each<[string, Bounds, string, string]>([
    ['is open when nothing binds it', {}, '2026-11-23T12:00:00Z', 'open on'],
    [
      'is open in a window, until that closes',
      { policy: [hours('mon 09:00-17:00')] },
      '2026-11-23T08:00:00Z',
      'open until 2026-11-23T16:00:00.000Z',
    ],
    [
      'is closed a moment before',
      { policy: [hours('mon 09:00-17:00')] },
      '2026-11-23T07:59:59.999Z',
      'closed until 2026-11-23T08:00:00.000Z',
    ],
    [
      'is closed from the end on',
      { policy: [hours('mon 09:00-17:00')] },
      '2026-11-23T16:00:00Z',
      'closed until 2026-11-30T08:00:00.000Z',
    ],
    [
      'is open in any window of the policy',
      { policy: [hours('sun 09:00-17:00'), hours('mon 09:00-17:00')] },
      '2026-11-23T08:00:00Z',
      'open until 2026-11-23T16:00:00.000Z',
    ],
    [
      'is open while both policy and document are',
      { policy: [hours('mon 09:00-17:00')], document: [hours('mon 12:00-20:00')] },
      '2026-11-23T12:00:00Z',
      'open until 2026-11-23T16:00:00.000Z',
    ],
    [
      'is closed while one of them is',
      { policy: [hours('mon 09:00-17:00')], document: [hours('mon 12:00-20:00')] },
      '2026-11-23T09:00:00Z',
      'closed until 2026-11-23T11:00:00.000Z',
    ],
    [
      'never opens when they never meet',
      { policy: [hours('mon 09:00-17:00')], document: [hours('tue 12:00-20:00')] },
      '2026-11-23T09:00:00Z',
      'closed on',
    ],
    [
      'stays open where windows join',
      { policy: [hours('mon 22:00-24:00'), hours('tue 00:00-04:00')] },
      '2026-11-23T21:30:00Z',
      'open until 2026-11-24T03:00:00.000Z',
    ],
    [
      'stays open where a window runs over midnight',
      { policy: [hours('mon 22:00-04:00')] },
      '2026-11-23T21:30:00Z',
      'open until 2026-11-24T03:00:00.000Z',
    ],
    [
      'stays open where windows of two zones join',
      { policy: [hours('mon 09:00-17:00'), hours('mon 16:00-20:00', 'UTC')] },
      '2026-11-23T09:30:00Z',
      'open until 2026-11-23T20:00:00.000Z',
    ],
    ['stays open all week', { policy: [hours('daily 00:00-24:00')] }, '2026-11-23T09:30:00Z', 'open on'],
    [
      'stays open all week in days from noon to noon',
      { policy: [hours('daily 12:00-12:00')] },
      '2026-03-27T09:30:00Z',
      'open on',
    ],
    [
      'closes for a freeze',
      { freezes: [freeze('a', '2026-11-24T00:00:00.500Z', '2026-12-01')] },
      '2026-11-23T09:30:00Z',
      'open until 2026-11-24T00:00:00.500Z',
    ],
    [
      'does not look further than eight days',
      { freezes: [freeze('a', '2026-12-02', '2026-12-03')] },
      '2026-11-23T09:30:00Z',
      'open on',
    ],
    [
      'is closed in a freeze, and opens when a window does',
      { policy: [hours('mon 09:00-17:00')], freezes: [freeze('a', '2026-11-20', '2026-11-23T15:00Z')] },
      '2026-11-22T09:30:00Z',
      'closed until 2026-11-23T15:00:00.000Z',
    ],
    [
      'opens after the last of freezes that join',
      { freezes: [freeze('b', '2026-11-24', '2026-11-25'), freeze('a', '2026-11-23', '2026-11-24')] },
      '2026-11-23T09:30:00Z',
      'closed until 2026-11-25T00:00:00.000Z',
    ],
    [
      'takes no notice of a freeze of no length',
      { freezes: [freeze('a', '2026-11-24', '2026-11-24')] },
      '2026-11-23T09:30:00Z',
      'open on',
    ],
    [
      'is shorter when clocks are put forward',
      { document: [hours('sun 01:00-05:00')] },
      '2026-03-29T00:00:00Z',
      'open until 2026-03-29T03:00:00.000Z',
    ],
    [
      'is longer when they are put back',
      { document: [hours('sun 01:00-05:00')] },
      '2026-10-24T23:00:00Z',
      'open until 2026-10-25T04:00:00.000Z',
    ],
    [
      'opens at the skip when the window begins in it',
      { document: [hours('sun 02:30-05:00')] },
      '2026-03-29T00:59:00Z',
      'closed until 2026-03-29T01:00:00.000Z',
    ],
    [
      'closes at the skip when the window ends in it',
      { document: [hours('sun 01:00-02:30')] },
      '2026-03-29T00:30:00Z',
      'open until 2026-03-29T01:00:00.000Z',
    ],
    [
      'closes where the window ends for the first time',
      { document: [hours('sun 01:00-02:30')] },
      '2026-10-25T00:15:00Z',
      'open until 2026-10-25T00:30:00.000Z',
    ],
    [
      'opens again when clocks are put back into the window',
      { document: [hours('sun 01:00-02:30')] },
      '2026-10-25T00:45:00Z',
      'closed until 2026-10-25T01:00:00.000Z',
    ],
    [
      'closes when clocks are put back to before the window',
      { document: [hours('sun 02:30-05:00')] },
      '2026-10-25T00:30:00Z',
      'open until 2026-10-25T01:00:00.000Z',
    ],
    [
      'knows the half hour of Lord Howe',
      { document: [hours('sun 01:45-03:00', 'Australia/Lord_Howe')] },
      '2026-04-04T14:50:00Z',
      'open until 2026-04-04T15:00:00.000Z',
    ],
    [
      'knows quarters of an hour',
      { document: [hours('mon 09:10-17:05', 'Asia/Kathmandu')] },
      '2026-11-23T03:25:00Z',
      'open until 2026-11-23T11:20:00.000Z',
    ],
    [
      'knows a change at a minute past midnight',
      { document: [hours('sun 00:00-00:30', 'America/St_Johns')] },
      '2010-03-14T03:30:00Z',
      'open until 2010-03-14T03:31:00.000Z',
    ],
  ])('%s', (_, bounds, at, expected) => {
    const state = stateAt(bounds, at);

    expect(state).toBe(expected);
  });

  it.each<[string, Bounds, string, string, string]>([
    [
      'a window',
      { policy: [hours('mon,tue 09:00-17:00')] },
      '2026-11-28T11:03:00Z',
      'w0',
      '2026-11-28T11:03:00Z (sat 12:03 in Europe/Berlin) is outside the window of the policy: w0 (mon tue 09:00-17:00 Europe/Berlin); it opens at 2026-11-30T08:00:00Z',
    ],
    [
      'the window that has just closed',
      { policy: [hours('sun 09:00-17:00'), hours('mon 09:00-17:00')] },
      '2026-11-23T16:00:00Z',
      'w1',
      '2026-11-23T16:00:00Z (mon 17:00 in Europe/Berlin) is outside the windows of the policy: w0 (sun 09:00-17:00 Europe/Berlin), w1 (mon 09:00-17:00 Europe/Berlin); it opens at 2026-11-29T08:00:00Z',
    ],
    [
      'some of many windows',
      { policy: Array.from({ length: 5 }, () => hours('mon 09:00-10:00', 'UTC')) },
      '2026-11-22T16:00:00Z',
      'w0',
      '2026-11-22T16:00:00Z (sun 16:00 in UTC) is outside the windows of the policy: w0 (mon 09:00-10:00 UTC), w1 (mon 09:00-10:00 UTC), w2 (mon 09:00-10:00 UTC) and 2 more; it opens at 2026-11-23T09:00:00Z',
    ],
    [
      'the window of the document',
      { document: [hours('mon 09:00-17:00', 'UTC')] },
      '2026-11-28T11:00:00Z',
      'window',
      '2026-11-28T11:00:00Z (sat 11:00 in UTC) is outside the window of the document: window (mon 09:00-17:00 UTC); it opens at 2026-11-30T09:00:00Z',
    ],
    [
      'of freezes the one that ends last',
      { freezes: [freeze('short', '2026-11-23', '2026-11-25'), freeze('long', '2026-11-24', '2026-12-24')] },
      '2026-11-24T11:00:00Z',
      'long',
      '2026-11-24T11:00:00Z is in the freeze long, which is on until 2026-12-24T00:00:00Z; it does not open within 8 days',
    ],
  ])('that is closed names %s', (...[, bounds, at, rule, message]) => {
    const state = judgeCalendar(buildCalendar(bounds), Date.parse(at));

    expect(state).toMatchObject({ open: false, refusal: { rule, code: 'POLICY_WINDOW', message } });
  });
});

describe('a run', () => {
  const OFFICE: Bounds = { policy: [hours('mon 09:00-17:00', 'UTC')] };
  const NINE = Date.parse('2026-11-23T09:00:00Z');

  it.each<[string, Bounds, number]>([
    ['as long as its window', OFFICE, 8 * HOUR_MS],
    ['of no length', OFFICE, 0],
    ['that ends when a freeze begins', { freezes: [freeze('a', '2026-11-23T10:00Z', '2026-11-24')] }, HOUR_MS],
    ['of any length where nothing binds it', {}, 1000 * 24 * HOUR_MS],
    ['of weeks in windows that never close', { policy: [hours('daily 00:00-24:00')] }, 30 * 24 * HOUR_MS],
  ])('%s fits', (_, bounds, lengthMs) => {
    const refusal = outlasts(buildCalendar(bounds), NINE, lengthMs);

    expect(refusal).toBeNull();
  });

  it.each<[string, Bounds, number, string, string]>([
    [
      'the window closes',
      OFFICE,
      8 * HOUR_MS + 1,
      'w0',
      'the run may last until 2026-11-23T17:00:00Z, but 2026-11-23T17:00:00Z (mon 17:00 in UTC) is outside the window of the policy: w0 (mon 09:00-17:00 UTC)',
    ],
    [
      'a freeze begins',
      { ...OFFICE, freezes: [freeze('a', '2026-11-23T10:00Z', '2026-11-24')] },
      2 * HOUR_MS,
      'a',
      'the run may last until 2026-11-23T11:00:00Z, but 2026-11-23T10:00:00Z is in the freeze a, which is on until 2026-11-24T00:00:00Z',
    ],
    [
      'it is closed as it starts',
      { document: [hours('mon 10:00-17:00', 'UTC')] },
      0,
      'window',
      '2026-11-23T09:00:00Z (mon 09:00 in UTC) is outside the window of the document: window (mon 10:00-17:00 UTC); it opens at 2026-11-23T10:00:00Z',
    ],
    [
      'nobody looks so far',
      { policy: [hours('daily 00:00-24:00', 'UTC')] },
      401 * 24 * HOUR_MS,
      'w0',
      'the run may last until 2027-12-29T09:00:00Z, longer than windows are looked at: 400 days',
    ],
  ])('is cut off when %s', (...[, bounds, lengthMs, rule, message]) => {
    const refusal = outlasts(buildCalendar(bounds), NINE, lengthMs);

    expect(refusal).toEqual({ rule, code: 'POLICY_WINDOW', message });
  });

  it('is open or not as the calendar is', () => {
    const bounds = { ...OFFICE, freezes: [freeze('a', '2026-11-23T10:00Z', '2026-11-23T11:00Z')] };
    const moments = [NINE - 1, NINE, NINE + HOUR_MS - 1, NINE + HOUR_MS, NINE + 2 * HOUR_MS, NINE + 8 * HOUR_MS];

    const answers = moments.map((at) => isOpen(buildCalendar(bounds), at));

    expect(answers).toEqual([false, true, true, false, true, false]);
  });
});
