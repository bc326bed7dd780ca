// Whether a moment is within given hours. By the clocks on the wall in their time zone: on the day on which those
// are put forward or back, the hours are shorter or longer by as much.

import { DAYS, type Day, type Hours } from './domain/hours.ts';
import { momentOf, wallAt } from './time-zone.ts';

const MINUTE_MS = 60_000;
const MINUTES_OF_DAY = 1440;
/** The day of the epoch. */
const FIRST_DAY = DAYS.indexOf('thu');

/** `now` in milliseconds since the epoch. Hours that run over midnight belong to the day on which they begin. */
export function isWithinHours({ days, fromMinute, toMinute, timezone }: Hours, now: number): boolean {
  const { day, before, minute } = wallClock(now, timezone);
  if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
  return (days.includes(day) && minute >= fromMinute) || (days.includes(before) && minute < toMinute);
}

/** `mon tue 09:00-17:00 Europe/Berlin`. */
export function formatHours({ days, fromMinute, toMinute, timezone }: Hours): string {
  return `${days.join(' ')} ${formatMinute(fromMinute)}-${formatMinute(toMinute)} ${timezone}`;
}

/** What day and time it is in a time zone: `sat 12:03`. */
export function formatMoment(now: number, timezone: string): string {
  const { day, minute } = wallClock(now, timezone);
  return `${day} ${formatMinute(minute)}`;
}

/** `2026-11-23T08:00:00Z`. */
export function formatUtc(at: number): string {
  return `${new Date(at).toISOString().slice(0, -'.000Z'.length)}Z`;
}

/**
 * `YYYY-MM-DD` (its midnight) or `YYYY-MM-DDTHH:MM` by the clocks of a time zone, in milliseconds since the epoch; null
 * for any other text. A time that is skipped there is the moment of the skip, and of one that comes twice the first.
 */
export function localToEpoch(text: string, timezone: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2})?$/u.test(text)) return null;
  const full = text.includes('T') ? text : `${text}T00:00`;
  const wall = Date.parse(`${full}Z`);
  // Some versions of Date.parse read 30 February as a day in March, and 24:00 as the next day.
  const exists = !Number.isNaN(wall) && new Date(wall).toISOString().startsWith(full);
  return exists ? momentOf(timezone, wall) : null;
}

function formatMinute(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

interface WallClock {
  readonly day: Day;
  /** The day before. */
  readonly before: Day;
  readonly minute: number;
}

function wallClock(now: number, timezone: string): WallClock {
  const minutes = Math.floor(wallAt(timezone, now) / MINUTE_MS);
  const days = Math.floor(minutes / MINUTES_OF_DAY);
  return { day: dayOfWeek(days), before: dayOfWeek(days - 1), minute: minutes - days * MINUTES_OF_DAY };
}

/** Of a day that is so many days after that of the epoch. */
function dayOfWeek(days: number): Day {
  const day = DAYS.at((FIRST_DAY + days) % DAYS.length);
  if (day === undefined) throw new RangeError(`${days} is no number of a day`);
  return day;
}
