// One injection from its last step to its end: watches its effect, its deadline and its lease, and takes it back.

import type { Logger } from 'pino';
import { sleep, type Clock } from '../../shared/clock.ts';
import type { EndReason, InjectOrder, Observation } from '../../shared/domain/order.ts';
import { messageOf } from '../../shared/errors.ts';
import type { OnEnd } from './injections.ts';
import type { TakenStep } from './injector.ts';
import type { Journal } from './journal.ts';
import { undo } from './steps.ts';

interface ActiveDeps {
  readonly order: InjectOrder;
  /** Wall clock. */
  readonly startedAt: number;
  readonly locks: readonly string[];
  readonly undos: readonly TakenStep[];
  readonly clock: Clock;
  readonly journal: Journal;
  readonly log: Logger;
  readonly verify: (over: AbortSignal) => Promise<readonly Observation[]>;
  readonly onEnd: OnEnd;
}

/** How long the last look at the effect may hold up the undo. */
const LAST_LOOK_MS = 500;

export class ActiveInjection {
  readonly order: InjectOrder;
  readonly startedAt: number;
  readonly locks: readonly string[];
  readonly #deps: ActiveDeps;
  readonly #over = new AbortController();
  readonly #seen: Promise<readonly Observation[]>;
  #leaseEnd: number;
  #cancelDeadline: () => void = () => undefined;
  #cancelLease: () => void = () => undefined;
  #ending: Promise<void> | null = null;

  constructor(deps: ActiveDeps) {
    this.#deps = deps;
    this.order = deps.order;
    this.startedAt = deps.startedAt;
    this.locks = deps.locks;
    const { clock, order } = deps;
    this.#leaseEnd = clock.monotonic() + order.leaseMs;
    this.#seen = deps.verify(this.#over.signal).catch((error: unknown) => [unseen(error)]);
    if (order.durationMs === null) void this.#seen.then(() => this.end('completed'));
    else this.#cancelDeadline = clock.after(order.durationMs, () => void this.end('completed'));
    this.#watchLease();
  }

  renew(leaseMs: number): void {
    this.#leaseEnd = Math.max(this.#leaseEnd, this.#deps.clock.monotonic() + leaseMs);
  }

  /** The first reason counts; every call resolves when the injection is over. */
  async end(reason: EndReason): Promise<void> {
    this.#ending ??= this.#finish(reason);
    return this.#ending;
  }

  /** Renewals only move the mark; the timer looks again when the old one is reached. */
  #watchLease(): void {
    const { clock } = this.#deps;
    this.#cancelLease = clock.after(this.#leaseEnd - clock.monotonic(), () => {
      if (clock.monotonic() >= this.#leaseEnd) void this.end('lease-expired');
      else this.#watchLease();
    });
  }

  async #finish(reason: EndReason): Promise<void> {
    const { order, clock, startedAt, log } = this.#deps;
    this.#cancelDeadline();
    this.#cancelLease();
    this.#over.abort();
    const observations = await Promise.race([this.#seen, sleep(clock, LAST_LOOK_MS).then(() => [])]);
    const revertErrors = await this.#takeBack();
    const reverted = revertErrors.length === 0;
    if (reverted) log.info({ order: order.id, reason }, 'reverted');
    else log.error({ order: order.id, reason, revertErrors }, 'an undo failed');
    this.#deps.onEnd({
      orderId: order.id,
      startedAt,
      endedAt: clock.now(),
      reason,
      observations,
      reverted,
      revertErrors,
    });
  }

  /** Last step first. What could not be undone stays in the journal, for the next start to try again. */
  async #takeBack(): Promise<string[]> {
    const { order, undos, clock } = this.#deps;
    const troubles: string[] = [];
    for (const { step, undo: back } of undos.toReversed()) {
      const trouble = back === null ? null : await undo(back, clock);
      if (trouble === null) this.#note({ type: 'reverted', order: order.id, step });
      else troubles.push(trouble);
    }
    if (troubles.length === 0) this.#note({ type: 'ended', order: order.id });
    return troubles;
  }

  #note(record: Parameters<Journal['append']>[0]): void {
    try {
      this.#deps.journal.append(record);
    } catch (error) {
      // What it would say is already so; without it the next start undoes once more, which is harmless.
      this.#deps.log.warn({ order: this.order.id, err: error }, 'an undo could not be journalled');
    }
  }
}

function unseen(error: unknown): Observation {
  const note = `the effect could not be read back: ${messageOf(error)}`;
  return { name: 'effect', unit: '', asked: null, achieved: null, effective: false, note };
}
