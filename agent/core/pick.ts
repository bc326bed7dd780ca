// How many of the matching processes are hit: the best ranked ones.

import type { Pick } from '../../shared/domain/experiment.ts';
import { assertNever } from '../../shared/errors.ts';

/** `ranked` is in rank order; never more are taken than there are. */
export function applyPick<T>(pick: Pick, ranked: readonly T[]): T[] {
  return ranked.slice(0, countOf(pick, ranked.length));
}

function countOf(pick: Pick, size: number): number {
  switch (pick.kind) {
    case 'one':
      return 1;
    case 'all':
      return size;
    case 'count':
      return pick.count;
    case 'percent':
      // Rounded down, at least one. The tiny term keeps 7 % of 100 from becoming 6 by floating point.
      return Math.max(1, Math.floor((pick.percent * size) / 100 + 1e-9));
    default:
      return assertNever(pick);
  }
}
