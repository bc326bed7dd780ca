// When a cron pattern fires, by the clocks of its time zone. On the day on which those are put forward, what is set for
// a skipped time fires at the moment of the skip; on the day on which they are put back, what is set for a time that
// comes twice fires the first time. Patterns with a `*` or a step in the minutes or hours are about intervals: these
// skip what the clocks skip, and fire in both hours that come twice.

import { Cron } from 'croner';
import type { Recurrence } from './domain/schedule.ts';

const MINUTE_MS = 60_000;

/** The first firing after a moment; null when there is none. Milliseconds since the epoch, as all times here. */
export function firingAfter(recurrence: Recurrence, at: number): number | null {
  const next = open(recurrence).nextRun(new Date(minuteOf(at)));
  return next === null ? null : next.getTime();
}

/** The last firing at or before a moment; null when there is none. */
export function firingUpTo(recurrence: Recurrence, at: number): number | null {
  const [last] = open(recurrence).previousRuns(1, new Date(minuteOf(at) + MINUTE_MS));
  return last === undefined ? null : last.getTime();
}

/** How many times it fires after a moment and up to another, counted up to `most`. */
export function countFirings(recurrence: Recurrence, between: readonly [number, number], most: number): number {
  const cron = open(recurrence);
  const [fromAt, untilAt] = between;
  let next = cron.nextRun(new Date(minuteOf(fromAt)));
  let count = 0;
  while (next !== null && next.getTime() <= untilAt && count < most) {
    count += 1;
    next = cron.nextRun(next);
  }
  return count;
}

const FIELDS = [
  ['minute', '0-59'],
  ['hour', '0-23'],
  ['day of the month', '1-31 or L'],
  ['month', '1-12 or jan-dec'],
  ['day of the week', '0-7 or sun-sat'],
] as const;
const FIELD_NAMES = 'minute, hour, day of the month, month and day of the week';
/** Longer than any that says something. */
const MOST_CHARACTERS = 500;

/** What is wrong with a cron pattern, as the rest of a sentence about it; null when it is good. */
export function troubleWithCron(cron: string): string | null {
  const fields = cron.split(/\s+/u).filter((field) => field !== '');
  if (fields.length !== FIELDS.length || cron.length > MOST_CHARACTERS)
    return `needs five fields: ${FIELD_NAMES}; \`0 10 * * mon-thu\` is at ten on these days`;
  // Croner's own sentences count days and months from 0. So each field is tried by itself, to name the one that is wrong.
  const wrong = FIELDS.findIndex(
    (_, index) => !isCron(FIELDS.map((__, at) => (at === index ? fields[at] : '*')).join(' ')),
  );
  const [name, range] = FIELDS[wrong] ?? [];
  if (name !== undefined)
    return `has a wrong ${name}, \`${fields[wrong]}\`: expected ${range}, a list, a range, or a step such as */2`;
  if (!isCron(cron)) return `is no cron pattern: expected ${FIELD_NAMES}`;
  return open({ cron, timezone: 'UTC' }).nextRun(new Date(0)) === null ? 'never fires: there is no such day' : null;
}

function isCron(cron: string): boolean {
  try {
    return open({ cron, timezone: 'UTC' }).getPattern() !== undefined;
  } catch {
    // Croner has no other way to say that a pattern is none.
    return false;
  }
}

/** Croner is asked for times only; it starts no timer for a job without a function. */
function open({ cron, timezone }: Recurrence): Cron {
  return new Cron(cron, { timezone, mode: '5-part', fixedTimeRule: 'no-wildcard' });
}

/** Firings are at full minutes, and croner answers by the second. */
function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS) * MINUTE_MS;
}
