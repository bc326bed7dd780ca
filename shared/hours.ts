// Whether a moment is within given hours. By the clocks on the wall in their time zone: on the day on which those
// are put forward or back, the hours are shorter or longer by as much.

import { DAYS, type Day, type Hours } from './domain/hours.ts';

/** `now` in milliseconds since the epoch. Hours that run over midnight belong to the day on which they begin. */
export function isWithinHours({ days, fromMinute, toMinute, timezone }: Hours, now: number): boolean {
  const { day, minute } = wallClock(now, timezone);
  if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
  return (days.includes(day) && minute >= fromMinute) || (days.includes(dayBefore(day)) && minute < toMinute);
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

function formatMinute(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
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
