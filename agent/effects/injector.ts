// The one interpreter of steps. It owns journal, locks, deadline, lease, guard, keeper and reporting; no fault knows
// any of these.
//
// Guarantees: a keeper is there and an undo is on disk before the first step; an order id is carried out at most
// once; every started order ends exactly once, at the first of duration, lease, revert, guard and stop; every undo is
// tried even when one fails, and again until it succeeds.

import type { Logger } from 'pino';
import { sleep, type Clock } from '../../shared/clock.ts';
import type { OrderId } from '../../shared/domain/ids.ts';
import type {
  EndReason,
  InjectOrder,
  OrderAnswer,
  ProcessIdentity,
  SkippedProcess,
  Unreverted,
} from '../../shared/domain/order.ts';
import { messageOf, RouletteError, type ErrorCode } from '../../shared/errors.ts';
import { injectionLengthMs } from '../../shared/faults/index.ts';
import { refusalOf, type Refusal } from '../core/admission.ts';
import { conflictOf, locksOf, type Lock } from '../core/conflicts.ts';
import type { Selection } from '../core/match.ts';
import { applyPick } from '../core/pick.ts';
import { IMPLEMENTATIONS } from '../faults/index.ts';
import type { Targets } from '../targets/targets.ts';
import { ActiveInjection } from './active-injection.ts';
import type { HostProbe, PlanInput } from './contract.ts';
import type { Arrival, Injections, OnEnd } from './injections.ts';
import type { Journal } from './journal.ts';
import type { NetworkFactsReader } from './network/facts.ts';
import type { NodeGuard } from './node-guard.ts';
import { ownersIn, readPlanInput } from './plan-input.ts';
import { createStuck, type Stuck, type StuckInjection } from './stuck.ts';
import { noteEnd } from './take-back.ts';
import { describeLeft, takeSteps, type TakenSteps } from './take-steps.ts';
import type { TermFile } from './term-file.ts';

export interface InjectorDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly targets: Pick<Targets, 'select'>;
  readonly probe: HostProbe;
  readonly network: NetworkFactsReader;
  /** Whether the coordinator still answers; asked after each change of the network. */
  readonly prove: () => Promise<boolean>;
  readonly capabilities: readonly string[];
  readonly guard: NodeGuard;
  readonly term: TermFile;
  /** Whether somebody would take everything back just now, should the agent die. */
  readonly isKept: () => Promise<boolean>;
  readonly log: Logger;
  readonly onEnd: OnEnd;
  /** What the start could not take back. */
  readonly left: readonly StuckInjection[];
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
  readonly #stuck: Stuck;
  #stopped = false;

  constructor(deps: InjectorDeps) {
    this.#deps = deps;
    this.#stuck = createStuck(deps);
    for (const injection of deps.left) this.#stuck.add(injection);
  }

  async inject(arrival: Arrival): Promise<OrderAnswer> {
    const { id } = arrival.order;
    const known = this.#answers.get(id);
    if (known !== undefined) return known;
    this.#preparing.set(id, false);
    const answer = this.#carryOut(arrival).finally(() => this.#preparing.delete(id));
    this.#remember(id, answer);
    return answer;
  }

  async revert(orderId: OrderId, reason: EndReason): Promise<OrderAnswer | null> {
    if (this.#preparing.has(orderId)) this.#preparing.set(orderId, true);
    const tracked = this.#active.get(orderId);
    if (tracked !== undefined) await endNow(tracked, reason);
    if (this.#answers.has(orderId)) return null;
    const answer = this.#refuse(orderId, {
      code: 'ORDER_REVERTED',
      message: 'the order was taken back before it came',
    });
    this.#remember(orderId, Promise.resolve(answer));
    return answer;
  }

  renew(until: number): void {
    for (const { injection } of this.#active.values()) injection.renew(until);
  }

  active(): OrderId[] {
    return [...this.#active.keys()];
  }

  taken(): OrderId[] {
    return [...this.#preparing.keys(), ...this.#active.keys()];
  }

  unreverted(): readonly Unreverted[] {
    return this.#stuck.unreverted();
  }

  async endAll(reason: EndReason): Promise<void> {
    for (const id of this.#preparing.keys()) this.#preparing.set(id, true);
    await Promise.all([...this.#active.values()].map((tracked) => endNow(tracked, reason)));
  }

  async enforceGuard(hasChanged: boolean): Promise<void> {
    const tracked = [...this.#active.values()];
    const refused = tracked.filter(({ injection: { order, targets } }, index) => {
      const { guard } = this.#deps;
      const refusal = this.#guardRefusal(order, index) ?? (hasChanged ? guard.refusalOfTargets(targets) : null);
      if (refusal !== null) this.#deps.log.warn({ order: order.id, ...refusal }, 'the guard no longer allows it');
      return refusal !== null;
    });
    await Promise.all(refused.map((one) => endNow(one, 'guard')));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.endAll('agent-stopped');
    this.#stuck.stop();
  }

  #remember(id: OrderId, answer: Promise<OrderAnswer>): void {
    this.#answers.set(id, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > ANSWERS_KEPT && oldest !== undefined) this.#answers.delete(oldest);
  }

  async #carryOut(arrival: Arrival): Promise<OrderAnswer> {
    const { order } = arrival;
    const { targets, term, isKept, log } = this.#deps;
    try {
      const refusal = this.#refusalOf(arrival);
      if (refusal !== null) return this.#refuse(order.id, refusal);
      term.raise(order.term);
      const nothing: Selection = { matches: [], skipped: [], vetoed: 0 };
      const [selection, kept] = await Promise.all([
        order.processes === null ? nothing : targets.select(order.processes, order.drawKey),
        isKept(),
      ]);
      if (!kept) return this.#refuse(order.id, { code: 'KEEPER_ABSENT', message: 'the keeper does not answer' });
      const chosen = order.processes === null ? [] : applyPick(order.pick, selection.matches);
      const input = await readPlanInput(order, chosen, this.#deps);
      // From here to the last step nothing is awaited: no other order and no revert comes in between.
      return await this.#apply(arrival, selection, input);
    } catch (error) {
      log.error({ order: order.id, err: error }, 'an order failed');
      return this.#refuse(order.id, { code: codeOf(error), message: messageOf(error) });
    }
  }

  #refusalOf({ order, beatAt }: Arrival): Refusal | null {
    const { term, capabilities, clock } = this.#deps;
    const ageMs = beatAt === null ? null : clock.monotonic() - beatAt;
    return (
      refusalOf(order, { term: term.highest(), capabilities, ageMs }) ?? this.#guardRefusal(order, this.#active.size)
    );
  }

  /** `others`: how many injections are active already. */
  #guardRefusal({ fault, durationMs, params }: InjectOrder, others: number): Refusal | null {
    return this.#deps.guard.refusalOf({ fault, lengthMs: injectionLengthMs(fault, durationMs, params), others });
  }

  async #apply(arrival: Arrival, { skipped, vetoed }: Selection, input: PlanInput): Promise<OrderAnswer> {
    const { order } = arrival;
    const { targets: chosen } = input;
    const locksFor = (targets: PlanInput['targets']): Lock[] => locksOf({ ...order, targets, owners: ownersIn(input) });
    // Time has passed since the order was first looked at.
    const trouble = this.#refusalOf(arrival) ?? this.#troubleWith(order, { chosen, vetoed, locks: locksFor(chosen) });
    if (trouble !== null) return this.#refuse(order.id, trouble, skipped);
    const { clock, probe, prove, log } = this.#deps;
    const { plan, verify } = IMPLEMENTATIONS[order.fault];
    const steps = plan(input);
    if ('code' in steps) return this.#refuse(order.id, steps, skipped);
    const applied = { appliedAt: probe.monotonic(), appliedTicks: probe.bootTicks() };
    const startedAt = clock.now();
    const taken = takeSteps(order.id, steps, this.#deps);
    const untouched = [...skipped, ...describeLeft(chosen, taken.left)];
    if (taken.steps.length === 0) return this.#giveUp(order, taken, untouched);

    const targets = chosen.filter(({ pid }) => !taken.left.some((process) => process.pid === pid));
    const children = taken.steps.flatMap(({ undo }) => (undo?.kind === 'end-child' ? [undo.process] : []));
    const injection = new ActiveInjection({
      ...this.#deps,
      order,
      startedAt,
      leaseEnd: (arrival.beatAt ?? Number.NEGATIVE_INFINITY) + order.leaseMs,
      targets,
      locks: locksFor(targets),
      steps: taken.steps,
      prove: input.network === null ? null : prove,
      verify: (over) => verify({ ...input, targets, children, ...applied }, probe, over),
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
    const reported = Promise.all([injection.ended, answered]).then(([ended]) => {
      this.#active.delete(ended.end.orderId);
      if (!ended.end.reverted) this.#stuck.add(ended);
      onEnd(ended.end);
    });
    this.#active.set(injection.order.id, { injection, reported });
  }

  /** No step was taken: the first failed, or every chosen process was left alone. */
  async #giveUp(order: InjectOrder, taken: TakenSteps, skipped: readonly SkippedProcess[]): Promise<OrderAnswer> {
    noteEnd(order.id, null, this.#deps);
    if (taken.failure !== null) throw taken.failure;
    const isGone = taken.left.some(({ why }) => why === 'gone');
    const refusal: Refusal = isGone
      ? { code: 'FAULT_TARGET_GONE', message: 'the chosen processes ended before the act' }
      : { code: 'FAULT_NO_MATCH', message: 'the chosen processes are stopped already' };
    return this.#refuse(order.id, refusal, skipped);
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
    const { end } = await injection.end('failed');
    if (!end.reverted || steps.some(({ undo }) => undo === null)) return null;
    this.#active.delete(order.id);
    return this.#refuse(order.id, { code: codeOf(failure), message: messageOf(failure) }, skipped);
  }

  #troubleWith(
    order: InjectOrder,
    { chosen, vetoed, locks }: { chosen: readonly ProcessIdentity[]; vetoed: number; locks: readonly Lock[] },
  ): Refusal | null {
    if (this.#stopped || this.#preparing.get(order.id) === true) {
      return { code: 'ORDER_REVERTED', message: this.#stopped ? 'the agent is stopping' : 'the order was taken back' };
    }
    if (order.processes !== null && chosen.length === 0) {
      return vetoed > 0
        ? { code: 'GUARD_TARGET', message: `the guard allows none of the ${vetoed} processes that match` }
        : { code: 'FAULT_NO_MATCH', message: 'no process on this node matches the target' };
    }
    const held = [...this.#active.values()].map(({ injection }) => injection.locks);
    const conflict = conflictOf(locks, [...held, ...this.#stuck.locks()]);
    return conflict === null ? null : { code: 'FAULT_CONFLICT', message: `another injection holds ${conflict}` };
  }

  #refuse(orderId: OrderId, { code, message }: Refusal, skipped: readonly SkippedProcess[] = []): OrderAnswer {
    this.#deps.log.info({ order: orderId, code, message }, 'order refused');
    return { kind: 'refused', orderId, at: this.#deps.clock.now(), code, message, skipped };
  }
}

async function endNow({ injection, reported }: Tracked, reason: EndReason): Promise<void> {
  await injection.end(reason);
  await reported;
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof RouletteError ? error.code : 'FAULT_FAILED';
}
