// Folders of policies, as a person would write them.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTemporaryDirectory } from './temporary-directory.ts';

const HEAD = 'apiVersion: roulette/v1\nkind: Policy\n';
const LIMIT = 'limits: [{ name: everything, most: 100% }]\n';

/** The text of a policy with these sections. */
export function buildPolicyText(sections: string): string {
  return `${HEAD}${sections}\n`;
}

/** Without a limit there is no policy; this one has little else. */
export function buildLimitText(more = ''): string {
  return buildPolicyText(`${LIMIT}${more}`);
}

/** A folder with these files, by name. A name may have folders in front. */
export function makePolicyFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = makeTemporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}
