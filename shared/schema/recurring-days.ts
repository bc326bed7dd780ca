// The days on which a rule of iCalendar falls. Days are numbers since the epoch, by no zone at all. The iterator of
// ical.js is not used: it turns 30 February into a day in March, and never comes back from a rule that fits no day.

import { WEEKDAYS, type DayRule, type NthWeekday } from './recurring-rule.ts';

const DAY_MS = 86_400_000;
const WEEK = WEEKDAYS.length;
/** The day of the epoch was a Thursday. */
const FIRST_WEEKDAY = WEEKDAYS.indexOf('TH');

/**
 * The days on which the rule falls, the first day included whether it fits or not, up to `lastDay`, in order. COUNT is
 * heeded and UNTIL is not.
 */
export function* recurringDays(rule: DayRule, firstDay: number, lastDay: number): Generator<number, void, undefined> {
  if (firstDay > lastDay) return;
  yield firstDay;
  let left = (rule.count ?? Number.POSITIVE_INFINITY) - 1;
  const fits = dayTest(rule, firstDay);
  for (let number = 0; left > 0; number += rule.interval) {
    const [from, until] = periodOf(rule, firstDay, number);
    if (from > lastDay) return;
    const fitting = Array.from({ length: until - from }, (_, index) => from + index).filter(fits);
    for (const day of atPositions(fitting, rule.positions)) {
      if (day <= firstDay) continue;
      if (day > lastDay || left === 0) return;
      left -= 1;
      yield day;
    }
  }
}

/** First day and end of the day, week, month or year that is so many after that of the first day. */
function periodOf({ frequency, weekStart }: DayRule, firstDay: number, number: number): readonly [number, number] {
  const { year, month } = dateOf(firstDay);
  switch (frequency) {
    case 'DAILY':
      return [firstDay + number, firstDay + number + 1];
    case 'WEEKLY': {
      const from = firstDay - ((weekdayOf(firstDay) - weekStart + WEEK) % WEEK) + WEEK * number;
      return [from, from + WEEK];
    }
    case 'MONTHLY':
      return [dayOf(year, month + number, 1), dayOf(year, month + number + 1, 1)];
    case 'YEARLY':
      return [dayOf(year + number, 1, 1), dayOf(year + number + 1, 1, 1)];
  }
}

/** Whether a day of a period fits, before BYSETPOS. */
function dayTest(rule: DayRule, firstDay: number): (day: number) => boolean {
  const { months, monthDays, weekdays } = complete(rule, firstDay);
  const isByYear = rule.frequency === 'YEARLY' && rule.months.length === 0;
  return (day) => {
    const { year, month, day: monthDay } = dateOf(day);
    const monthOfDay = [dayOf(year, month, 1), dayOf(year, month + 1, 1)] as const;
    const [from, until] = isByYear ? ([dayOf(year, 1, 1), dayOf(year + 1, 1, 1)] as const) : monthOfDay;
    const fromEnd = day - monthOfDay[1];
    return (
      isAmong(months, (one) => one === month) &&
      isAmong(monthDays, (one) => one === monthDay || one === fromEnd) &&
      isAmong(weekdays, (one) => isNth(one, day, [from, until]))
    );
  };
}

/** What a rule leaves open is taken from the first day. */
function complete(
  { frequency, months, monthDays, weekdays }: DayRule,
  firstDay: number,
): Pick<DayRule, 'months' | 'monthDays' | 'weekdays'> {
  if (weekdays.length > 0 || monthDays.length > 0 || frequency === 'DAILY') return { months, monthDays, weekdays };
  if (frequency === 'WEEKLY') return { months, monthDays, weekdays: [{ weekday: weekdayOf(firstDay), nth: 0 }] };
  const first = dateOf(firstDay);
  const isOfMonth = frequency === 'YEARLY' && months.length === 0;
  return { months: isOfMonth ? [first.month] : months, monthDays: [first.day], weekdays };
}

function isAmong<T>(ones: readonly T[], fits: (one: T) => boolean): boolean {
  return ones.length === 0 || ones.some(fits);
}

/** Whether the day is this weekday, and the right one of them in a month or year. */
function isNth({ weekday, nth }: NthWeekday, day: number, [from, until]: readonly [number, number]): boolean {
  if (weekday !== weekdayOf(day)) return false;
  const fromStart = Math.floor((day - from) / WEEK) + 1;
  const fromEnd = -Math.floor((until - 1 - day) / WEEK) - 1;
  return nth === 0 || nth === fromStart || nth === fromEnd;
}

function atPositions(days: readonly number[], positions: readonly number[]): readonly number[] {
  if (positions.length === 0) return days;
  return days.filter((_, index) => positions.some((one) => one === index + 1 || one === index - days.length));
}

/** 0 is Monday. */
function weekdayOf(day: number): number {
  return (((day + FIRST_WEEKDAY) % WEEK) + WEEK) % WEEK;
}

function dateOf(day: number): { readonly year: number; readonly month: number; readonly day: number } {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** Months beyond 12 are those of later years. */
function dayOf(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}
