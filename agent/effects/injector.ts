// The one interpreter of steps. It owns journal, locks, deadline, lease and reporting; no fault knows any of these.
//
// Guarantees: an undo is on disk before its step; an order id is carried out at most once; every started order
// ends exactly once, at the first of duration, lease, revert and stop; every undo is tried even when one fails.

import type { Logger } from 'pino';
import { sleep, type Clock } from '../../shared/clock.ts';
import type { OrderId } from '../../shared/domain/ids.ts';
import type {
  EndReason,
  InjectOrder,
  OrderAnswer,
  ProcessIdentity,
  SkippedProcess,
} from '../../shared/domain/order.ts';
import { messageOf, RouletteError, type ErrorCode } from '../../shared/errors.ts';
import { refusalOf } from '../core/admission.ts';
import { conflictOf, locksOf } from '../core/conflicts.ts';
import type { TakenStep } from '../core/journal-records.ts';
import type { Selection } from '../core/match.ts';
import { applyPick } from '../core/pick.ts';
import { IMPLEMENTATIONS } from '../faults/index.ts';
import type { Targets } from '../targets/targets.ts';
import { ActiveInjection } from './active-injection.ts';
import type { HostProbe, PlanInput, Step } from './contract.ts';
import type { Injections, OnEnd } from './injections.ts';
import type { Journal } from './journal.ts';
import { takeStep, undoOf, type StepResult } from './steps.ts';
import { takeBack } from './take-back.ts';

export interface InjectorDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly targets: Pick<Targets, 'select'>;
  readonly probe: HostProbe;
  readonly capabilities: readonly string[];
  readonly log: Logger;
  readonly onEnd: OnEnd;
}

/** Answers are kept for so many orders, so that one that comes again gets the same. */
const ANSWERS_KEPT = 10_000;

export function createInjections(deps: InjectorDeps): Injections {
  return new Injector(deps);
}

interface Tracked {
  readonly injection: ActiveInjection;
  /** Resolves once its end was handed to `onEnd`. */
  readonly reported: Promise<unknown>;
}

class Injector implements Injections {
  readonly #deps: InjectorDeps;
  readonly #answers = new Map<OrderId, Promise<OrderAnswer>>();
  readonly #active = new Map<OrderId, Tracked>();
  /** Orders whose targets are still being looked up; true once a revert has come for it. */
  readonly #preparing = new Map<OrderId, boolean>();
  #term = 0;
  #stopped = false;

  constructor(deps: InjectorDeps) {
    this.#deps = deps;
  }

  async inject(order: InjectOrder): Promise<OrderAnswer> {
    const known = this.#answers.get(order.id);
    if (known !== undefined) return known;
    this.#preparing.set(order.id, false);
    const answer = this.#carryOut(order).finally(() => this.#preparing.delete(order.id));
    this.#answers.set(order.id, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > ANSWERS_KEPT && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }

  async revert(orderId: OrderId, reason: EndReason): Promise<void> {
    if (this.#preparing.has(orderId)) this.#preparing.set(orderId, true);
    const tracked = this.#active.get(orderId);
    if (tracked !== undefined) await endNow(tracked, reason);
  }

  renew(leaseMs: number): void {
    for (const { injection } of this.#active.values()) injection.renew(leaseMs);
  }

  active(): { orderId: OrderId; fault: string; startedAt: number }[] {
    return [...this.#active.values()].map(({ injection: { order, startedAt } }) => ({
      orderId: order.id,
      fault: order.fault,
      startedAt,
    }));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#active.values()].map((tracked) => endNow(tracked, 'agent-stopped')));
  }

  async #carryOut(order: InjectOrder): Promise<OrderAnswer> {
    const { capabilities, targets, log } = this.#deps;
    const refusal = refusalOf(order, { term: this.#term, capabilities });
    if (refusal !== null) return this.#refuse(order, refusal.code, refusal.message);
    this.#term = order.term;
    try {
      const nothing: Selection = { matches: [], skipped: [] };
      const selection = order.processes === null ? nothing : await targets.select(order.processes, order.drawKey);
      // From here to the last step nothing is awaited: no other order and no revert comes in between.
      return await this.#apply(order, selection);
    } catch (error) {
      log.error({ order: order.id, err: error }, 'an order failed');
      return this.#refuse(order, codeOf(error), messageOf(error));
    }
  }

  async #apply(order: InjectOrder, { matches, skipped }: Selection): Promise<OrderAnswer> {
    const chosen = order.processes === null ? [] : applyPick(order.pick, matches);
    const trouble = this.#troubleWith(order, chosen);
    if (trouble !== null) return this.#refuse(order, trouble.code, trouble.message, skipped);
    const { clock, probe, log } = this.#deps;
    const { params, durationMs, drawKey } = order;
    const cpus = [...probe.cpuTicks().keys()].toSorted((a, b) => a - b);
    const input: PlanInput = { params, targets: chosen, durationMs, drawKey, cpus };
    const applied = { appliedAt: probe.monotonic(), appliedTicks: probe.bootTicks() };
    const startedAt = clock.now();
    const taken = this.#takeSteps(order, IMPLEMENTATIONS[order.fault].plan(input));
    const untouched = [...skipped, ...describeLeft(chosen, taken.left)];
    if (taken.steps.length === 0) return this.#giveUp(order, taken, untouched);

    const targets = chosen.filter(({ pid }) => !taken.left.some((process) => process.pid === pid));
    const children = taken.steps.flatMap(({ undo }) => (undo?.kind === 'end-child' ? [undo.process] : []));
    const injection = new ActiveInjection({
      ...this.#deps,
      order,
      startedAt,
      locks: locksOf(order.fault, targets),
      steps: taken.steps,
      verify: (over) => IMPLEMENTATIONS[order.fault].verify({ ...input, targets, children, ...applied }, probe, over),
    });
    if (taken.failure !== null) {
      const refusal = await this.#takeBackFailed(injection, taken, untouched);
      if (refusal !== null) return refusal;
    }
    this.#track(injection);
    const pids = targets.map(({ pid }) => pid);
    log.info({ order: order.id, fault: order.fault, pids, left: taken.left }, 'injected');
    return { kind: 'started', orderId: order.id, at: startedAt, targets, skipped: untouched };
  }

  /** The end is reported in a later turn of the event loop than the answer is given: it never overtakes it. */
  #track(injection: ActiveInjection): void {
    const { clock, onEnd } = this.#deps;
    const answered = sleep(clock, 0);
    const reported = Promise.all([injection.ended, answered]).then(([end]) => {
      this.#active.delete(end.orderId);
      onEnd(end);
    });
    this.#active.set(injection.order.id, { injection, reported });
  }

  /** No step was taken: the first failed, or every chosen process was left alone. */
  async #giveUp(order: InjectOrder, taken: TakenSteps, skipped: readonly SkippedProcess[]): Promise<OrderAnswer> {
    await takeBack({ order: order.id, steps: [] }, this.#deps);
    if (taken.failure !== null) throw taken.failure;
    const isGone = taken.left.some(({ why }) => why === 'gone');
    return isGone
      ? this.#refuse(order, 'FAULT_TARGET_GONE', 'the chosen processes ended before the act', skipped)
      : this.#refuse(order, 'FAULT_NO_MATCH', 'the chosen processes are stopped already', skipped);
  }

  /**
   * A step failed after others had been taken. Refuses the order when those could all be undone, so that nothing
   * is left of it; null when something is, and the order counts as started and failed.
   */
  async #takeBackFailed(
    injection: ActiveInjection,
    { steps, failure }: TakenSteps,
    skipped: readonly SkippedProcess[],
  ): Promise<OrderAnswer | null> {
    const { order } = injection;
    this.#deps.log.error({ order: order.id, err: failure }, 'a step failed');
    // Holds its locks until it is over.
    this.#active.set(order.id, { injection, reported: injection.ended });
    const { reverted } = await injection.end('failed');
    if (!reverted || steps.some(({ undo }) => undo === null)) return null;
    this.#active.delete(order.id);
    return this.#refuse(order, codeOf(failure), messageOf(failure), skipped);
  }

  #troubleWith(order: InjectOrder, chosen: readonly ProcessIdentity[]): { code: ErrorCode; message: string } | null {
    if (this.#stopped || this.#preparing.get(order.id) === true) {
      return { code: 'ORDER_REVERTED', message: this.#stopped ? 'the agent is stopping' : 'the order was taken back' };
    }
    if (order.processes !== null && chosen.length === 0) {
      return { code: 'FAULT_NO_MATCH', message: 'no process on this node matches the target' };
    }
    const held = [...this.#active.values()].map(({ injection }) => injection.locks);
    const conflict = conflictOf(locksOf(order.fault, chosen), held);
    return conflict === null ? null : { code: 'FAULT_CONFLICT', message: `another injection holds ${conflict}` };
  }

  /** Up to the first failure. The undo of each step is on disk before it is taken. */
  #takeSteps(order: InjectOrder, actions: readonly Step[]): TakenSteps {
    const { journal, clock } = this.#deps;
    const steps: TakenStep[] = [];
    const left: LeftProcess[] = [];
    try {
      for (const [step, action] of actions.entries()) {
        const about = { order: order.id, step, at: clock.now(), boot: journal.bootId };
        journal.append({ type: 'intent', ...about, undo: undoOf(action) });
        const result = takeStep(action);
        if (result.kind === 'left') {
          left.push(result);
          journal.append({ type: 'reverted', order: order.id, step });
          continue;
        }
        steps.push({ step, undo: result.undo });
        journal.append({ type: 'applied', ...about, undo: result.undo });
      }
    } catch (error) {
      return { steps, left, failure: error instanceof Error ? error : new Error(messageOf(error)) };
    }
    return { steps, left, failure: null };
  }

  #refuse(order: InjectOrder, code: ErrorCode, message: string, skipped: readonly SkippedProcess[] = []): OrderAnswer {
    this.#deps.log.info({ order: order.id, code, message }, 'order refused');
    return { kind: 'refused', orderId: order.id, at: this.#deps.clock.now(), code, message, skipped };
  }
}

type LeftProcess = StepResult & { readonly kind: 'left' };

const WHY_LEFT = {
  gone: 'it ended between the choice and the act',
  stopped: 'somebody else has stopped it already',
} as const satisfies Record<LeftProcess['why'], string>;

interface TakenSteps {
  readonly steps: readonly TakenStep[];
  readonly left: readonly LeftProcess[];
  /** What kept the steps from being taken to the last. */
  readonly failure: Error | null;
}

async function endNow({ injection, reported }: Tracked, reason: EndReason): Promise<void> {
  await injection.end(reason);
  await reported;
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof RouletteError ? error.code : 'FAULT_FAILED';
}

function describeLeft(chosen: readonly ProcessIdentity[], left: readonly LeftProcess[]): SkippedProcess[] {
  return left.map(({ pid, why }) => {
    const name = chosen.find((process) => process.pid === pid)?.name ?? '';
    return { pid, name, why: WHY_LEFT[why] };
  });
}
