// The moments at which hours may begin or end: whatever is true of them at one of these moments is true until the next.
// They are few, so that a week is looked through in a few milliseconds.

import type { Hours } from '../../shared/domain/hours.ts';
import { offsetAt, QUARTER_MS } from '../../shared/time-zone.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * From `fromAt`, which is the first, up to `untilAt`, in order. Goes through the quarters of an hour of UTC: clocks
 * are put forward and back between two of them, so that within each the clocks on the wall just run on.
 */
export function* momentsOfChange(
  hours: readonly Hours[],
  fromAt: number,
  untilAt: number,
): Generator<number, void, undefined> {
  if (fromAt <= untilAt) yield fromAt;
  if (hours.length === 0) return;
  const edges = edgesByZone(hours);
  for (let quarter = Math.floor(fromAt / QUARTER_MS) * QUARTER_MS; quarter <= untilAt; quarter += QUARTER_MS) {
    for (const at of momentsOfQuarter(edges, quarter)) {
      if (at > untilAt) return;
      if (at > fromAt) yield at;
    }
  }
}

/** Times of the day at which hours begin or end, in milliseconds since midnight. */
type Edges = ReadonlyMap<string, readonly number[]>;

function edgesByZone(hours: readonly Hours[]): Edges {
  const edges = new Map<string, number[]>();
  for (const { timezone, fromMinute, toMinute } of hours) {
    const known = edges.get(timezone) ?? [];
    edges.set(timezone, [...known, fromMinute * MINUTE_MS, (toMinute * MINUTE_MS) % DAY_MS]);
  }
  return edges;
}

function momentsOfQuarter(edges: Edges, quarter: number): number[] {
  const moments = new Set([quarter]);
  for (const [timezone, times] of edges) {
    const offset = offsetAt(timezone, quarter);
    // In the past there were clocks that were moved within a quarter of an hour. There we look at each second.
    if (offsetAt(timezone, quarter + QUARTER_MS - 1) !== offset) return secondsOf(quarter);
    for (const time of times) {
      const ahead = (((time - quarter - offset) % DAY_MS) + DAY_MS) % DAY_MS;
      if (ahead < QUARTER_MS) moments.add(quarter + ahead);
    }
  }
  return [...moments].toSorted((a, b) => a - b);
}

function secondsOf(quarter: number): number[] {
  return Array.from({ length: QUARTER_MS / SECOND_MS }, (_, second) => quarter + second * SECOND_MS);
}
