// What docs/install.md has an operator put on a node, as one tar file that is unpacked at the machine's root.

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../shared/package-root.ts';
import { run } from './run.ts';

/** From the checkout to the node. */
const PLACES: readonly (readonly [string, string])[] = [
  ...['package.json', 'proto', 'dist/agent/bundle.js', 'dist/agent/keeper.js', 'dist/agent/burner']
    .concat('dist/agent/responder')
    .map((name) => [name, `opt/roulette/${name}`] as const),
  ['systemd/roulette-agent.service', 'etc/systemd/system/roulette-agent.service'],
  ...['sysusers.d', 'tmpfiles.d', 'modprobe.d', 'modules-load.d'].map(
    (folder) => [`systemd/${folder}/roulette.conf`, `etc/${folder}/roulette.conf`] as const,
  ),
];

/** With `files` in the machine's /etc/roulette. */
export async function packParcel(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'roulette-parcel-'));
  const root = path.join(folder, 'root');
  for (const [from, to] of PLACES) {
    const source = path.join(packageRoot(), from);
    if (existsSync(source)) cpSync(source, path.join(root, to), { recursive: true });
  }
  const etc = path.join(root, 'etc', 'roulette');
  mkdirSync(etc, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(etc, name), text, { mode: 0o644 });
  const parcel = path.join(folder, 'parcel.tar');
  await run(['tar', '--owner=root', '--group=root', '--mode=go-w', '-C', root, '-cf', parcel, '.']);
  rmSync(root, { recursive: true });
  return parcel;
}
