// The undo journal: append-only lines, each with a checksum, each on disk (fsync) before the caller goes on.
//
// Guarantees: what was appended is read back after any crash; a damaged line costs that line only; while nothing
// is unfinished the file starts afresh once it has grown, so that it stays small however long the agent runs.

import {
  closeSync,
  copyFileSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { canonicalJson, sha256 } from '../../shared/canonical.ts';
import { RouletteError, messageOf } from '../../shared/errors.ts';
import { unfinished, type JournalRecord } from '../core/journal-records.ts';

export interface Journal {
  /** The boot that this agent runs in. */
  readonly bootId: string;
  /**
   * Durable when it returns. Throws JOURNAL_UNWRITABLE; the caller then counts the record as never written. Should
   * it be found on disk all the same, that is harmless, because an undo is.
   */
  readonly append: (record: JournalRecord) => void;
  /** What was there at the start. */
  readonly records: readonly JournalRecord[];
  /** Lines that could not be read, each with why. A torn last line is not among them: it is the trace of a crash. */
  readonly damage: readonly string[];
  /**
   * Empties the file; one with damage is kept beside it as FILE.damaged, for a person to look at. Only for a journal
   * in which nothing is unfinished.
   */
  readonly clear: () => void;
  readonly close: () => void;
}

/** From this size on the file is emptied whenever nothing is unfinished: some thousand injections. */
const FULL_BYTES = 4 * 2 ** 20;
const NEWLINE = 0x0a;

/** Throws JOURNAL_UNWRITABLE when the file cannot be opened. */
export function openJournal(file: string, bootId: string, fullBytes: number = FULL_BYTES): Journal {
  const { descriptor, bytes } = attempt(file, () => openFile(file));
  const { records, damage } = readJournal(bytes.toString());
  const open = new Set(unfinished(records).map(({ order }) => order));
  // Counted in bytes of the file: damage may not be text.
  let size = bytes.lastIndexOf(NEWLINE) + 1;
  let isTorn = size < bytes.length;

  function cutTornTail(): void {
    if (isTorn) ftruncateSync(descriptor, size);
    isTorn = false;
  }

  function empty(): void {
    ftruncateSync(descriptor, 0);
    fsyncSync(descriptor);
    size = 0;
  }

  attempt(file, cutTornTail);
  return {
    bootId,
    records,
    damage,
    append: (record) =>
      attempt(file, () => {
        // What an earlier write left half-done: every record must start on a line of its own.
        cutTornTail();
        const line = Buffer.from(formatLine(record));
        isTorn = true;
        if (writeSync(descriptor, line) !== line.length) throw new Error('the disk took only a part of the record');
        fsyncSync(descriptor);
        isTorn = false;
        size += line.length;
        if (record.type === 'ended') open.delete(record.order);
        else open.add(record.order);
        if (open.size === 0 && size > fullBytes) empty();
      }),
    clear: () =>
      attempt(file, () => {
        if (damage.length > 0) copyFileSync(file, `${file}.damaged`);
        empty();
      }),
    close: () => closeSync(descriptor),
  };
}

function openFile(file: string): { readonly descriptor: number; readonly bytes: Buffer } {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const descriptor = openSync(file, 'a+', 0o600);
  // A new file is there after a power loss only once its folder is on disk too (fsync(2)).
  const folderDescriptor = openSync(folder, 'r');
  fsyncSync(folderDescriptor);
  closeSync(folderDescriptor);
  return { descriptor, bytes: readFileSync(descriptor) };
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

/** Everything readable, whatever is damaged in between. A last line without its end is left out. */
export function readJournal(text: string): Pick<Journal, 'records' | 'damage'> {
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
  const types = ['intent', 'applied', 'reverted', 'ended'];
  return typeof value === 'object' && value !== null && 'type' in value && types.some((type) => type === value.type);
}
