// iCalendar text (RFC 5545) as components within one another, each line with its number in the file. What is not well
// nested is refused: a calendar that was cut off would have fewer events than somebody wrote.

import type { DocumentIssue } from './source.ts';

export interface CalendarLine {
  /** In the file, from 1: where it begins, when it is folded. */
  readonly line: number;
  /** Unfolded. */
  readonly text: string;
  /** In capitals. */
  readonly name: string;
}

/** What stands between BEGIN and END. */
export interface CalendarPart {
  /** In capitals, such as VEVENT. */
  readonly name: string;
  readonly line: number;
  readonly lines: readonly CalendarLine[];
  readonly parts: readonly CalendarPart[];
}

export type CalendarParts =
  | { readonly ok: true; readonly calendars: readonly CalendarPart[] }
  | { readonly ok: false; readonly issue: DocumentIssue };

export function readCalendarParts(source: string, file: string): CalendarParts {
  const root: OpenPart = { name: '', line: 1, lines: [], parts: [] };
  const open = [root];
  for (const line of unfold(source)) {
    const trouble = takeLine(open, line);
    if (trouble !== null) return { ok: false, issue: issueAt(file, line.line, trouble) };
  }
  const last = open.at(-1);
  if (last !== undefined && last !== root)
    return { ok: false, issue: issueAt(file, last.line, `${last.name} begins here and does not end`) };
  if (root.parts.length === 0) return { ok: false, issue: issueAt(file, 1, 'has no BEGIN:VCALENDAR') };
  return { ok: true, calendars: root.parts };
}

/** Lines of a calendar have no columns that would help: each is one property. */
export function issueAt(file: string, line: number, message: string): DocumentIssue {
  return { code: 'DOCUMENT_INVALID', file, line, column: 1, path: '', message };
}

/** The part as text again. */
export function calendarText({ name, lines, parts }: CalendarPart): string {
  const within = [...lines.map(({ text }) => text), ...parts.map((part) => calendarText(part))];
  return [`BEGIN:${name}`, ...within, `END:${name}`].join('\r\n');
}

interface OpenPart extends CalendarPart {
  readonly lines: CalendarLine[];
  readonly parts: CalendarPart[];
}

/** A line that begins with a space or a tab continues the one before. */
function unfold(source: string): CalendarLine[] {
  const unfolded: CalendarLine[] = [];
  for (const [index, text] of source
    .replace(/^\u{feff}/u, '')
    .split(/\r\n|\n|\r/u)
    .entries()) {
    const before = /^[ \t]/u.test(text) ? unfolded.pop() : undefined;
    if (before !== undefined) unfolded.push({ ...before, text: before.text + text.slice(1) });
    else if (text.trim() !== '') unfolded.push({ line: index + 1, text, name: nameOf(text) });
  }
  return unfolded;
}

function nameOf(text: string): string {
  return (/^(?<name>[A-Za-z0-9-]+)[;:]/u.exec(text)?.groups?.['name'] ?? '').toUpperCase();
}

function takeLine(open: OpenPart[], line: CalendarLine): string | null {
  const current = open.at(-1);
  const value = line.text
    .slice(line.text.indexOf(':') + 1)
    .trim()
    .toUpperCase();
  if (line.name === '' || current === undefined) return 'is no line of a calendar: expected NAME:value';
  if (line.name === 'BEGIN') {
    if ((value === 'VCALENDAR') !== (open.length === 1)) return `${value} has no place here`;
    const part = { name: value, line: line.line, lines: [], parts: [] };
    current.parts.push(part);
    open.push(part);
    return null;
  }
  if (open.length === 1) return 'stands outside BEGIN:VCALENDAR and END:VCALENDAR';
  if (line.name === 'END') {
    open.pop();
    return value === current.name ? null : `ends ${value}, but ${current.name} of line ${current.line} is open`;
  }
  current.lines.push(line);
  return null;
}
