// User names by number, from /etc/passwd (passwd(5)).

import { readText } from './proc.ts';

export function readUserNames(file = '/etc/passwd'): Map<number, string> {
  const rows = (readText(file) ?? '').split('\n').map((line) => line.split(':'));
  return new Map(
    rows.flatMap(([name, , uid]) => (name === undefined || uid === undefined ? [] : [[Number(uid), name] as const])),
  );
}
