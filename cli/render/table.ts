// Columns for people.

/** Each column as wide as its widest cell; no rows, no lines. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const all = [head.map((cell) => cell.toUpperCase()), ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  return all.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A name before each value; further values of a name stand below its first. */
export function hanging(rows: readonly (readonly [string, readonly string[]])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.flatMap(([name, values]) =>
    values.map((value, index) => `${(index === 0 ? name : '').padEnd(width)}  ${value}`.trimEnd()),
  );
}

/** `+8.2s`, `+1:05.3` from the start. */
export function offset(ms: number): string {
  const tenths = Math.round(ms / 100);
  const minutes = Math.floor(tenths / 600);
  const seconds = ((tenths % 600) / 10).toFixed(1);
  return minutes > 0 ? `+${minutes}:${seconds.padStart(4, '0')}` : `+${seconds}s`;
}

/** `12:03:04`, UTC. */
export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

export function moment(at: number | null | undefined): string {
  return at === null || at === undefined || at === 0 ? '' : new Date(at).toISOString().slice(0, 19).concat('Z');
}
