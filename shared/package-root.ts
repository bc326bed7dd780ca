// The folder that holds proto/ and examples/, looked for upwards: the code runs from its sources and from dist/.

import { existsSync } from 'node:fs';
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
