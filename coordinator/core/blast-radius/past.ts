// When injections started and when they were last over, per gauge: what rates and cool-downs are judged by.

import type { Gauge } from './membership.ts';

export interface Past {
  readonly noteStart: (gauge: Gauge, at: number) => void;
  readonly noteEnd: (gauge: Gauge, at: number) => void;
  /** Starts after this time, up to `most` of them. */
  readonly startsAfter: (gauge: Gauge, at: number, most: number) => number;
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
      // Nearly always the newest; clocks that were put back are why it is looked for.
      else times.splice(times.findLastIndex((time) => time <= at) + 1, 0, at);
    },
    noteEnd: (gauge, at) => {
      ends.set(gauge, Math.max(ends.get(gauge) ?? at, at));
    },
    startsAfter: (gauge, at, most) => {
      const times = starts.get(gauge) ?? [];
      let found = 0;
      while (found < most && (times[times.length - 1 - found] ?? Number.NEGATIVE_INFINITY) > at) found += 1;
      return found;
    },
    lastEnd: (gauge) => ends.get(gauge) ?? null,
  };
}
