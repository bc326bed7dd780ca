// Which time zone a name of a calendar means. Names such as Europe/Berlin are those of the IANA database, whose clocks
// the hours of windows go by too. Other names are defined by the VTIMEZONE of the file, and only then looked up.

import ICAL from 'ical.js';
import { momentOf } from '../time-zone.ts';
import { calendarText, type CalendarLine, type CalendarPart } from './calendar-lines.ts';
import { isTimezone } from './hours.ts';
import { readDayRule } from './recurring-rule.ts';

/** From what the clocks on the wall show to the moment, as `momentOf` of `shared/time-zone.ts`. */
export type CalendarZone = (wall: number) => number;

export const UTC: CalendarZone = (wall) => wall;

const SECOND_MS = 1000;

/** Null for a name that means nothing. Every name has one zone, always the same. */
export type FindZone = (name: string) => CalendarZone | null;

/** What is wrong with a definition is told when it is needed. */
export function createZones(calendar: CalendarPart): FindZone {
  const defined = calendar.parts.filter(({ name }) => name === 'VTIMEZONE');
  const known = new Map<string, CalendarZone | null>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const zone = findZone(name, defined);
    known.set(name, zone);
    return zone;
  };
}

function findZone(name: string, defined: readonly CalendarPart[]): CalendarZone | null {
  const isOfDatabase = isTimezone(name);
  if (isOfDatabase && name.includes('/')) return (wall) => momentOf(name, wall);
  const definition = defined.find((part) => part.lines.some((line) => line.name === 'TZID' && valueOf(line) === name));
  if (definition !== undefined) return definedZone(definition);
  return isOfDatabase ? (wall) => momentOf(name, wall) : null;
}

function valueOf({ text }: CalendarLine): string {
  return text.slice(text.indexOf(':') + 1).trim();
}

const LOCAL_TIME = /^\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/u;
const OFFSET = /^[+-](?:0\d|1[0-5])[0-5]\d(?:[0-5]\d)?$/u;
const NEEDED = new Map([
  ['DTSTART', LOCAL_TIME],
  ['TZOFFSETFROM', OFFSET],
  ['TZOFFSETTO', OFFSET],
]);

/**
 * A part such as STANDARD, of which only what the clocks depend on is left. Null when that is not as it should be: then
 * ical.js would take the zone for UTC, or never come back from a rule that fits no day.
 */
function cleanPart({ name, line, lines }: CalendarPart): CalendarPart | null {
  const clean = lines
    .filter((one) => NEEDED.has(one.name) || one.name === 'RRULE' || one.name === 'RDATE')
    .map((one) => ({ ...one, text: `${one.name}:${valueOf(one)}` }));
  const hasAll = [...NEEDED.keys()].every((needed) => clean.filter((one) => one.name === needed).length === 1);
  const isPart = name === 'STANDARD' || name === 'DAYLIGHT';
  return isPart && hasAll && clean.every(isClean) ? { name, line, lines: clean, parts: [] } : null;
}

function isClean(line: CalendarLine): boolean {
  const value = valueOf(line);
  if (line.name === 'RDATE') return value.split(',').every((time) => LOCAL_TIME.test(time));
  if (line.name !== 'RRULE') return NEEDED.get(line.name)?.test(value) ?? false;
  const rule = readDayRule(value);
  const isEnd = typeof rule !== 'string' && (rule.until === null || /^\d{8}(?:T\d{6}Z?)?$/u.test(rule.until));
  return isEnd && rule.frequency === 'YEARLY';
}

function definedZone({ name, line, parts: given }: CalendarPart): CalendarZone | null {
  const parts = given.map((part) => cleanPart(part)).filter((part) => part !== null);
  if (parts.length === 0 || parts.length < given.length) return null;
  const zone = new ICAL.Timezone(ICAL.Component.fromString(calendarText({ name, line, lines: [], parts })));
  return (wall) => {
    const shown = new Date(wall);
    const time = ICAL.Time.fromData(
      {
        year: shown.getUTCFullYear(),
        month: shown.getUTCMonth() + 1,
        day: shown.getUTCDate(),
        hour: shown.getUTCHours(),
        minute: shown.getUTCMinutes(),
        second: shown.getUTCSeconds(),
        isDate: false,
      },
      zone,
    );
    return time.toUnixTime() * SECOND_MS;
  };
}
