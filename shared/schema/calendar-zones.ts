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
  if (definition !== undefined) return isUsable(definition) ? definedZone(definition) : null;
  return isOfDatabase ? (wall) => momentOf(name, wall) : null;
}

function valueOf({ text }: CalendarLine): string {
  return text.slice(text.indexOf(':') + 1).trim();
}

/** Without these, ical.js would take the zone for UTC, or never come back from a rule that fits no day. */
function isUsable({ parts }: CalendarPart): boolean {
  const NEEDED = [
    ['DTSTART', /^\d{8}T\d{6}$/u],
    ['TZOFFSETFROM', /^[+-]\d{4}(?:\d{2})?$/u],
    ['TZOFFSETTO', /^[+-]\d{4}(?:\d{2})?$/u],
  ] as const;
  return (
    parts.length > 0 &&
    parts.every(({ lines }) => {
      const rules = lines.filter((line) => line.name === 'RRULE').map((line) => readDayRule(valueOf(line)));
      const hasAll = NEEDED.every(([name, form]) =>
        lines.some((line) => line.name === name && form.test(valueOf(line))),
      );
      return hasAll && rules.every((rule) => typeof rule !== 'string' && rule.frequency === 'YEARLY');
    })
  );
}

function definedZone(definition: CalendarPart): CalendarZone {
  const zone = new ICAL.Timezone(ICAL.Component.fromString(calendarText(definition)));
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
