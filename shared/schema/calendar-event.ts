// One event of a calendar, and the times at which it takes place. An event that recurs keeps its times of the day, also
// over the days on which clocks are put forward or back.

import type { Freeze } from '../domain/policy.ts';
import type { CalendarLine, CalendarPart } from './calendar-lines.ts';
import {
  DAY_MS,
  readDuration,
  readText,
  readTime,
  readTimes,
  valueOf,
  type CalendarDuration,
  type CalendarTime,
  type Zones,
} from './calendar-times.ts';
import { recurringDays } from './recurring-days.ts';
import { readDayRule, type DayRule } from './recurring-rule.ts';

export interface CalendarEvent {
  readonly name: string;
  readonly uid: string;
  readonly start: CalendarTime;
  /** How long it is, from the start of each of its times. */
  readonly length: CalendarDuration;
  readonly rules: readonly EndingRule[];
  /** Further starts. */
  readonly more: readonly CalendarTime[];
  readonly except: readonly CalendarTime[];
  /** The start in whose place this event is, in that of the same uid; `null` for an event of its own. */
  readonly insteadOf: CalendarTime | null;
  readonly cancelled: boolean;
}

interface EndingRule {
  readonly rule: DayRule;
  /** The last start; `null` = by the rule alone. */
  readonly until: CalendarTime | null;
}

export interface Trouble {
  readonly line: number;
  readonly message: string;
}

export type ReadEvent =
  { readonly ok: true; readonly event: CalendarEvent } | { readonly ok: false; readonly troubles: readonly Trouble[] };

/** What there may be once at most. */
const SINGLE = ['DTSTART', 'DTEND', 'DURATION', 'RECURRENCE-ID', 'UID', 'SUMMARY', 'STATUS'];

export function readEvent(part: CalendarPart, zones: Zones): ReadEvent {
  const troubles: Trouble[] = [];
  const reading: Reading = { part, zones, complain: (line, message) => troubles.push({ line, message }) };
  for (const name of SINGLE) {
    const second = part.lines.filter((line) => line.name === name)[1];
    if (second !== undefined) reading.complain(second.line, `${name} is there twice`);
  }
  const odd = first(part, 'EXRULE');
  if (odd !== undefined) reading.complain(odd.line, 'EXRULE is not read in a freeze');
  const [start] = readAll(reading, 'DTSTART');
  if (start === undefined) {
    if (first(part, 'DTSTART') === undefined) reading.complain(part.line, 'the event has no DTSTART');
    return { ok: false, troubles };
  }
  const event: CalendarEvent = {
    name: nameOf(part),
    uid: textOf(part, 'UID'),
    start,
    length: readLength(reading, start),
    rules: readRules(reading, start),
    more: readAll(reading, 'RDATE'),
    except: readAll(reading, 'EXDATE'),
    insteadOf: readInsteadOf(reading),
    cancelled: textOf(part, 'STATUS').toUpperCase() === 'CANCELLED',
  };
  return troubles.length === 0 ? { ok: true, event } : { ok: false, troubles };
}

/** The times of an event that are at least partly within the span. `without`: starts that others stand in for. */
export function freezesOf(event: CalendarEvent, without: readonly CalendarTime[], span: Span): Freeze[] {
  const gone = [...event.except, ...without];
  const goneAt = new Set(gone.map(({ at }) => at));
  const goneDays = new Set(gone.filter(({ isDate }) => isDate).map(({ wall }) => dayOf(wall)));
  const { wallMs, ms } = event.length;
  const freezes = new Map<number, Freeze>();
  for (const { wall, zone } of startsOf(event, dayOf(span.toAt) + 1)) {
    // Zones are at most some hours apart from UTC; what is that long ago needs no closer look.
    if (wall + wallMs + ms + 2 * DAY_MS < span.fromAt) continue;
    const fromAt = zone(wall);
    const toAt = zone(wall + wallMs) + ms;
    const isGone = goneAt.has(fromAt) || goneDays.has(dayOf(wall));
    const isWithin = fromAt < span.toAt && toAt > span.fromAt;
    // Where clocks skip all of it, it does not take place.
    if (isWithin && !isGone && toAt > fromAt) freezes.set(fromAt, { name: event.name, fromAt, toAt });
  }
  return [...freezes.values()];
}

type Start = Pick<CalendarTime, 'wall' | 'zone'>;

/** From `fromAt` until `toAt`, milliseconds since the epoch. */
export interface Span {
  readonly fromAt: number;
  readonly toAt: number;
}

function* startsOf({ start, rules, more }: CalendarEvent, lastDay: number): Generator<Start, void, undefined> {
  yield start;
  yield* more;
  const { zone } = start;
  const firstDay = dayOf(start.wall);
  for (const { rule, until } of rules) {
    for (const day of recurringDays(rule, firstDay, lastDay)) {
      const wall = start.wall + (day - firstDay) * DAY_MS;
      if (until !== null && (until.isDate ? day > dayOf(until.wall) : zone(wall) > until.at)) break;
      yield { wall, zone };
    }
  }
}

interface Reading {
  readonly part: CalendarPart;
  readonly zones: Zones;
  readonly complain: (line: number, message: string) => unknown;
}

function first({ lines }: CalendarPart, name: string): CalendarLine | undefined {
  return lines.find((line) => line.name === name);
}

function textOf(part: CalendarPart, name: string): string {
  const line = first(part, name);
  return line === undefined ? '' : readText(line);
}

/** Every refusal names the rule, so there is always a name. */
function nameOf(part: CalendarPart): string {
  return [textOf(part, 'SUMMARY'), textOf(part, 'UID')].find((text) => text !== '') ?? `event of line ${part.line}`;
}

/** The times of all lines of this name. */
function readAll({ part, zones, complain }: Reading, name: string): CalendarTime[] {
  return part.lines
    .filter((line) => line.name === name)
    .flatMap((line) => {
      const times = readTimes(line, zones);
      if (typeof times !== 'string') return times;
      complain(line.line, `${name}: ${times}`);
      return [];
    });
}

function readInsteadOf(reading: Reading): CalendarTime | null {
  const line = first(reading.part, 'RECURRENCE-ID');
  if (line === undefined) return null;
  if (/^[^:]*;RANGE=/iu.test(line.text))
    reading.complain(line.line, 'a change of this and all later times is not read; give it as an event of its own');
  return readAll(reading, 'RECURRENCE-ID')[0] ?? null;
}

const NO_LENGTH: CalendarDuration = { wallMs: 0, ms: 0 };

function readLength(reading: Reading, start: CalendarTime): CalendarDuration {
  const { part, complain } = reading;
  const [end, duration] = [first(part, 'DTEND'), first(part, 'DURATION')];
  if (end !== undefined && duration !== undefined) complain(duration.line, 'DTEND and DURATION exclude one another');
  if (end !== undefined) return lengthUntil(reading, start, end);
  if (duration !== undefined) {
    const read = readDuration(duration);
    if (typeof read !== 'string') return read;
    complain(duration.line, `DURATION: ${read}`);
  } else if (start.isDate) return { wallMs: DAY_MS, ms: 0 };
  else complain(part.line, 'the event has no DTEND and no DURATION, so it would freeze nothing');
  return NO_LENGTH;
}

/** By the clocks on the wall where both ends go by the same; else as long as it is the first time. */
function lengthUntil(reading: Reading, start: CalendarTime, line: CalendarLine): CalendarDuration {
  const [end] = readAll(reading, 'DTEND');
  if (end === undefined) return NO_LENGTH;
  if (end.at <= start.at) reading.complain(line.line, 'DTEND must be later than DTSTART');
  if (end.isDate !== start.isDate) reading.complain(line.line, 'DTSTART and DTEND must both be days, or both times');
  return end.zone === start.zone ? { wallMs: end.wall - start.wall, ms: 0 } : { wallMs: 0, ms: end.at - start.at };
}

function readRules({ part, complain }: Reading, start: CalendarTime): EndingRule[] {
  return part.lines
    .filter((line) => line.name === 'RRULE')
    .flatMap((line) => {
      const rule = readDayRule(valueOf(line));
      if (typeof rule === 'string') {
        complain(line.line, `RRULE: ${rule}`);
        return [];
      }
      const until = rule.until === null ? null : readTime(rule.until, start.zone);
      if (rule.until !== null && until === null) complain(line.line, 'RRULE: UNTIL is neither a day nor a time');
      return [{ rule, until }];
    });
}

function dayOf(wall: number): number {
  return Math.floor(wall / DAY_MS);
}
