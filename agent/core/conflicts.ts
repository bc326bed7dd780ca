// Which locks an injection holds, so that two never act on the same thing at once.

import type { FaultKind } from '../../shared/faults/index.ts';
import { faultSpec } from '../../shared/faults/index.ts';
import type { ProcessRef } from '../../shared/domain/order.ts';

/** One text per thing that is locked. */
export function locksOf(fault: FaultKind, targets: readonly ProcessRef[]): string[] {
  return faultSpec(fault).locks.flatMap((lock) =>
    lock === 'process'
      ? targets.map(({ pid, startTicks }) => `process ${pid} (started at ${startTicks})`)
      : [`the ${lock}`],
  );
}

/** The first lock that is held already; null when none is. */
export function conflictOf(wanted: readonly string[], held: Iterable<readonly string[]>): string | null {
  const taken = new Set([...held].flat());
  return wanted.find((lock) => taken.has(lock)) ?? null;
}
