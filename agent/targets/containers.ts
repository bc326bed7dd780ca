// Which container a process is in: the id from its cgroup path, the name from the runtime's own files.

import { readText } from './proc.ts';

export interface Container {
  readonly id: string;
  readonly name: string | null;
}

export interface ContainerFolders {
  readonly docker: string;
  readonly podman: string;
}

const FOLDERS: ContainerFolders = {
  docker: '/var/lib/docker/containers',
  podman: '/var/lib/containers/storage/overlay-containers',
};

/** Container runtimes name the cgroup after the id, 64 hexadecimal digits, with or without a prefix. */
export function containerOf(cgroup: string | null, folders: ContainerFolders = FOLDERS): Container | null {
  const id = /[0-9a-f]{64}/u.exec(cgroup ?? '')?.[0];
  return id === undefined ? null : { id, name: dockerName(id, folders.docker) ?? podmanName(id, folders.podman) };
}

function dockerName(id: string, folder: string): string | null {
  const config = parseJson(readText(`${folder}/${id}/config.v2.json`));
  const name = isRecord(config) ? config['Name'] : undefined;
  return typeof name === 'string' ? name.replace(/^\//u, '') : null;
}

function podmanName(id: string, folder: string): string | null {
  const list = parseJson(readText(`${folder}/containers.json`));
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  const names = entries.filter(isRecord).find((entry) => entry['id'] === id)?.['names'];
  const first: unknown = Array.isArray(names) ? names[0] : undefined;
  return typeof first === 'string' ? first : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function parseJson(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    // A file that is being written just now; the id still matches.
    return null;
  }
}
