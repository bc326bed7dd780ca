// One injection from its last step to its end: watches its effect, its deadline and its lease, and takes it back.
//
// Guarantees: it ends once, at the first of duration, lease and `end`; its undos are tried however its effect was
// seen, and not later than LAST_LOOK_MS after the end was due.

import type { Logger } from 'pino';
import { sleep, type Clock } from '../../shared/clock.ts';
import type { EndReason, InjectionEnd, InjectOrder, Observation } from '../../shared/domain/order.ts';
import { messageOf } from '../../shared/errors.ts';
import type { TakenStep } from '../core/journal-records.ts';
import type { Journal } from './journal.ts';
import { takeBack } from './take-back.ts';

interface ActiveDeps {
  readonly order: InjectOrder;
  /** Wall clock. */
  readonly startedAt: number;
  readonly locks: readonly string[];
  readonly steps: readonly TakenStep[];
  readonly clock: Clock;
  readonly journal: Journal;
  readonly log: Logger;
  readonly verify: (over: AbortSignal) => Promise<readonly Observation[]>;
}

/** How long the last look at the effect may hold up the undo. */
const LAST_LOOK_MS = 500;

export class ActiveInjection {
  readonly order: InjectOrder;
  readonly startedAt: number;
  readonly locks: readonly string[];
  /** Resolves when everything was taken back, as far as it could be. */
  readonly ended: Promise<InjectionEnd>;
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
    this.locks = deps.locks;
    const { clock, order } = deps;
    const reason = new Promise<EndReason>((resolve) => {
      this.#begin = resolve;
    });
    this.ended = reason.then((first) => this.#takeBack(first));
    this.#leaseEnd = clock.monotonic() + order.leaseMs;
    this.#seen = deps.verify(this.#over.signal).catch((error: unknown) => [unseen(messageOf(error))]);
    if (order.durationMs === null) void this.#seen.then(() => this.end('completed'));
    else this.#cancelDeadline = clock.after(order.durationMs, () => void this.end('completed'));
    this.#watchLease();
  }

  renew(leaseMs: number): void {
    this.#leaseEnd = Math.max(this.#leaseEnd, this.#deps.clock.monotonic() + leaseMs);
  }

  /** The first reason counts; every call resolves when the injection is over. */
  async end(reason: EndReason): Promise<InjectionEnd> {
    this.#cancelDeadline();
    this.#cancelLease();
    this.#begin(reason);
    return this.ended;
  }

  /** Renewals only move the mark; the timer looks again when the old one is reached. */
  #watchLease(): void {
    const { clock } = this.#deps;
    this.#cancelLease = clock.after(this.#leaseEnd - clock.monotonic(), () => {
      if (clock.monotonic() >= this.#leaseEnd) void this.end('lease-expired');
      else this.#watchLease();
    });
  }

  async #takeBack(reason: EndReason): Promise<InjectionEnd> {
    const { order, steps, clock, startedAt, log } = this.#deps;
    const observations = await this.#lastLook();
    const revertErrors = await takeBack({ order: order.id, steps }, this.#deps);
    const reverted = revertErrors.length === 0;
    if (reverted) log.info({ order: order.id, reason }, 'reverted');
    else log.error({ order: order.id, reason, revertErrors }, 'an undo failed');
    return { orderId: order.id, startedAt, endedAt: clock.now(), reason, observations, reverted, revertErrors };
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
