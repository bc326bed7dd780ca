// One injection from its last step to its end: watches its effect, its deadline and its lease, and takes it back.
//
// Guarantees: it ends once, at the first of duration, lease and `end`; its undos are tried however its effect was
// seen, and not later than LAST_LOOK_MS after the end was due. Duration and lease run on the monotonic clock.

import type { Logger } from 'pino';
import { sleep, type Clock } from '../../shared/clock.ts';
import type { EndReason, InjectionEnd, InjectOrder, Observation, ProcessIdentity } from '../../shared/domain/order.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Lock } from '../core/conflicts.ts';
import type { TakenStep } from '../core/journal-records.ts';
import type { Journal } from './journal.ts';
import type { StuckInjection } from './stuck.ts';
import { noteEnd, takeBack } from './take-back.ts';

interface ActiveDeps {
  readonly order: InjectOrder;
  /** Wall clock. */
  readonly startedAt: number;
  /** Monotonic; the lease as it came with the order. */
  readonly leaseEnd: number;
  readonly targets: readonly ProcessIdentity[];
  readonly locks: readonly Lock[];
  readonly steps: readonly TakenStep[];
  readonly clock: Clock;
  readonly journal: Journal;
  readonly log: Logger;
  /** Whether the coordinator still answers; null when the fault leaves the network alone. */
  readonly prove: (() => Promise<boolean>) | null;
  readonly verify: (over: AbortSignal) => Promise<readonly Observation[]>;
}

/** How long the last look at the effect may hold up the undo: two spawns of 5 ms, and on a slow machine of a second. */
const LAST_LOOK_MS = 1500;

export class ActiveInjection {
  readonly order: InjectOrder;
  readonly startedAt: number;
  readonly targets: readonly ProcessIdentity[];
  readonly locks: readonly Lock[];
  /** Resolves when everything was taken back, as far as it could be. */
  readonly ended: Promise<StuckInjection>;
  readonly #deps: ActiveDeps;
  readonly #over = new AbortController();
  readonly #seen: Promise<readonly Observation[]>;
  #leaseEnd: number;
  #cancelDeadline: () => void = () => undefined;
  #cancelLease: () => void = () => undefined;
  /** A promise keeps the first reason that it is resolved with. */
  #begin: (reason: EndReason) => void = () => undefined;

  constructor(deps: ActiveDeps) {
    this.#deps = deps;
    this.order = deps.order;
    this.startedAt = deps.startedAt;
    this.targets = deps.targets;
    this.locks = deps.locks;
    const { clock, order } = deps;
    const reason = new Promise<EndReason>((resolve) => {
      this.#begin = resolve;
    });
    this.ended = reason.then((first) => this.#takeBack(first));
    this.#leaseEnd = deps.leaseEnd;
    this.#seen = deps.verify(this.#over.signal).catch((error: unknown) => [unseen(messageOf(error))]);
    if (order.durationMs === null) void this.#seen.then(() => this.end('completed'));
    else this.#cancelDeadline = clock.after(order.durationMs, () => void this.end('completed'));
    this.#watchLease();
    void this.#proveControl();
  }

  /** `until` is monotonic. One that is earlier than what was granted before changes nothing. */
  renew(until: number): void {
    this.#leaseEnd = Math.max(this.#leaseEnd, until);
  }

  /** The first reason counts; every call resolves when the injection is over. */
  async end(reason: EndReason): Promise<StuckInjection> {
    this.#cancelDeadline();
    this.#cancelLease();
    this.#begin(reason);
    return this.ended;
  }

  /** A fault that cuts the node off from its coordinator is taken back, and reported once that is possible. */
  async #proveControl(): Promise<void> {
    const { prove, order, log } = this.#deps;
    if (prove === null || (await prove()) || this.#over.signal.aborted) return;
    log.error({ order: order.id }, 'the coordinator is out of reach since the fault was applied');
    await this.end('control-lost');
  }

  /** Renewals only move the mark; the timer looks again when the old one is reached. */
  #watchLease(): void {
    const { clock } = this.#deps;
    this.#cancelLease = clock.after(this.#leaseEnd - clock.monotonic(), () => {
      if (clock.monotonic() >= this.#leaseEnd) void this.end('lease-expired');
      else this.#watchLease();
    });
  }

  async #takeBack(reason: EndReason): Promise<StuckInjection> {
    const { order, steps, clock, startedAt, log, locks } = this.#deps;
    const observations = await this.#lastLook();
    const { left, errors: revertErrors } = await takeBack({ order: order.id, steps }, this.#deps);
    const reverted = left.length === 0;
    const end: InjectionEnd = {
      orderId: order.id,
      startedAt,
      endedAt: clock.now(),
      reason,
      observations,
      reverted,
      revertErrors,
    };
    if (reverted) noteEnd(order.id, end, this.#deps);
    if (reverted) log.info({ order: order.id, reason }, 'reverted');
    else log.error({ order: order.id, reason, revertErrors }, 'an undo failed');
    return { end, left, locks };
  }

  async #lastLook(): Promise<readonly Observation[]> {
    this.#over.abort();
    const waiting = new AbortController();
    const tooLate = sleep(this.#deps.clock, LAST_LOOK_MS, waiting.signal).then(() => [unseen('it took too long')]);
    const observations = await Promise.race([this.#seen, tooLate]);
    waiting.abort();
    return observations;
  }
}

function unseen(why: string): Observation {
  const note = `the effect could not be read back: ${why}`;
  return { name: 'effect', unit: '', asked: null, achieved: null, effective: false, note };
}
