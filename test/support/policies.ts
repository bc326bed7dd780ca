// Policy folders of tests.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Everything is allowed, to everybody. */
const OPEN_POLICY = `apiVersion: roulette/v1
kind: Policy
limits:
  - { name: everything, most: 100% }
people:
  '*': admin
`;

/** Makes the folder, with one file in it. */
export function writePolicy(folder: string, text: string = OPEN_POLICY): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'policy.yaml'), text);
}
