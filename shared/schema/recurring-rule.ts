// A rule of iCalendar by which whole days recur (RRULE of RFC 5545), as text: FREQ=YEARLY;BYMONTH=11;BYDAY=4TH. Parts
// that are not understood are refused, never left out.

import type { z } from 'zod';
import { complain, object, oneOf, reads, sayIssue, show } from './reader.ts';

/** 0 is Monday. */
export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;

export interface DayRule {
  readonly frequency: (typeof FREQUENCIES)[number];
  readonly interval: number;
  /** How many days, the first included; `null` = without end. */
  readonly count: number | null;
  /** As it is written: a day, or a moment that only its zone can tell. */
  readonly until: string | null;
  /** Each of these: empty = not given. */
  readonly months: readonly number[];
  /** Negative ones count from the end of the month. */
  readonly monthDays: readonly number[];
  readonly weekdays: readonly NthWeekday[];
  /** Which of the days of a period, from 1, or negative from the end. */
  readonly positions: readonly number[];
  /** 0 is Monday. */
  readonly weekStart: number;
}

export interface NthWeekday {
  /** 0 is Monday. */
  readonly weekday: number;
  /** Which of them in its month or year, negative from the end; 0 = each. */
  readonly nth: number;
}

const PARTS = {
  FREQ: oneOf(FREQUENCIES),
  INTERVAL: reads('a whole number from 1 to 10000', (value) => single(value, 10_000)).default(1),
  COUNT: reads('a whole number from 1 to 1000000', (value) => single(value, 1_000_000)).optional(),
  UNTIL: reads('a day or a time', (value) => (typeof value === 'string' ? value : null)).optional(),
  BYMONTH: reads('months from 1 to 12', (value) => wholes(value, 1, 12)).default([]),
  BYMONTHDAY: reads('days of the month from 1 to 31, or from -1 to -31', (value) => wholes(value, -31, 31)).default([]),
  BYDAY: reads('days of the week such as MO,TU or 4TH or -1FR', readWeekdays).default([]),
  BYSETPOS: reads('numbers from 1 to 366, or from -1 to -366', (value) => wholes(value, -366, 366)).default([]),
  WKST: oneOf(WEEKDAYS).default('MO'),
};

const rule: z.ZodType<DayRule> = object('a rule', PARTS).transform((found, context): DayRule => {
  const read: DayRule = {
    frequency: found.FREQ,
    interval: found.INTERVAL,
    count: found.COUNT ?? null,
    until: found.UNTIL ?? null,
    months: found.BYMONTH,
    monthDays: found.BYMONTHDAY,
    weekdays: found.BYDAY,
    positions: found.BYSETPOS,
    weekStart: WEEKDAYS.indexOf(found.WKST),
  };
  const trouble = troubleWithRule(read);
  if (trouble !== null) complain(context, trouble);
  return read;
});

/** The rule, or what is wrong with it. */
export function readDayRule(text: string): DayRule | string {
  const parts = partsOf(text);
  if (typeof parts === 'string') return parts;
  const parsed = rule.safeParse(parts);
  return parsed.success ? parsed.data : sayFirst(parsed.error.issues);
}

function partsOf(text: string): Readonly<Record<string, string>> | string {
  const parts = new Map<string, string>();
  for (const part of text.trim().toUpperCase().split(';')) {
    const { name, value } = /^(?<name>[A-Z-]+)=(?<value>[^=]+)$/u.exec(part)?.groups ?? {};
    if (name === undefined || value === undefined) return `${show(part)} is no part of a rule`;
    if (parts.has(name)) return `${name} is there twice`;
    parts.set(name, value);
  }
  return Object.fromEntries(parts);
}

function sayFirst([issue]: readonly z.core.$ZodIssue[]): string {
  if (issue === undefined) return 'cannot be read';
  const part = issue.path.join('.');
  const isKnown = part === '' || Object.hasOwn(PARTS, part);
  return isKnown ? `${part} ${sayIssue(issue)}`.trim() : `${part} is not read in a rule of a freeze`;
}

function troubleWithRule({ frequency, weekdays, monthDays, months, positions, count, until }: DayRule): string | null {
  if (count !== null && until !== null) return 'COUNT and UNTIL exclude one another';
  if (frequency === 'WEEKLY' && monthDays.length > 0) return 'BYMONTHDAY has no meaning by the week';
  if ((frequency === 'DAILY' || frequency === 'WEEKLY') && weekdays.some(({ nth }) => nth !== 0))
    return 'BYDAY with a number has a meaning by the month and by the year only';
  if (positions.length > 0 && weekdays.length + monthDays.length + months.length === 0)
    return 'BYSETPOS needs BYDAY, BYMONTHDAY or BYMONTH';
  return null;
}

function single(value: unknown, most: number): number | null {
  const [number, ...more] = wholes(value, 1, most) ?? [];
  return number === undefined || more.length > 0 ? null : number;
}

/** Numbers with commas between them; 0 is never one of them. */
function wholes(value: unknown, least: number, most: number): number[] | null {
  if (typeof value !== 'string') return null;
  const numbers = value.split(',').map((one) => (/^[+-]?\d{1,7}$/u.test(one) ? Number(one) : 0));
  return numbers.every((one) => one !== 0 && one >= least && one <= most) ? numbers : null;
}

function readWeekdays(value: unknown): NthWeekday[] | null {
  if (typeof value !== 'string') return null;
  const read = value.split(',').map((one) => /^(?<nth>[+-]?[1-9]\d?)?(?<name>[A-Z]{2})$/u.exec(one)?.groups);
  const weekdays = read.map((groups) => ({
    weekday: WEEKDAYS.findIndex((name) => name === groups?.['name']),
    nth: Number(groups?.['nth'] ?? 0),
  }));
  return weekdays.every(({ weekday, nth }) => weekday >= 0 && Math.abs(nth) <= 53) ? weekdays : null;
}
