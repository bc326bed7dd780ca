// The folder that holds proto/ and examples/, looked for upwards: the code runs from its sources and from dist/.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'proto', 'roulette', 'v1'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`no proto/roulette/v1 above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}

/** The version in package.json. */
export function packageVersion(): string {
  const value: unknown = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8'));
  return typeof value === 'object' && value !== null && 'version' in value ? String(value.version) : 'unknown';
}
