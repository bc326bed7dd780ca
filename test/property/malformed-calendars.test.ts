import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCalendar } from '../../shared/schema/calendar.ts';

const SPAN = { fromAt: Date.parse('2026-01-01'), toAt: Date.parse('2028-01-01') };

const CALENDAR = `BEGIN:VCALENDAR
VERSION:2.0
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VTIMEZONE
TZID:Home
BEGIN:STANDARD
DTSTART:20001029T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20000326T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:weekends
SUMMARY:No changes\\, at
  weekends
DTSTART;TZID=Home:20260102T180000
DTEND;TZID=Home:20260105T080000
RRULE:FREQ=WEEKLY;UNTIL=20260801T000000Z
EXDATE;TZID=Home:20260109T180000
END:VEVENT
BEGIN:VEVENT
UID:weekends
RECURRENCE-ID;TZID=Home:20260116T180000
DTSTART;TZID="Europe/Berlin":20260117T180000
DURATION:P1DT2H
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261126
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=5
RDATE;VALUE=DATE:20261224
END:VEVENT
END:VCALENDAR
`;

const share = fc.nat(999_999).map((millionths) => millionths / 1_000_000);
const junk = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
  fc.constantFrom(
    ':',
    ';',
    '=',
    '"',
    '\n',
    '\n ',
    ',',
    '-',
    '0',
    '9',
    'T',
    'Z',
    '\\',
    '\0',
    ';VALUE=',
    ';TZID=',
    'BEGIN:',
    '\nEND:',
  ),
);

type Change = (text: string) => string;

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(share, junk).map(([at, piece]) => (text: string) => {
    const index = Math.floor(at * text.length);
    return text.slice(0, index) + piece + text.slice(index);
  }),
  fc.tuple(share, fc.nat(12), junk).map(([at, length, piece]) => (text: string) => {
    const index = Math.floor(at * text.length);
    return text.slice(0, index) + piece + text.slice(index + length);
  }),
  share.map((at) => (text: string) => {
    const lines = text.split('\n');
    return lines.toSpliced(Math.floor(at * lines.length), 1).join('\n');
  }),
  fc.tuple(share, share).map(([from, to]) => (text: string) => {
    const lines = text.split('\n');
    return lines.toSpliced(Math.floor(to * lines.length), 0, lines[Math.floor(from * lines.length)] ?? '').join('\n');
  }),
  share.map((at) => (text: string) => text.slice(0, Math.floor(at * text.length))),
);

describe('a malformed calendar', () => {
  it('was good before it was changed', () => {
    const read = parseCalendar(CALENDAR, 'freeze.ics', SPAN);

    expect(read.ok && read.value.length).toBeGreaterThan(30);
  });

  it('is read or refused with positions, and nothing throws or takes for ever', () => {
    let refused = 0;

    fc.assert(
      fc.property(fc.array(changes, { minLength: 1, maxLength: 3 }), (list) => {
        const text = list.reduce((before, change) => change(before), CALENDAR);

        const read = parseCalendar(text, 'freeze.ics', SPAN);

        if (read.ok) return;
        refused += 1;
        const lines = text.split(/\r\n|\n|\r/u).length;
        for (const { line, message } of read.issues) {
          expect(line >= 1 && line <= lines).toBe(true);
          expect(message).not.toMatch(/undefined|\[object|Error:|Invalid input/u);
        }
      }),
      { numRuns: 3000 },
    );

    expect(refused).toBeGreaterThan(300);
  });
});
