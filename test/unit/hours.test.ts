import { describe, expect, it } from 'vitest';
import { formatMoment, localToEpoch } from '../../shared/hours.ts';
import { offsetAt } from '../../shared/time-zone.ts';

const MINUTE_MS = 60_000;

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

describe('a local time', () => {
  it.each([
    ['a date is its midnight', '2026-11-23', 'Europe/Berlin', '2026-11-22T23:00:00.000Z'],
    ['a time in winter', '2026-11-23T09:30', 'Europe/Berlin', '2026-11-23T08:30:00.000Z'],
    ['a time in summer', '2026-07-23T09:30', 'Europe/Berlin', '2026-07-23T07:30:00.000Z'],
    ['UTC', '2026-11-23T09:30', 'UTC', '2026-11-23T09:30:00.000Z'],
    ['the leap day', '2028-02-29T23:59', 'UTC', '2028-02-29T23:59:00.000Z'],
    ['45 minutes beside the hour', '2026-11-23T00:00', 'Asia/Kathmandu', '2026-11-22T18:15:00.000Z'],
    ['far in the east', '2026-11-23T00:00', 'Pacific/Kiritimati', '2026-11-22T10:00:00.000Z'],
    ['far in the west', '2026-11-23T00:00', 'Pacific/Pago_Pago', '2026-11-23T11:00:00.000Z'],
    ['the last minute before clocks are put forward', '2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
    ['a skipped time is the moment of the skip', '2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['the first time after the skip is that too', '2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['a skip of half an hour', '2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
    ['a skipped midnight', '2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
    ['a skipped day', '2011-12-30T12:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['of a time that comes twice the first', '2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['after the hour that comes twice', '2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
    ['half an hour that comes twice', '2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    ['a change that was at a minute past midnight', '2010-03-14T00:30', 'America/St_Johns', '2010-03-14T03:31:00.000Z'],
  ])('is a moment: %s', (_, text, timezone, expected) => {
    const at = localToEpoch(text, timezone);

    expect(iso(at)).toBe(expected);
  });

  it.each([
    '',
    'tomorrow',
    '2026-02-29',
    '2026-02-30T10:00',
    '2026-13-01',
    '2026-00-01',
    '2026-11-23T24:00',
    '2026-11-23T10:60',
    '2026-11-23T10:00Z',
    '2026-11-23T10:00:00',
    '2026-11-23 10:00',
    '26-11-23',
    ' 2026-11-23',
  ])('%j is none', (text) => {
    const at = localToEpoch(text, 'UTC');

    expect(at).toBeNull();
  });

  it('in a zone that nobody knows is an error', () => {
    const read = (): number | null => localToEpoch('2026-11-23', 'Europe/Atlantis');

    expect(read).toThrow(RangeError);
  });
});

describe('the clocks of a time zone', () => {
  it.each([
    ['Europe/Berlin', '2026-03-29T00:59:59.999Z', 60],
    ['Europe/Berlin', '2026-03-29T01:00:00.000Z', 120],
    ['Asia/Kathmandu', '2026-03-29T01:00:00.000Z', 345],
    ['America/St_Johns', '2010-03-14T03:30:59.999Z', -210],
    ['America/St_Johns', '2010-03-14T03:31:00.000Z', -150],
    ['Pacific/Apia', '2011-12-30T10:00:00.000Z', 14 * 60],
    ['UTC', '1969-12-31T23:59:59.999Z', 0],
  ])('of %s are ahead of UTC at %s by %i minutes', (timezone, at, expected) => {
    const offset = offsetAt(timezone, Date.parse(at));

    expect(offset / MINUTE_MS).toBe(expected);
  });

  it.each([
    ['1969-12-31T23:59:59.999Z', 'wed 23:59'],
    ['1970-01-01T00:00:00.000Z', 'thu 00:00'],
    ['2026-11-29T00:00:00.000Z', 'sun 00:00'],
  ])('show the day of the week: at %s %s', (at, expected) => {
    const shown = formatMoment(Date.parse(at), 'UTC');

    expect(shown).toBe(expected);
  });
});
