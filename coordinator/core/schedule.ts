// Which firing of a schedule is played now. Of the firings since the last look only the newest one is, and only while
// it is fresh; all others are missed. So firings are never bunched up, and each is settled once: as played or as missed.

import type { Recurrence, Schedule } from '../../shared/domain/schedule.ts';
import { formatUtc } from '../../shared/hours.ts';
import { countFirings, firingAfter, firingUpTo } from '../../shared/recurrence.ts';

export interface DueFirings {
  /** The time of the firing that is to be played; never one that was settled before. */
  readonly fire: number | null;
  readonly missed: MissedFirings | null;
  /** For the schedule. Every firing up to this time is settled when `fire` is played and `missed` is recorded. */
  readonly settledAt: number;
  /** `null` for a schedule that fires no more. */
  readonly nextAt: number | null;
}

export interface MissedFirings {
  readonly count: number;
  /** True when there were more: to count the minutes of years would keep everybody waiting. */
  readonly andMore: boolean;
  readonly firstAt: number;
  readonly lastAt: number;
}

const MOST_COUNTED = 1000;

type Settled = Recurrence & Pick<Schedule, 'settledAt'>;

/** The seed of one firing: the same for the same schedule and time, so that it can be played again. */
export function firingSeed(base: string, at: number): string {
  return `${base}@${formatUtc(at)}`;
}

/** A clock that was put back comes to firings again that are settled; those do not count. */
export function nextFiring(schedule: Settled, now: number): number | null {
  return firingAfter(schedule, Math.max(now, schedule.settledAt));
}

export function dueFirings(schedule: Settled, now: number, toleranceMs: number): DueFirings {
  const { settledAt } = schedule;
  const nextAt = nextFiring(schedule, now);
  const newest = firingUpTo(schedule, now);
  if (newest === null || newest <= settledAt) return { fire: null, missed: null, settledAt, nextAt };
  const fire = now - newest <= toleranceMs ? newest : null;
  const missed = missedBetween(schedule, fire === null ? newest : firingUpTo(schedule, newest - 1));
  return { fire, missed, settledAt: newest, nextAt };
}

/** From the first that is not settled up to this one. */
function missedBetween(schedule: Settled, lastAt: number | null): MissedFirings | null {
  const firstAt = firingAfter(schedule, schedule.settledAt);
  if (lastAt === null || firstAt === null || lastAt < firstAt) return null;
  const counted = countFirings(schedule, [schedule.settledAt, lastAt], MOST_COUNTED + 1);
  return { count: Math.min(counted, MOST_COUNTED), andMore: counted > MOST_COUNTED, firstAt, lastAt };
}
