// Documents from files, or from standard input for `-`.

import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { RouletteError, messageOf } from '../shared/errors.ts';

export interface DocumentFile {
  /** For messages. */
  readonly name: string;
  readonly text: string;
}

/** Throws USAGE_FILE. */
export async function readDocument(file: string): Promise<DocumentFile> {
  try {
    // Not readFileSync(0): standard input may be a pipe that has nothing to read yet, which is EAGAIN there.
    return file === '-'
      ? { name: 'stdin', text: await readAll(process.stdin) }
      : { name: file, text: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new RouletteError('USAGE_FILE', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}
