// When injections started and when they were last over, per gauge: what rates and cool-downs are judged by.

import type { Gauge } from './groups.ts';

export interface Past {
  readonly noteStart: (gauge: Gauge, at: number) => void;
  readonly noteEnd: (gauge: Gauge, at: number) => void;
  /** How many starts there were after this time. */
  readonly startsAfter: (gauge: Gauge, at: number) => number;
  /** When the last injection was over; null when there was none. */
  readonly lastEnd: (gauge: Gauge) => number | null;
}

export function createPast(): Past {
  const starts = new Map<Gauge, number[]>();
  const ends = new Map<Gauge, number>();
  return {
    noteStart: (gauge, at) => {
      const times = starts.get(gauge);
      if (times === undefined) starts.set(gauge, [at]);
      // Nearly always the newest. Clocks that were put back are why it is looked for.
      else if ((times.at(-1) ?? at) <= at) times.push(at);
      else times.splice(countUntil(times, at), 0, at);
    },
    noteEnd: (gauge, at) => {
      ends.set(gauge, Math.max(ends.get(gauge) ?? at, at));
    },
    startsAfter: (gauge, at) => {
      const times = starts.get(gauge) ?? [];
      return times.length - countUntil(times, at);
    },
    lastEnd: (gauge) => ends.get(gauge) ?? null,
  };
}

/** How many of the times, which are in order, are at or before this one. */
function countUntil(times: readonly number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Number.POSITIVE_INFINITY) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
