// The highest term that this node has seen, kept over restarts: an order of a coordinator that has been replaced is
// refused for ever.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { messageOf, RouletteError } from '../../shared/errors.ts';

export interface TermFile {
  readonly highest: () => number;
  /** On disk when it returns. A term that is not higher changes nothing. Throws JOURNAL_UNWRITABLE. */
  readonly raise: (term: number) => void;
}

/** Throws JOURNAL_UNWRITABLE for a file that cannot be read or is not a term: to guess could let a fence down. */
export function openTermFile(file: string): TermFile {
  let highest = readTerm(file);
  return {
    highest: () => highest,
    raise: (term) => {
      if (term <= highest) return;
      try {
        writeTerm(file, term);
      } catch (error) {
        throw new RouletteError('JOURNAL_UNWRITABLE', `cannot write ${file}: ${messageOf(error)}`, { cause: error });
      }
      highest = term;
    },
  };
}

function readTerm(file: string): number {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw new RouletteError('JOURNAL_UNWRITABLE', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  const term = Number(text);
  if (!/^\d+\n$/u.test(text) || !Number.isSafeInteger(term)) {
    throw new RouletteError('JOURNAL_UNWRITABLE', `${file} does not hold a term; remove it to start from none`);
  }
  return term;
}

function writeTerm(file: string, term: number): void {
  const descriptor = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeSync(descriptor, `${term}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.new`, file);
  const folder = openSync(path.dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
