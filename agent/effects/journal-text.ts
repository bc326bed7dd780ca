// The lines of a journal: one record each, with a checksum before it.

import { canonicalJson, sha256 } from '../../shared/canonical.ts';
import type { JournalRecord } from '../core/journal-records.ts';

export interface JournalText {
  readonly records: readonly JournalRecord[];
  /** Lines that could not be read, each with why. A torn last line is not among them: it is the trace of a crash. */
  readonly damage: readonly string[];
}

const CHECKSUM_DIGITS = 16;

export function formatLine(record: JournalRecord): string {
  const text = canonicalJson(record);
  return `${sha256(text).slice(0, CHECKSUM_DIGITS)} ${text}\n`;
}

/** Everything readable, whatever is damaged in between. A last line without its end is left out. */
export function readJournal(text: string): JournalText {
  const records: JournalRecord[] = [];
  const damage: string[] = [];
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const record = parseLine(line);
    if (record === null) damage.push(`line ${index + 1} is not as it was written`);
    else records.push(record);
  }
  return { records, damage };
}

function parseLine(line: string): JournalRecord | null {
  const text = line.slice(CHECKSUM_DIGITS + 1);
  if (line.slice(0, CHECKSUM_DIGITS) !== sha256(text).slice(0, CHECKSUM_DIGITS)) return null;
  const value: unknown = JSON.parse(text);
  return isRecord(value) ? value : null;
}

/** The checksum says that we wrote it; the type says that this version did. */
function isRecord(value: unknown): value is JournalRecord {
  const types = ['intent', 'applied', 'reverted', 'ended', 'settled'];
  return typeof value === 'object' && value !== null && 'type' in value && types.some((type) => type === value.type);
}
