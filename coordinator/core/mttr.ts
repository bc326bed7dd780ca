// MTTR: the time from an injection to the monitors being back inside the steady state.
//
// An injection has disturbed the system when the steady state was lost between it and the next injection (or
// the end), or was already lost when it came. Injections that share one disturbance get, each from its own
// start, the time to the same return.

import type { OrderId } from '../../shared/domain/ids.ts';

export interface RecoveryInput {
  /** In order of time. */
  readonly injections: readonly { readonly order: OrderId; readonly startedAt: number }[];
  /** Changes of the steady state in order of time; it held before the first. */
  readonly steady: readonly { readonly at: number; readonly holds: boolean }[];
  /** When watching ended. */
  readonly endedAt: number;
}

export interface Recovery {
  readonly order: OrderId;
  /** False: the steady state was never left on its account. */
  readonly disturbed: boolean;
  /** 0 when it disturbed nothing; null when the steady state was not seen to return. */
  readonly recoveredAfterMs: number | null;
}

export function recoveries({ injections, steady, endedAt }: RecoveryInput): Recovery[] {
  return injections.map(({ order, startedAt }, index) => {
    const until = injections.slice(index + 1).find((next) => next.startedAt > startedAt)?.startedAt ?? endedAt;
    const before = steady.findLast(({ at }) => at <= startedAt);
    const lostAt = before?.holds === false ? startedAt : firstLoss(steady, startedAt, until);
    if (lostAt === null) return { order, disturbed: false, recoveredAfterMs: 0 };
    const regained = steady.find(({ at, holds }) => holds && at >= lostAt);
    return { order, disturbed: true, recoveredAfterMs: regained === undefined ? null : regained.at - startedAt };
  });
}

function firstLoss(steady: RecoveryInput['steady'], after: number, until: number): number | null {
  return steady.find(({ at, holds }) => !holds && at > after && at <= until)?.at ?? null;
}

export interface RecoverySummary {
  readonly injections: number;
  readonly disturbed: number;
  /** Disturbed and not seen to recover. */
  readonly open: number;
  /** Of the disturbed ones that recovered; null when there are none. */
  readonly medianMs: number | null;
  readonly longestMs: number | null;
}

export function summarise(found: readonly Recovery[]): RecoverySummary {
  const disturbed = found.filter((recovery) => recovery.disturbed);
  const times = disturbed
    .flatMap(({ recoveredAfterMs }) => (recoveredAfterMs === null ? [] : [recoveredAfterMs]))
    .toSorted((a, b) => a - b);
  return {
    injections: found.length,
    disturbed: disturbed.length,
    open: disturbed.length - times.length,
    medianMs: times[Math.floor((times.length - 1) / 2)] ?? null,
    longestMs: times.at(-1) ?? null,
  };
}
