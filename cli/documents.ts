// Documents from files, or from standard input for `-`.

import { readFileSync } from 'node:fs';
import { RouletteError, messageOf } from '../shared/errors.ts';

export interface DocumentFile {
  /** For messages. */
  readonly name: string;
  readonly text: string;
}

const STANDARD_INPUT = 0;

/** Throws USAGE_FILE. */
export function readDocument(file: string): DocumentFile {
  try {
    return file === '-'
      ? { name: 'stdin', text: readFileSync(STANDARD_INPUT, 'utf8') }
      : { name: file, text: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new RouletteError('USAGE_FILE', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}
