// Hours of the week as people write them: { days: mon-fri, from: "09:00", to: "17:00", timezone: Europe/Berlin }.

import { z } from 'zod';
import { DAYS, type Day, type Hours } from '../domain/hours.ts';
import { list, object, passOn, reads } from './reader.ts';

const dayNames = reads('days such as mon-fri, sat or [mon, wed]', (value) => {
  const parts = Array.isArray(value) ? value : [value];
  const days = parts.flatMap((part) => (typeof part === 'string' ? (daysOf(part) ?? [null]) : [null]));
  const known = days.filter((day) => day !== null);
  return known.length === days.length && known.length > 0 ? [...new Set(known)] : null;
});

/** `mon`, or `fri-mon` for Friday to Monday. */
function daysOf(text: string): Day[] | null {
  const [first, last = first, ...more] = text.split('-').map((name) => DAYS.findIndex((day) => day === name));
  if (first === undefined || first < 0 || last === undefined || last < 0 || more.length > 0) return null;
  const count = ((last - first + DAYS.length) % DAYS.length) + 1;
  return [...DAYS, ...DAYS].slice(first, first + count);
}

const MINUTES_OF_DAY = 24 * 60;

function timeOfDay(example: string, latest: number): z.ZodType<number> {
  return reads(`a time of day in quotes, such as "${example}"`, (value) => {
    const time = typeof value === 'string' ? /^(?<hours>\d{2}):(?<minutes>[0-5]\d)$/u.exec(value)?.groups : undefined;
    const minutes = Number(time?.['hours']) * 60 + Number(time?.['minutes']);
    return minutes <= latest ? minutes : null;
  });
}

export const timezone = reads('a time zone such as Europe/Berlin or UTC', (value) =>
  typeof value === 'string' && isTimezone(value) ? value : null,
);

export function isTimezone(name: string): boolean {
  // Newer versions of Node know offsets such as +01:00 as well. Those know no summer time, and older ones not them.
  if (!/^[A-Za-z]/u.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    // A RangeError is how Intl says that it does not know the name.
    return false;
  }
}

/** For what has more keys than these. */
export const hoursShape = {
  days: dayNames,
  from: timeOfDay('09:00', MINUTES_OF_DAY - 1),
  to: timeOfDay('17:00', MINUTES_OF_DAY),
  timezone,
};

export function toHours(read: z.infer<z.ZodObject<typeof hoursShape>>): Hours {
  return { days: read.days, fromMinute: read.from, toMinute: read.to, timezone: read.timezone };
}

const hours: z.ZodType<Hours> = object('hours', hoursShape).transform(toHours);

const several = list('hours', hours, 1);
const single = hours.transform((one) => [one]);

/** One or a list. Each is checked as what it is, so that the positions of errors are right for both. */
export const oneOrMoreHours = z.unknown().transform((value, context): Hours[] => {
  const parsed = (Array.isArray(value) ? several : single).safeParse(value);
  if (parsed.success) return parsed.data;
  passOn(context, parsed.error.issues);
  return z.NEVER;
});
