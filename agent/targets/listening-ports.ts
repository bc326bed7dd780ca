// Which TCP ports a process listens on: its sockets' inodes, looked up in the tables of its network namespace.

import { readdirSync } from 'node:fs';
import { readLink, readText } from './proc.ts';

/** Looks tables up once per network namespace; make one for each look at the host. */
export function createPortReader(): (pid: number) => number[] {
  const tables = new Map<string, ReadonlyMap<string, number>>();
  return (pid) => {
    const namespace = readLink(`/proc/${pid}/ns/net`);
    if (namespace === null) return [];
    const table = tables.get(namespace) ?? readListeners(pid);
    tables.set(namespace, table);
    const ports = socketInodes(pid).flatMap((inode) => table.get(inode) ?? []);
    return [...new Set(ports)].toSorted((a, b) => a - b);
  };
}

/** Socket inode -> port, of the listening sockets in the namespace of `pid`. */
function readListeners(pid: number): ReadonlyMap<string, number> {
  const rows = ['tcp', 'tcp6'].flatMap((table) => (readText(`/proc/${pid}/net/${table}`) ?? '').split('\n').slice(1));
  return new Map(rows.flatMap((row) => parseListener(row) ?? []));
}

/** State 0A is TCP_LISTEN; the local address is hexadecimal (proc(5), include/net/tcp_states.h). */
function parseListener(row: string): [[string, number]] | null {
  const fields = row.trim().split(/\s+/u);
  const [, local, , state] = fields;
  const inode = fields[9];
  if (state !== '0A' || local === undefined || inode === undefined) return null;
  return [[inode, Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)]];
}

function socketInodes(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return listFolder(folder).flatMap((descriptor) => {
    const inode = /^socket:\[(?<inode>\d+)\]$/u.exec(readLink(`${folder}/${descriptor}`) ?? '')?.groups?.['inode'];
    return inode === undefined ? [] : [inode];
  });
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // The process is gone, or another user's: no ports are known.
    return [];
  }
}
