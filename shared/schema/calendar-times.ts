// Times and durations of calendars. Their values are read strictly: ical.js would take the thirteenth month for the
// first of the next year, and leave out what it does not understand.

import ICAL from 'ical.js';
import { messageOf } from '../errors.ts';
import type { CalendarLine } from './calendar-lines.ts';
import { UTC, type CalendarZone, type FindZone } from './calendar-zones.ts';
import { show } from './reader.ts';

export const DAY_MS = 86_400_000;
const SECOND_MS = 1000;

export interface CalendarTime {
  /** What the clocks on the wall show, as the moment at which those of UTC show it. */
  readonly wall: number;
  readonly zone: CalendarZone;
  /** A whole day. */
  readonly isDate: boolean;
  readonly at: number;
}

/** The sum of both. */
export interface CalendarDuration {
  /** By the clocks on the wall, however long the days are. */
  readonly wallMs: number;
  readonly ms: number;
}

/** `findZone` for names, `floating` for times without one. */
export interface Zones {
  readonly findZone: FindZone;
  readonly floating: CalendarZone;
}

/** The times of a line such as DTSTART or EXDATE, or what is wrong with it. */
export function readTimes(line: CalendarLine, zones: Zones): readonly CalendarTime[] | string {
  const property = readProperty(line);
  if (typeof property === 'string') return property;
  const { kind, tzid } = paramsOf(property, line.text);
  const expected = EXPECTED.get(kind);
  if (expected === undefined) return `${kind} is not read in a freeze`;
  const zone = tzid === null ? zones.floating : zones.findZone(tzid);
  if (zone === null) return `there is no time zone ${show(tzid)}, or its VTIMEZONE cannot be used`;
  const times: CalendarTime[] = [];
  for (const value of valueOf(line).split(',')) {
    const time = readTime(value, zone);
    if (time === null || !expected.kinds.includes(time.isDate)) return `expected ${expected.words}, not ${show(value)}`;
    times.push(time);
  }
  return times;
}

/** By the VALUE that a line names: whether its times are days. */
const EXPECTED = new Map<string, { readonly kinds: readonly boolean[]; readonly words: string }>([
  ['', { kinds: [true, false], words: 'a day such as 20261123 or a time such as 20261123T080000Z' }],
  ['DATE', { kinds: [true], words: 'a day such as 20261123' }],
  ['DATE-TIME', { kinds: [false], words: 'a time such as 20261123T080000Z' }],
]);

function paramsOf(property: ICAL.Property, text: string): { readonly kind: string; readonly tzid: string | null } {
  // A property of ical.js has VALUE as its type, and no longer tells whether it was given.
  const kind = /^[^:]*;VALUE=(?<kind>[^;:]+)/iu.exec(text)?.groups?.['kind'] ?? '';
  // Its types do not say that a parameter may be missing.
  const tzid: unknown = property.getFirstParameter('tzid');
  return { kind: kind.toUpperCase(), tzid: typeof tzid === 'string' ? tzid : null };
}

/** A day such as 20261123, or a time such as 20261123T080000 or 20261123T080000Z; null for anything else. */
export function readTime(text: string, zone: CalendarZone): CalendarTime | null {
  const parts = /^(?<day>\d{8})(?:T(?<time>\d{6})(?<utc>Z?))?$/u.exec(text.trim())?.groups;
  if (parts === undefined) return null;
  const { day = '', time = '000000', utc = '' } = parts;
  const iso = `${day.replace(/(....)(..)(..)/u, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/u, '$1:$2:$3')}.000Z`;
  const wall = Date.parse(iso);
  if (Number.isNaN(wall) || new Date(wall).toISOString() !== iso || iso < FIRST_TIME) return null;
  const meant = utc === '' ? zone : UTC;
  return { wall, zone: meant, isDate: parts['time'] === undefined, at: meant(wall) };
}

/** There are no freezes in the time before, but there are files whose dates are wrong. */
const FIRST_TIME = '1900';

/** Greater than nothing; or what is wrong with it. */
export function readDuration(line: CalendarLine): CalendarDuration | string {
  const text = valueOf(line).toUpperCase();
  const wrong = `expected a duration greater than 0 such as P1D or PT8H, not ${show(text)}`;
  if (!/^\+?P(?=.)(?:\d{1,4}W|(?:\d{1,4}D)?(?:T(?=.)(?:\d{1,6}H)?(?:\d{1,6}M)?(?:\d{1,6}S)?)?)$/u.test(text))
    return wrong;
  const { weeks, days, hours, minutes, seconds } = ICAL.Duration.fromString(text.replace('+', ''));
  const read = { wallMs: (weeks * 7 + days) * DAY_MS, ms: ((hours * 60 + minutes) * 60 + seconds) * SECOND_MS };
  return read.wallMs + read.ms > 0 ? read : wrong;
}

/** A text such as SUMMARY in one line, without what only machines need. */
export function readText(line: CalendarLine): string {
  const property = readProperty(line);
  const value = typeof property === 'string' ? null : property.getFirstValue();
  return typeof value === 'string' ? value.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim() : '';
}

/** The value of a line whose values have no colon. */
export function valueOf({ text }: CalendarLine): string {
  return text.slice(text.lastIndexOf(':') + 1).trim();
}

function readProperty({ text }: CalendarLine): ICAL.Property | string {
  try {
    return ICAL.Property.fromString(text);
  } catch (error) {
    return `cannot be read: ${messageOf(error)}`;
  }
}
