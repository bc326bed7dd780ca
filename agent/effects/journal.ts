// The undo journal: append-only lines, each with a checksum, each on disk (fsync) before the caller goes on.

import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson, sha256 } from '../../shared/canonical.ts';
import { RouletteError, messageOf } from '../../shared/errors.ts';
import type { JournalRecord } from '../core/journal-records.ts';

export interface Journal {
  /** The boot that this agent runs in. */
  readonly bootId: string;
  /** Durable when it returns. Throws JOURNAL_UNWRITABLE; the record then counts as never written. */
  readonly append: (record: JournalRecord) => void;
  /** What was there at the start. */
  readonly records: readonly JournalRecord[];
  /** Lines that could not be read, each with why. A torn last line is not among them: it is the trace of a crash. */
  readonly damage: readonly string[];
  /** Empties the file. Only for a journal in which nothing is unfinished. */
  readonly clear: () => void;
  readonly close: () => void;
}

/** Throws JOURNAL_UNWRITABLE when the file cannot be opened. */
export function openJournal(file: string, bootId: string): Journal {
  const { descriptor, text } = attempt(file, () => {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const opened = openSync(file, 'a+', 0o600);
    return { descriptor: opened, text: readFileSync(opened, 'utf8') };
  });
  const { records, damage, goodBytes } = readJournal(text);
  let size = goodBytes;
  attempt(file, () => {
    // What follows must start on a line of its own.
    ftruncateSync(descriptor, size);
    fsyncSync(descriptor);
  });
  return {
    bootId,
    records,
    damage,
    append: (record) =>
      attempt(file, () => {
        const line = Buffer.from(formatLine(record));
        try {
          if (writeSync(descriptor, line) !== line.length) throw new Error('the disk took only a part of the record');
          fsyncSync(descriptor);
        } catch (error) {
          ftruncateSync(descriptor, size);
          throw error;
        }
        size += line.length;
      }),
    clear: () =>
      attempt(file, () => {
        ftruncateSync(descriptor, 0);
        fsyncSync(descriptor);
        size = 0;
      }),
    close: () => closeSync(descriptor),
  };
}

function attempt<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new RouletteError('JOURNAL_UNWRITABLE', `the undo journal ${file} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

const CHECKSUM_DIGITS = 16;

export function formatLine(record: JournalRecord): string {
  const text = canonicalJson(record);
  return `${sha256(text).slice(0, CHECKSUM_DIGITS)} ${text}\n`;
}

export interface ReadJournal {
  readonly records: readonly JournalRecord[];
  readonly damage: readonly string[];
  /** Length of the file without its torn last line. */
  readonly goodBytes: number;
}

/** Everything readable, whatever is damaged in between. */
export function readJournal(text: string): ReadJournal {
  const lines = text.split('\n');
  const torn = lines.pop() ?? '';
  const records: JournalRecord[] = [];
  const damage: string[] = [];
  for (const [index, line] of lines.entries()) {
    const record = parseLine(line);
    if (record === null) damage.push(`line ${index + 1} is not as it was written`);
    else records.push(record);
  }
  return { records, damage, goodBytes: Buffer.byteLength(text) - Buffer.byteLength(torn) };
}

function parseLine(line: string): JournalRecord | null {
  const text = line.slice(CHECKSUM_DIGITS + 1);
  if (line.slice(0, CHECKSUM_DIGITS) !== sha256(text).slice(0, CHECKSUM_DIGITS)) return null;
  const value: unknown = JSON.parse(text);
  return isRecord(value) ? value : null;
}

/** The checksum says that we wrote it; the type says that this version did. */
function isRecord(value: unknown): value is JournalRecord {
  const types = ['intent', 'applied', 'reverted', 'ended'];
  return typeof value === 'object' && value !== null && 'type' in value && types.some((type) => type === value.type);
}
