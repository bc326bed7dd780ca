// UDP ports that are taken, in this network namespace.

import { readText } from './proc.ts';

/** The local address of each socket is hexadecimal (proc(5)). */
export function readUdpPorts(tables: readonly ('udp' | 'udp6')[] = ['udp', 'udp6']): number[] {
  const rows = tables.flatMap((table) => (readText(`/proc/net/${table}`) ?? '').split('\n').slice(1));
  return rows.flatMap((row) => {
    const port = /^\s*\d+: [0-9A-F]+:(?<port>[0-9A-F]{4}) /u.exec(row)?.groups?.['port'];
    return port === undefined ? [] : [Number.parseInt(port, 16)];
  });
}
