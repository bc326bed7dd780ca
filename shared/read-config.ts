// A daemon's configuration: the file, with flags laid over it before it is checked, so that a key may come
// from either.

import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { RouletteError, messageOf } from './errors.ts';
import type { Checked } from './schema/check.ts';
import { formatIssue } from './schema/source.ts';

/** `flags` maps dotted keys to what was given on the command line. Throws CONFIG_INVALID with every issue. */
export function readConfig<Config>(
  parse: (text: string, file: string) => Checked<Config>,
  file: string | undefined,
  flags: Readonly<Record<string, string | undefined>>,
): Config {
  const parsed = parse(layFlags(file === undefined ? '' : read(file), flags), file ?? 'flags');
  if (parsed.ok) return parsed.value;
  throw new RouletteError('CONFIG_INVALID', parsed.issues.map((issue) => formatIssue(issue)).join('\n'));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new RouletteError('CONFIG_INVALID', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Flags replace values in place: the lines of everything else, and so the positions of errors, stay. */
function layFlags(text: string, flags: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  if (given.length === 0) return text;
  const document = parseDocument(text);
  for (const [key, value] of given) document.setIn(key.split('.'), value);
  return document.toString();
}
