import { describe, expect, it } from 'vitest';
import { parseCalendar } from '../../shared/schema/calendar.ts';
import { formatIssue } from '../../shared/schema/source.ts';

const SPAN = { fromAt: Date.parse('2026-01-01T00:00:00Z'), toAt: Date.parse('2028-01-01T00:00:00Z') };

/** The first line of the first event is line 3 of the file. */
function buildCalendar(events: readonly string[], head: readonly string[] = []): string {
  const all = events.flatMap((event) => ['BEGIN:VEVENT', ...event.split('\n'), 'END:VEVENT']);
  return ['BEGIN:VCALENDAR', ...head, ...all, 'END:VCALENDAR', ''].join('\r\n');
}

function freezesIn(source: string, span = SPAN): string[] {
  const read = parseCalendar(source, 'freeze.ics', span);
  if (!read.ok) throw new Error(read.issues.map((issue) => formatIssue(issue)).join('\n'));
  const iso = (at: number): string => new Date(at).toISOString().slice(0, 16);
  return read.value.map(({ name, fromAt, toAt }) => `${name} ${iso(fromAt)} ${iso(toAt)}`);
}

function issuesIn(source: string): string[] {
  const read = parseCalendar(source, 'freeze.ics', SPAN);
  return read.ok ? [] : read.issues.map((issue) => formatIssue(issue));
}

const BERLIN = 'DTSTART;TZID=Europe/Berlin';
/** As programs that know no IANA names write it. */
const WEST_EUROPE = [
  'BEGIN:VTIMEZONE',
  'TZID:W. Europe Standard Time',
  'BEGIN:STANDARD',
  'DTSTART:16011028T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010325T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
];

describe('a calendar of freezes', () => {
  it.each([
    [
      'times of UTC',
      'SUMMARY:a\nDTSTART:20261123T080000Z\nDTEND:20261123T120000Z',
      ['a 2026-11-23T08:00 2026-11-23T12:00'],
    ],
    [
      'times of a zone, in summer',
      `SUMMARY:a\n${BERLIN}:20260723T080000\nDTEND;TZID=Europe/Berlin:20260723T120000`,
      ['a 2026-07-23T06:00 2026-07-23T10:00'],
    ],
    [
      'times of two zones',
      `SUMMARY:a\n${BERLIN}:20260723T080000\nDTEND;TZID="America/New_York":20260723T120000`,
      ['a 2026-07-23T06:00 2026-07-23T16:00'],
    ],
    ['a length', 'SUMMARY:a\nDTSTART:20261123T080000Z\nDURATION:P1DT12H', ['a 2026-11-23T08:00 2026-11-24T20:00']],
    ['a length in weeks', 'SUMMARY:a\nDTSTART:20261123T080000Z\nDURATION:P2W', ['a 2026-11-23T08:00 2026-12-07T08:00']],
    ['one day', 'SUMMARY:a\nDTSTART;VALUE=DATE:20261123', ['a 2026-11-23T00:00 2026-11-24T00:00']],
    [
      'several days, of which the last is not included',
      'SUMMARY:a\nDTSTART;VALUE=DATE:20261123\nDTEND;VALUE=DATE:20261130',
      ['a 2026-11-23T00:00 2026-11-30T00:00'],
    ],
    [
      'a name with escapes, over two lines',
      'SUMMARY:No changes\\, none\n  at all\\n!\nDTSTART;VALUE=DATE:20261123',
      ['No changes, none at all ! 2026-11-23T00:00 2026-11-24T00:00'],
    ],
    [
      'the uid where there is no name',
      'UID:u-1\nDTSTART;VALUE=DATE:20261123',
      ['u-1 2026-11-23T00:00 2026-11-24T00:00'],
    ],
    ['neither', 'DTSTART;VALUE=DATE:20261123', ['event of line 2 2026-11-23T00:00 2026-11-24T00:00']],
    ['a cancelled event', 'STATUS:CANCELLED\nDTSTART;VALUE=DATE:20261123', []],
    ['an event before the span', 'DTSTART;VALUE=DATE:20251231', []],
    ['an event after the span', 'DTSTART;VALUE=DATE:20280101', []],
    [
      'an event over the beginning of the span',
      'SUMMARY:a\nDTSTART;VALUE=DATE:20251220\nDTEND;VALUE=DATE:20260105',
      ['a 2025-12-20T00:00 2026-01-05T00:00'],
    ],
    [
      'an alarm of its own, which is something else',
      'SUMMARY:a\nDTSTART;VALUE=DATE:20261123\nBEGIN:VALARM\nTRIGGER:-PT15M\nDURATION:PT5M\nEND:VALARM',
      ['a 2026-11-23T00:00 2026-11-24T00:00'],
    ],
  ])('reads %s', (_, event, expected) => {
    const freezes = freezesIn(buildCalendar([event]));

    expect(freezes).toEqual(expected);
  });

  it.each([
    [
      'every week, over the change of the clocks, at the same times of the day',
      `SUMMARY:a\n${BERLIN}:20261016T180000\nDTEND;TZID=Europe/Berlin:20261019T080000\nRRULE:FREQ=WEEKLY;COUNT=3`,
      [
        'a 2026-10-16T16:00 2026-10-19T06:00',
        'a 2026-10-23T16:00 2026-10-26T07:00',
        'a 2026-10-30T17:00 2026-11-02T07:00',
      ],
    ],
    [
      'until a moment, which is included, in the zone of the event',
      `SUMMARY:a\n${BERLIN}:20261201T230000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261203T220000Z`,
      [
        'a 2026-12-01T22:00 2026-12-01T23:00',
        'a 2026-12-02T22:00 2026-12-02T23:00',
        'a 2026-12-03T22:00 2026-12-03T23:00',
      ],
    ],
    [
      'until a day, which is included',
      'SUMMARY:a\nDTSTART;VALUE=DATE:20261201\nRRULE:FREQ=DAILY;UNTIL=20261202',
      ['a 2026-12-01T00:00 2026-12-02T00:00', 'a 2026-12-02T00:00 2026-12-03T00:00'],
    ],
    [
      'without end, as far as the span goes',
      'SUMMARY:a\nDTSTART;VALUE=DATE:20001224\nDURATION:P3D\nRRULE:FREQ=YEARLY',
      ['a 2026-12-24T00:00 2026-12-27T00:00', 'a 2027-12-24T00:00 2027-12-27T00:00'],
    ],
    [
      'but for some',
      `SUMMARY:a\n${BERLIN}:20261201T080000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20261202T080000,20261204T080000`,
      ['a 2026-12-01T07:00 2026-12-01T08:00', 'a 2026-12-03T07:00 2026-12-03T08:00'],
    ],
    [
      'but for a whole day',
      `SUMMARY:a\n${BERLIN}:20261201T080000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE;VALUE=DATE:20261202`,
      ['a 2026-12-01T07:00 2026-12-01T08:00'],
    ],
    [
      'and on more days',
      'SUMMARY:a\nDTSTART;VALUE=DATE:20261201\nRDATE;VALUE=DATE:20261208,20261224',
      [
        'a 2026-12-01T00:00 2026-12-02T00:00',
        'a 2026-12-08T00:00 2026-12-09T00:00',
        'a 2026-12-24T00:00 2026-12-25T00:00',
      ],
    ],
    [
      'and are left out where clocks skip them',
      `SUMMARY:a\n${BERLIN}:20260328T020000\nDTEND;TZID=Europe/Berlin:20260328T023000\nRRULE:FREQ=DAILY;COUNT=3`,
      ['a 2026-03-28T01:00 2026-03-28T01:30', 'a 2026-03-30T00:00 2026-03-30T00:30'],
    ],
  ])('has events that recur %s', (_, event, expected) => {
    const freezes = freezesIn(buildCalendar([event]));

    expect(freezes).toEqual(expected);
  });

  it('has times of a recurring event that were moved, and others that were cancelled', () => {
    const series = `UID:u\nSUMMARY:a\n${BERLIN}:20261201T080000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3`;
    const moved = `UID:u\nSUMMARY:b\nRECURRENCE-ID;TZID=Europe/Berlin:20261202T080000\n${BERLIN}:20270105T100000\nDURATION:PT2H`;
    const cancelled = `UID:u\nSTATUS:CANCELLED\nRECURRENCE-ID:20261203T070000Z\n${BERLIN}:20261203T080000\nDURATION:PT1H`;

    const freezes = freezesIn(buildCalendar([series, moved, cancelled]));

    expect(freezes).toEqual(['a 2026-12-01T07:00 2026-12-01T08:00', 'b 2027-01-05T09:00 2027-01-05T11:00']);
  });

  it('has days and floating times in the zone that it names', () => {
    const events = ['SUMMARY:a\nDTSTART;VALUE=DATE:20261123', 'SUMMARY:b\nDTSTART:20261123T080000\nDURATION:PT1H'];

    const freezes = freezesIn(buildCalendar(events, ['X-WR-TIMEZONE:Europe/Berlin']));

    expect(freezes).toEqual(['a 2026-11-22T23:00 2026-11-23T23:00', 'b 2026-11-23T07:00 2026-11-23T08:00']);
  });

  it('has zones of its own, in winter and in summer, and in years to come', () => {
    const event = `SUMMARY:a\nDTSTART;TZID=W. Europe Standard Time:20260115T080000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;INTERVAL=6`;
    const span = { fromAt: SPAN.fromAt, toAt: Date.parse('2045-12-01') };

    const freezes = freezesIn(buildCalendar([event], WEST_EUROPE), span);

    expect(freezes.slice(0, 2)).toEqual(['a 2026-01-15T07:00 2026-01-15T08:00', 'a 2026-07-15T06:00 2026-07-15T07:00']);
    expect(freezes.slice(-2)).toEqual(['a 2045-01-15T07:00 2045-01-15T08:00', 'a 2045-07-15T06:00 2045-07-15T07:00']);
  });

  it('has the zones of the IANA database, whatever it says of them', () => {
    const lie = WEST_EUROPE.map((line) => line.replace('W. Europe Standard Time', 'Asia/Tokyo'));
    const event = 'SUMMARY:a\nDTSTART;TZID=Asia/Tokyo:20260115T080000\nDURATION:PT1H';

    const freezes = freezesIn(buildCalendar([event], lie));

    expect(freezes).toEqual(['a 2026-01-14T23:00 2026-01-15T00:00']);
  });

  it.each([
    ['lines of Unix', (text: string) => text.replaceAll('\r\n', '\n')],
    ['a byte order mark', (text: string) => `\u{feff}${text}`],
    [
      'small letters',
      (text: string) => text.replace('BEGIN:VCALENDAR', 'begin:vcalendar').replace('DTSTART', 'dtstart'),
    ],
    ['empty lines', (text: string) => text.replace('DTSTART', '\r\nDTSTART')],
    ['a second calendar in the same file', (text: string) => `${buildCalendar([])}${text}`],
    [
      'tasks',
      (text: string) => text.replace('BEGIN:VEVENT', 'BEGIN:VTODO\r\nDUE:20261124\r\nEND:VTODO\r\nBEGIN:VEVENT'),
    ],
  ])('may have %s', (_, change) => {
    const freezes = freezesIn(change(buildCalendar(['SUMMARY:a\nDTSTART;VALUE=DATE:20261123'])));

    expect(freezes).toEqual(['a 2026-11-23T00:00 2026-11-24T00:00']);
  });

  it('is in order of the beginnings', () => {
    const days = ['20261224', '20261123', '20261201'].map((day) => `SUMMARY:a\nDTSTART;VALUE=DATE:${day}`);

    const freezes = freezesIn(buildCalendar(days));

    expect(freezes.map((freeze) => freeze.slice(2, 12))).toEqual(['2026-11-23', '2026-12-01', '2026-12-24']);
  });
});

describe('a calendar that cannot be read', () => {
  const DAY = 'DTSTART;VALUE=DATE:20261123';

  it.each<[string, string, string]>([
    ['is empty', '', '1:1: has no BEGIN:VCALENDAR'],
    ['is YAML', 'freezes: []\n', '1:1: stands outside BEGIN:VCALENDAR and END:VCALENDAR'],
    ['is a page', '<html>\n', '1:1: is no line of a calendar: expected NAME:value'],
    ['is one event', `BEGIN:VEVENT\n${DAY}\nEND:VEVENT`, '1:1: VEVENT has no place here'],
    ['is cut off', `BEGIN:VCALENDAR\nBEGIN:VEVENT\n${DAY}`, '2:1: VEVENT begins here and does not end'],
    [
      'ends in the wrong order',
      'BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT',
      '3:1: ends VCALENDAR, but VEVENT of line 2 is open',
    ],
    [
      'has a line of nonsense',
      buildCalendar([`${DAY}\nnonsense`]),
      '4:1: is no line of a calendar: expected NAME:value',
    ],
    ['has an event without a start', buildCalendar(['SUMMARY:a']), '2:1: the event has no DTSTART'],
    ['has two starts', buildCalendar([`${DAY}\n${DAY}`]), '4:1: DTSTART is there twice'],
    [
      'has a day that does not exist',
      buildCalendar(['DTSTART;VALUE=DATE:20260230']),
      '3:1: DTSTART: expected a day such as 20261123, not "20260230"',
    ],
    [
      'has a month that does not exist',
      buildCalendar(['DTSTART:20261301T000000Z\nDURATION:PT1H']),
      '3:1: DTSTART: expected a day such as 20261123 or a time such as 20261123T080000Z, not "20261301T000000Z"',
    ],
    [
      'has a time where a day is said to be',
      buildCalendar(['DTSTART;VALUE=DATE:20261123T080000']),
      '3:1: DTSTART: expected a day such as 20261123, not "20261123T080000"',
    ],
    [
      'has a zone that nobody knows',
      buildCalendar(['DTSTART;TZID=Atlantis:20261123T080000\nDURATION:PT1H']),
      '3:1: DTSTART: there is no time zone "Atlantis", or its VTIMEZONE cannot be used',
    ],
    [
      'has times without end',
      buildCalendar(['DTSTART:20261123T080000Z']),
      '2:1: the event has no DTEND and no DURATION, so it would freeze nothing',
    ],
    [
      'ends before it begins',
      buildCalendar(['DTSTART:20261123T080000Z\nDTEND:20261123T080000Z']),
      '4:1: DTEND must be later than DTSTART',
    ],
    [
      'has both an end and a length',
      buildCalendar(['DTSTART:20261123T080000Z\nDTEND:20261123T090000Z\nDURATION:PT1H']),
      '5:1: DTEND and DURATION exclude one another',
    ],
    [
      'begins with a time and ends with a day',
      buildCalendar(['DTSTART:20261123T080000Z\nDTEND;VALUE=DATE:20261124']),
      '4:1: DTSTART and DTEND must both be days, or both times',
    ],
    [
      'has a length of nothing',
      buildCalendar([`${DAY}\nDURATION:PT0S`]),
      '4:1: DURATION: expected a duration greater than 0 such as P1D or PT8H, not "PT0S"',
    ],
    [
      'has a length that goes back',
      buildCalendar([`${DAY}\nDURATION:-P1D`]),
      '4:1: DURATION: expected a duration greater than 0 such as P1D or PT8H, not "-P1D"',
    ],
    [
      'recurs by the hour',
      buildCalendar([`${DAY}\nRRULE:FREQ=HOURLY`]),
      '4:1: RRULE: FREQ expected one of DAILY, WEEKLY, MONTHLY, YEARLY, not "HOURLY"',
    ],
    ['recurs never', buildCalendar([`${DAY}\nRRULE:nonsense`]), '4:1: RRULE: "NONSENSE" is no part of a rule'],
    [
      'recurs by the minute of a day',
      buildCalendar([`${DAY}\nRRULE:FREQ=DAILY;BYMINUTE=5`]),
      '4:1: RRULE: BYMINUTE is not read in a rule of a freeze',
    ],
    [
      'has an interval of none',
      buildCalendar([`${DAY}\nRRULE:FREQ=DAILY;INTERVAL=0`]),
      '4:1: RRULE: INTERVAL expected a whole number from 1 to 10000, not "0"',
    ],
    [
      'has two ends of a rule',
      buildCalendar([`${DAY}\nRRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101`]),
      '4:1: RRULE: COUNT and UNTIL exclude one another',
    ],
    [
      'has an end that is none',
      buildCalendar([`${DAY}\nRRULE:FREQ=DAILY;UNTIL=never`]),
      '4:1: RRULE: UNTIL is neither a day nor a time',
    ],
    [
      'has exceptions that are none',
      buildCalendar([`${DAY}\nRRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:tomorrow`]),
      '5:1: EXDATE: expected a day such as 20261123, not "tomorrow"',
    ],
    ['has a rule of exceptions', buildCalendar([`${DAY}\nEXRULE:FREQ=DAILY`]), '4:1: EXRULE is not read in a freeze'],
    [
      'has periods',
      buildCalendar([`${DAY}\nRDATE;VALUE=PERIOD:20261124T000000Z/PT1H`]),
      '4:1: RDATE: PERIOD is not read in a freeze',
    ],
    [
      'changes all that follows',
      buildCalendar([`${DAY}\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261123`]),
      '4:1: a change of this and all later times is not read; give it as an event of its own',
    ],
    [
      'is of a zone that nobody knows',
      buildCalendar([DAY], ['X-WR-TIMEZONE:Atlantis']),
      '2:1: there is no time zone "Atlantis"',
    ],
    [
      'has more freezes than anybody plans',
      buildCalendar(Array.from({ length: 70 }, () => 'DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY')),
      '1:1: has more than 50000 freezes at a time',
    ],
  ])('says where: it %s', (_, source, expected) => {
    const issues = issuesIn(source);

    expect(issues).toEqual([`freeze.ics:${expected}`]);
  });

  it('tells of every event', () => {
    const issues = issuesIn(buildCalendar(['SUMMARY:a', DAY, 'DTSTART:soon\nDURATION:PT1H']));

    expect(issues.map((issue) => issue.split(':')[1])).toEqual(['2', '9']);
  });

  it.each([
    ['has no rules', [WEST_EUROPE[0], WEST_EUROPE[1], 'END:VTIMEZONE']],
    [
      'recurs in a way that takes for ever',
      WEST_EUROPE.map((line) => line.replace('FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', 'FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2')),
    ],
    ['has no offset', WEST_EUROPE.filter((line) => line !== 'TZOFFSETTO:+0100')],
  ])('does so too for a zone of its own that %s', (_, zone) => {
    const event = 'DTSTART;TZID=W. Europe Standard Time:20261123T080000\nDURATION:PT1H';

    const issues = issuesIn(buildCalendar([event], zone.map(String)));

    expect(issues).toEqual([expect.stringContaining('its VTIMEZONE cannot be used')]);
  });
});
