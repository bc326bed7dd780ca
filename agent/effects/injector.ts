// The one interpreter of steps. It owns journal, locks, deadline, lease and reporting; no fault knows any of these.
//
// Guarantees: an undo is on disk before its step; an order id is carried out at most once; every started order
// ends exactly once, at the first of duration, lease, revert and stop; every undo is tried even when one fails.

import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { OrderId } from '../../shared/domain/ids.ts';
import type {
  EndReason,
  InjectOrder,
  OrderAnswer,
  ProcessIdentity,
  ProcessRef,
  SkippedProcess,
} from '../../shared/domain/order.ts';
import { isErrorCode, messageOf, RouletteError, type ErrorCode } from '../../shared/errors.ts';
import { refusalOf } from '../core/admission.ts';
import { conflictOf, locksOf } from '../core/conflicts.ts';
import type { Undo } from '../core/journal-records.ts';
import type { Selection } from '../core/match.ts';
import { applyPick } from '../core/pick.ts';
import { IMPLEMENTATIONS } from '../faults/index.ts';
import type { Targets } from '../targets/targets.ts';
import { ActiveInjection } from './active-injection.ts';
import type { HostProbe, PlanInput, Step } from './contract.ts';
import type { Injections, OnEnd } from './injections.ts';
import type { Journal } from './journal.ts';
import { takeStep, undo, undoOf } from './steps.ts';

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

class Injector implements Injections {
  readonly #deps: InjectorDeps;
  readonly #answers = new Map<OrderId, Promise<OrderAnswer>>();
  readonly #active = new Map<OrderId, ActiveInjection>();
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
    await this.#active.get(orderId)?.end(reason);
  }

  renew(leaseMs: number): void {
    for (const injection of this.#active.values()) injection.renew(leaseMs);
  }

  active(): { orderId: OrderId; fault: string; startedAt: number }[] {
    return [...this.#active.values()].map(({ order, startedAt }) => ({
      orderId: order.id,
      fault: order.fault,
      startedAt,
    }));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#active.values()].map((injection) => injection.end('agent-stopped')));
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
      return this.#apply(order, selection);
    } catch (error) {
      log.error({ order: order.id, err: error }, 'an order failed');
      const code = error instanceof RouletteError ? error.code : 'FAULT_FAILED';
      return this.#refuse(order, code, messageOf(error));
    }
  }

  #apply(order: InjectOrder, { matches, skipped }: Selection): OrderAnswer {
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
    if (taken.undos.length === 0 && taken.gone.length > 0) {
      this.#journalEnd(order.id);
      const message = `of ${taken.gone.length} chosen ${taken.gone.length === 1 ? 'process none is' : 'processes none are'} left`;
      return this.#refuse(order, 'FAULT_TARGET_GONE', message, skipped);
    }
    const targets = chosen.filter((target) => !taken.gone.includes(target.pid));
    const children = taken.undos.flatMap(({ undo: back }) => (back?.kind === 'end-child' ? [back.process] : []));
    const injection = new ActiveInjection({
      order,
      startedAt,
      locks: locksOf(order.fault, targets),
      undos: taken.undos,
      clock,
      journal: this.#deps.journal,
      log,
      verify: (over) => IMPLEMENTATIONS[order.fault].verify({ ...input, targets, children, ...applied }, probe, over),
      onEnd: (end) => {
        this.#active.delete(order.id);
        this.#deps.onEnd(end);
      },
    });
    this.#active.set(order.id, injection);
    log.info(
      { order: order.id, fault: order.fault, pids: targets.map(({ pid }) => pid), gone: taken.gone },
      'injected',
    );
    return {
      kind: 'started',
      orderId: order.id,
      at: startedAt,
      targets,
      skipped: [...skipped, ...describeGone(chosen, taken.gone)],
    };
  }

  #troubleWith(order: InjectOrder, chosen: readonly ProcessIdentity[]): { code: ErrorCode; message: string } | null {
    if (this.#stopped || this.#preparing.get(order.id) === true) {
      return { code: 'ORDER_REVERTED', message: this.#stopped ? 'the agent is stopping' : 'the order was taken back' };
    }
    if (order.processes !== null && chosen.length === 0) {
      return { code: 'FAULT_NO_MATCH', message: 'no process on this node matches the target' };
    }
    const held = [...this.#active.values()].map(({ locks }) => locks);
    const conflict = conflictOf(locksOf(order.fault, chosen), held);
    return conflict === null ? null : { code: 'FAULT_CONFLICT', message: `another injection holds ${conflict}` };
  }

  /** All steps, or none: when one fails, those before it are taken back and the failure is thrown. */
  #takeSteps(order: InjectOrder, steps: readonly Step[]): TakenSteps {
    const { journal, clock } = this.#deps;
    const undos: TakenStep[] = [];
    const gone: number[] = [];
    const boot = this.#deps.journal.bootId;
    try {
      for (const [step, action] of steps.entries()) {
        journal.append({ type: 'intent', order: order.id, step, at: clock.now(), boot, undo: undoOf(action) });
        const result = takeStep(action);
        if (result.kind === 'gone') {
          if (action.kind === 'signal') gone.push(action.process.pid);
          journal.append({ type: 'reverted', order: order.id, step });
          continue;
        }
        undos.push({ step, undo: result.undo });
        journal.append({ type: 'applied', order: order.id, step, undo: result.undo });
      }
    } catch (error) {
      void this.#takeBack(order.id, undos);
      throw error;
    }
    return { undos, gone };
  }

  async #takeBack(order: OrderId, taken: readonly TakenStep[]): Promise<void> {
    for (const { undo: back } of taken.toReversed()) {
      const trouble = back === null ? null : await undo(back, this.#deps.clock);
      if (trouble !== null) this.#deps.log.error({ order, trouble }, 'an undo failed');
    }
    this.#journalEnd(order);
  }

  #journalEnd(order: OrderId): void {
    try {
      this.#deps.journal.append({ type: 'ended', order });
    } catch (error) {
      // What it would say is already so; without it the next start undoes once more, which is harmless.
      this.#deps.log.warn({ order, err: error }, 'the end of an order could not be journalled');
    }
  }

  #refuse(order: InjectOrder, code: string, message: string, skipped: readonly SkippedProcess[] = []): OrderAnswer {
    this.#deps.log.info({ order: order.id, code, message }, 'order refused');
    const known = isErrorCode(code) ? code : 'FAULT_FAILED';
    return { kind: 'refused', orderId: order.id, at: this.#deps.clock.now(), code: known, message, skipped };
  }
}

export interface TakenStep {
  readonly step: number;
  readonly undo: Undo | null;
}

interface TakenSteps {
  readonly undos: readonly TakenStep[];
  /** Processes that had ended, or were not themselves any more, in the instant before the act. */
  readonly gone: readonly ProcessRef['pid'][];
}

function describeGone(chosen: readonly ProcessIdentity[], gone: readonly number[]): SkippedProcess[] {
  const lost = chosen.filter(({ pid }) => gone.includes(pid));
  return lost.map(({ pid, name }) => ({ pid, name, why: 'it ended between the choice and the act' }));
}
