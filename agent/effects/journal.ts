// The undo journal: append-only lines, each with a checksum, each on disk (fsync) before the caller goes on.
//
// Guarantees: what was appended is read back after any crash; a damaged line costs that line only; lines of orders
// that are over and settled go when the file has grown, so that it stays small however long the agent runs.

import {
  closeSync,
  copyFileSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { RouletteError, messageOf } from '../../shared/errors.ts';
import { liveRecords, type JournalRecord } from '../core/journal-records.ts';
import { formatLine, readJournal, type JournalText } from './journal-text.ts';

export interface Journal {
  /** The boot that this agent runs in. */
  readonly bootId: string;
  /**
   * All of them durable when it returns, or none counts as written. Throws JOURNAL_UNWRITABLE. Should they be found
   * on disk all the same, that is harmless, because an undo is.
   */
  readonly append: (...records: readonly JournalRecord[]) => void;
  /** What was there at the start, without what can no longer be read. */
  readonly found: JournalText;
  /** Drops what says nothing any more. A damaged file is kept beside it as FILE.damaged, for a person to look at. */
  readonly compact: () => void;
  readonly close: () => void;
}

export type OpenJournal = (file: string, bootId: string) => Journal;

/** From this size on the file is compacted, whenever half of it says nothing any more: some thousand injections. */
const FULL_BYTES = 4 * 2 ** 20;
const NEWLINE = 0x0a;

/** Throws JOURNAL_UNWRITABLE when the file cannot be opened for writing. */
export function openJournal(file: string, bootId: string, fullBytes: number = FULL_BYTES): Journal {
  return new FileJournal(file, bootId, fullBytes);
}

class FileJournal implements Journal {
  readonly bootId: string;
  readonly found: JournalText;
  readonly #file: string;
  readonly #fullBytes: number;
  #descriptor: number;
  /** Bytes of whole lines; counted in the file, for damage may not be text. */
  #size: number;
  #isTorn: boolean;
  #isDamaged: boolean;
  #live: JournalRecord[];
  /** Where the next look at what is live pays. */
  #compactAt: number;

  constructor(file: string, bootId: string, fullBytes: number) {
    this.#file = file;
    this.bootId = bootId;
    this.#fullBytes = fullBytes;
    this.#compactAt = fullBytes;
    const { descriptor, bytes } = this.#attempt(() => openFile(file));
    this.#descriptor = descriptor;
    this.found = readJournal(bytes.toString());
    this.#live = liveRecords(this.found.records);
    this.#isDamaged = this.found.damage.length > 0;
    this.#size = bytes.lastIndexOf(NEWLINE) + 1;
    this.#isTorn = this.#size < bytes.length;
    this.#attempt(() => this.#cutTornTail());
  }

  append(...records: readonly JournalRecord[]): void {
    this.#attempt(() => {
      // What an earlier write left half-done: every record must start on a line of its own.
      this.#cutTornTail();
      const lines = Buffer.from(records.map((record) => formatLine(record)).join(''));
      this.#isTorn = true;
      if (writeSync(this.#descriptor, lines) !== lines.length)
        throw new Error('the disk took only a part of the record');
      fsyncSync(this.#descriptor);
      this.#isTorn = false;
      this.#size += lines.length;
    });
    this.#live.push(...records);
    // A damaged file stays as it is until what could be read of it has been taken back.
    if (this.#size > this.#compactAt && !this.#isDamaged) this.#compactIfPossible();
  }

  /** The record that called for it is on disk already, so that a failure here is none of its own. */
  #compactIfPossible(): void {
    try {
      this.compact();
    } catch {
      this.#compactAt = 2 * this.#size;
    }
  }

  compact(): void {
    this.#live = liveRecords(this.#live);
    const text = this.#live.map((record) => formatLine(record)).join('');
    this.#attempt(() => {
      if (this.#isDamaged) copyFileSync(this.#file, `${this.#file}.damaged`);
      this.#descriptor = this.#replaceFile(text);
    });
    this.#isDamaged = false;
    this.#isTorn = false;
    this.#size = Buffer.byteLength(text);
    this.#compactAt = Math.max(this.#fullBytes, 2 * this.#size);
  }

  /** Gives the descriptor of the new file, once it has taken the place of the old one. */
  #replaceFile(text: string): number {
    const fresh = openSync(`${this.#file}.new`, 'a', 0o600);
    try {
      ftruncateSync(fresh, 0);
      if (writeSync(fresh, text) !== Buffer.byteLength(text)) throw new Error('the disk took only a part of the file');
      fsyncSync(fresh);
      renameSync(`${this.#file}.new`, this.#file);
    } catch (error) {
      closeSync(fresh);
      throw error;
    }
    closeSync(this.#descriptor);
    syncFolder(this.#file);
    return fresh;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #cutTornTail(): void {
    if (this.#isTorn) ftruncateSync(this.#descriptor, this.#size);
    this.#isTorn = false;
  }

  #attempt<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      const what = `the undo journal ${this.#file} cannot be written: ${messageOf(error)}`;
      throw new RouletteError('JOURNAL_UNWRITABLE', what, { cause: error });
    }
  }
}

function openFile(file: string): { readonly descriptor: number; readonly bytes: Buffer } {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const descriptor = openSync(file, 'a+', 0o600);
  syncFolder(file);
  return { descriptor, bytes: readFileSync(descriptor) };
}

/** A new name is there after a power loss only once its folder is on disk too (fsync(2)). */
function syncFolder(file: string): void {
  const folder = openSync(path.dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
