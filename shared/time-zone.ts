// The clocks on the wall of a time zone: what they show at a moment, and when they show a time. Exact on the days on
// which they are put forward or back. Moments are milliseconds since the epoch. What a wall shows is a number of the
// same kind: the moment at which the clocks of UTC show that. A name that Intl does not know is a RangeError.

const SECOND_MS = 1000;
/** The clocks of the world are put forward and back at full quarters of an hour. Where they are not, we look closer. */
export const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;

type OffsetAt = (at: number) => number;

/** What Intl answers never changes, and to ask it is slow. Names come in upper and lower case, so there is a limit. */
const zones = new Map<string, OffsetAt>();
const MOST_ZONES = 1000;
/** Six weeks of each zone. */
const MOST_QUARTERS = 4096;

/** What the clocks show at a moment. */
export function wallAt(timezone: string, at: number): number {
  return at + offsetAt(timezone, at);
}

/** By how much the clocks are ahead of UTC. */
export function offsetAt(timezone: string, at: number): number {
  const known = zones.get(timezone);
  if (known !== undefined) return known(at);
  const created = createOffsets(timezone);
  if (zones.size >= MOST_ZONES) zones.clear();
  zones.set(timezone, created);
  return created(at);
}

/**
 * The first moment at which the clocks show this time or a later one: of a time that they show twice the first, and
 * of one that they skip the moment at which they skip it.
 */
export function momentOf(timezone: string, wall: number): number {
  // Whatever the zone, the moment is less than a day away, and the clocks are not moved twice in two days.
  const offsets = [offsetAt(timezone, wall - DAY_MS), offsetAt(timezone, wall + DAY_MS)];
  const candidates = offsets.map((offset) => wall - offset);
  const shown = candidates.filter((at) => wallAt(timezone, at) === wall);
  if (shown.length > 0) return Math.min(...shown);
  let [before, after] = [Math.min(...candidates), Math.max(...candidates)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wallAt(timezone, middle) < wall) before = middle;
    else after = middle;
  }
  return after;
}

function createOffsets(timezone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const starts = new Map<number, number>();
  const startOf = (quarter: number): number => {
    const known = starts.get(quarter);
    if (known !== undefined) return known;
    const offset = readOffset(format, quarter * QUARTER_MS);
    if (starts.size >= MOST_QUARTERS) starts.clear();
    starts.set(quarter, offset);
    return offset;
  };
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    const offset = startOf(quarter);
    if (offset === startOf(quarter + 1)) return offset;
    const last = readOffset(format, (quarter + 1) * QUARTER_MS - SECOND_MS);
    return offset === last ? offset : readOffset(format, at);
  };
}

function readOffset(format: Intl.DateTimeFormat, at: number): number {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? Number.NaN;
  const day = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return day - Math.floor(at / SECOND_MS) * SECOND_MS;
}
