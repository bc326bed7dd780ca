// Whether a moment is within given hours. By the clocks on the wall in their time zone: on the day on which those
// are put forward or back, the hours are shorter or longer by as much.

import { DAYS, type Day, type Hours } from './domain/hours.ts';

/** `now` in milliseconds since the epoch. */
export function isWithinHours({ days, from, to, timezone }: Hours, now: number): boolean {
  const { day, minute } = wallClock(now, timezone);
  if (from < to) return days.includes(day) && minute >= from && minute < to;
  return (days.includes(day) && minute >= from) || (days.includes(dayBefore(day)) && minute < to);
}

function dayBefore(day: Day): Day {
  return DAYS[(DAYS.indexOf(day) + DAYS.length - 1) % DAYS.length] ?? day;
}

function wallClock(now: number, timezone: string): { readonly day: Day; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const day = DAYS.find((name) => name === parts.get('weekday')?.toLowerCase());
  if (day === undefined) throw new RangeError(`no day of the week in ${timezone} at ${now}`);
  return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}
