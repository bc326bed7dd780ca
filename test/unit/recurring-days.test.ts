import { describe, expect, it } from 'vitest';
import { recurringDays } from '../../shared/schema/recurring-days.ts';
import { readDayRule } from '../../shared/schema/recurring-rule.ts';

const DAY_MS = 86_400_000;

function daysFrom(first: string, text: string, last: string): string[] {
  const rule = readDayRule(text);
  if (typeof rule === 'string') throw new Error(rule);
  const days = recurringDays(rule, Date.parse(first) / DAY_MS, Date.parse(last) / DAY_MS);
  return [...days].map((day) => new Date(day * DAY_MS).toISOString().slice(0, 10));
}

describe('days that recur', () => {
  it.each([
    ['FREQ=DAILY;INTERVAL=10', '2026-01-05', ['2026-01-05', '2026-01-15', '2026-01-25', '2026-02-04']],
    ['FREQ=DAILY;BYDAY=SA,SU;COUNT=4', '2026-01-05', ['2026-01-05', '2026-01-10', '2026-01-11', '2026-01-17']],
    ['FREQ=WEEKLY', '2026-01-05', ['2026-01-05', '2026-01-12', '2026-01-19', '2026-01-26']],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU', '2026-01-06', ['2026-01-06', '2026-01-11', '2026-01-20', '2026-01-25']],
    [
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU',
      '2026-01-06',
      ['2026-01-06', '2026-01-18', '2026-01-20', '2026-02-01'],
    ],
    ['FREQ=MONTHLY', '2026-01-31', ['2026-01-31', '2026-03-31', '2026-05-31', '2026-07-31']],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', '2026-01-31', ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']],
    ['FREQ=MONTHLY;BYDAY=-1FR', '2026-01-30', ['2026-01-30', '2026-02-27', '2026-03-27', '2026-04-24']],
    [
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
      '2026-01-30',
      ['2026-01-30', '2026-02-27', '2026-03-31', '2026-04-30'],
    ],
    ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '2026-02-13', ['2026-02-13', '2026-03-13', '2026-11-13', '2027-08-13']],
    ['FREQ=MONTHLY;INTERVAL=12;BYMONTH=3', '2026-01-05', ['2026-01-05']],
    ['FREQ=YEARLY', '2028-02-29', ['2028-02-29', '2032-02-29', '2036-02-29', '2040-02-29']],
    ['FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', '2026-11-26', ['2026-11-26', '2027-11-25', '2028-11-23', '2029-11-22']],
    ['FREQ=YEARLY;BYDAY=-1SU', '2026-12-27', ['2026-12-27', '2027-12-26', '2028-12-31', '2029-12-30']],
    ['FREQ=YEARLY;BYMONTH=1,7', '2026-01-05', ['2026-01-05', '2026-07-05', '2027-01-05', '2027-07-05']],
    ['FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2,3', '2026-03-31', ['2026-03-31', '2027-03-31', '2028-03-31', '2029-03-31']],
    ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', '2026-01-05', ['2026-01-05']],
    ['FREQ=WEEKLY;COUNT=1', '2026-01-05', ['2026-01-05']],
  ])('by %s from %s', (rule, first, expected) => {
    const days = daysFrom(first, rule, '2050-01-01');

    expect(days.slice(0, 4)).toEqual(expected);
  });

  it('end with the last day that is asked for', () => {
    const days = daysFrom('2026-01-05', 'FREQ=DAILY', '2026-01-07');

    expect(days).toEqual(['2026-01-05', '2026-01-06', '2026-01-07']);
  });

  it('are none when that is before the first', () => {
    const days = daysFrom('2026-01-05', 'FREQ=DAILY', '2026-01-04');

    expect(days).toEqual([]);
  });

  it.each([
    ['', '"" is no part of a rule'],
    ['FREQ', '"FREQ" is no part of a rule'],
    ['INTERVAL=2', 'FREQ is missing: expected one of DAILY, WEEKLY, MONTHLY, YEARLY'],
    ['FREQ=DAILY;FREQ=DAILY', 'FREQ is there twice'],
    ['FREQ=YEARLY;BYWEEKNO=20', 'BYWEEKNO is not read in a rule of a freeze'],
    ['FREQ=DAILY;COUNT=0', 'COUNT expected a whole number from 1 to 1000000, not "0"'],
    ['FREQ=DAILY;COUNT=1,2', 'COUNT expected a whole number from 1 to 1000000, not "1,2"'],
    ['FREQ=MONTHLY;BYMONTHDAY=32', 'BYMONTHDAY expected days of the month from 1 to 31, or from -1 to -31, not "32"'],
    ['FREQ=MONTHLY;BYMONTHDAY=0', 'BYMONTHDAY expected days of the month from 1 to 31, or from -1 to -31, not "0"'],
    ['FREQ=MONTHLY;BYDAY=0MO', 'BYDAY expected days of the week such as MO,TU or 4TH or -1FR, not "0MO"'],
    ['FREQ=MONTHLY;BYDAY=XX', 'BYDAY expected days of the week such as MO,TU or 4TH or -1FR, not "XX"'],
    ['FREQ=WEEKLY;BYDAY=1MO', 'BYDAY with a number has a meaning by the month and by the year only'],
    ['FREQ=WEEKLY;BYMONTHDAY=1', 'BYMONTHDAY has no meaning by the week'],
    ['FREQ=MONTHLY;BYSETPOS=1', 'BYSETPOS needs BYDAY, BYMONTHDAY or BYMONTH'],
    ['FREQ=WEEKLY;WKST=XX', 'WKST expected one of MO, TU, WE, TH, FR, SA, SU, not "XX"'],
  ])('are none by the rule %j', (text, expected) => {
    const trouble = readDayRule(text);

    expect(trouble).toBe(expected);
  });
});
