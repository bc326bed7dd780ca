// iCalendar text (RFC 5545) -> the freezes that its events are within a span of time. Never fewer than are written there:
// an event that cannot be read makes the whole file unusable. Cancelled events are no freezes; tasks and free and busy
// times are none either. Times without a zone, and days, are those of X-WR-TIMEZONE, or else of UTC.

import type { Freeze } from '../domain/policy.ts';
import type { Checked } from './check.ts';
import { freezesOf, readEvent, type CalendarEvent, type Span } from './calendar-event.ts';
import { issueAt, readCalendarParts, type CalendarPart } from './calendar-lines.ts';
import { readText, type Zones } from './calendar-times.ts';
import { createZones, UTC } from './calendar-zones.ts';
import { show } from './reader.ts';
import type { DocumentIssue } from './source.ts';

/** More freezes at a time are no calendar but a mistake. */
const MOST_FREEZES = 50_000;
const MOST_ISSUES = 100;

/** In order of their beginnings. Only those that are on at some moment from `fromAt` until `toAt`. */
export function parseCalendar(source: string, file: string, span: Span): Checked<readonly Freeze[]> {
  const read = readCalendarParts(source, file);
  if (!read.ok) return { ok: false, issues: [read.issue] };
  const issues: DocumentIssue[] = [];
  const complain = (line: number, message: string): unknown => issues.push(issueAt(file, line, message));
  const events = read.calendars.flatMap((calendar) => readEvents(calendar, complain));
  if (issues.length > 0) return { ok: false, issues: issues.slice(0, MOST_ISSUES) };
  const freezes = events
    .filter(({ cancelled }) => !cancelled)
    .flatMap((event) => freezesOf(event, replacedTimes(event, events), span))
    .toSorted((a, b) => a.fromAt - b.fromAt);
  if (freezes.length <= MOST_FREEZES) return { ok: true, value: freezes };
  return { ok: false, issues: [issueAt(file, 1, `has more than ${MOST_FREEZES} freezes at a time`)] };
}

function readEvents(calendar: CalendarPart, complain: (line: number, message: string) => unknown): CalendarEvent[] {
  const zones: Zones = { findZone: createZones(calendar), floating: UTC };
  const line = calendar.lines.find(({ name }) => name === 'X-WR-TIMEZONE');
  const floating = line === undefined ? UTC : zones.findZone(readText(line));
  if (floating === null) complain(line?.line ?? calendar.line, `there is no time zone ${show(line && readText(line))}`);
  return calendar.parts
    .filter(({ name }) => name === 'VEVENT')
    .flatMap((part) => {
      const read = readEvent(part, { ...zones, floating: floating ?? UTC });
      if (read.ok) return [read.event];
      for (const trouble of read.troubles) complain(trouble.line, trouble.message);
      return [];
    });
}

/** The times of a recurring event in whose place other events are, or nothing because those are cancelled. */
function replacedTimes({ uid, insteadOf }: CalendarEvent, events: readonly CalendarEvent[]): CalendarEvent['except'] {
  if (insteadOf !== null || uid === '') return [];
  return events.flatMap((other) => (other.uid === uid && other.insteadOf !== null ? [other.insteadOf] : []));
}
