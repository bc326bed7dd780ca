// The known name that a mistyped one most likely meant.

/** Null when none is within a third of the name's length (at least two edits). */
export function closest(given: string, known: readonly string[]): string | null {
  const limit = Math.max(2, Math.floor(given.length / 3));
  const ranked = known
    .map((name) => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.name ?? null;
}

/** Levenshtein distance, row by row. Names are short; longer ones are cut, so that hostile input costs nothing. */
function editDistance(a: string, b: string): number {
  const left = Array.from(a.slice(0, 64));
  const right = Array.from(b.slice(0, 64));
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [i, letter] of left.entries()) {
    const next = [i + 1];
    for (const [j, other] of right.entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
