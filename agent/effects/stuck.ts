// Undos that failed: each is tried again, with back-off, until it succeeds; then the injection's end is told once
// more, this time as reverted. What is left when the agent stops, keeper and next start go on with.

import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, Unreverted } from '../../shared/domain/order.ts';
import type { Lock } from '../core/conflicts.ts';
import type { TakenStep } from '../core/journal-records.ts';
import type { OnEnd } from './injections.ts';
import { noteEnd, takeBack, type TakeBackDeps } from './take-back.ts';

export interface StuckInjection {
  /** As it was told: not reverted. */
  readonly end: InjectionEnd;
  readonly left: readonly TakenStep[];
  /** Held until it is clean. */
  readonly locks: readonly Lock[];
}

export interface Stuck {
  readonly add: (injection: StuckInjection) => void;
  readonly unreverted: () => readonly Unreverted[];
  readonly locks: () => readonly (readonly Lock[])[];
  /** Tries no more. */
  readonly stop: () => void;
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

export function createStuck(
  deps: TakeBackDeps & { readonly clock: Clock; readonly log: Logger; readonly onEnd: OnEnd },
): Stuck {
  const { clock, log, onEnd } = deps;
  const held = new Map<OrderId, StuckInjection & { readonly cancel: () => void }>();

  function hold(injection: StuckInjection, retryMs: number): void {
    const cancel = clock.after(retryMs, () => void retry(injection, retryMs));
    held.set(injection.end.orderId, { ...injection, cancel });
  }

  async function retry(injection: StuckInjection, waitedMs: number): Promise<void> {
    const { end, left: steps, locks } = injection;
    const { left, errors } = await takeBack({ order: end.orderId, steps }, deps);
    if (!held.has(end.orderId)) return;
    if (left.length > 0) {
      log.error({ order: end.orderId, errors }, 'an undo failed again');
      hold({ end: { ...end, revertErrors: errors }, left, locks }, Math.min(2 * waitedMs, LONGEST_RETRY_MS));
      return;
    }
    held.delete(end.orderId);
    const clean = { ...end, endedAt: clock.now(), reverted: true, revertErrors: [] };
    noteEnd(end.orderId, clean, deps);
    log.info({ order: end.orderId }, 'an undo that had failed has succeeded');
    onEnd(clean);
  }

  return {
    add: (injection) => hold(injection, FIRST_RETRY_MS),
    unreverted: () =>
      [...held.values()].map(({ end }) => ({ orderId: end.orderId, since: end.endedAt, errors: end.revertErrors })),
    locks: () => [...held.values()].map(({ locks }) => locks),
    stop: () => {
      for (const { cancel } of held.values()) cancel();
      held.clear();
    },
  };
}
