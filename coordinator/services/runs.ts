// All runs of this coordinator: planning, starting, stopping, watching, and closing what an earlier one left open.

import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { Policy } from '../../shared/domain/policy.ts';
import type { Experiment } from '../../shared/domain/experiment.ts';
import { runOf, type NodeId, type OrderId, type RunId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, OrderAnswer } from '../../shared/domain/order.ts';
import { parsePlan, type Plan } from '../../shared/domain/plan.ts';
import type { HaltedNode, Lever, RunEvent, RunRecord } from '../../shared/domain/run.ts';
import { RouletteError } from '../../shared/errors.ts';
import { parseExperiment } from '../../shared/schema/document.ts';
import { auditOf } from '../core/audit-of.ts';
import { createCalendar, isOpen, judgeCalendar } from '../core/calendar.ts';
import { isHaltProved } from '../core/run-halt.ts';
import { lateConfirmation, ordersWithoutEnd } from '../core/open-orders.ts';
import { prepareRun, resumeForClosing } from '../core/run.ts';
import type { Act, RunContext, RunInput, RunState } from '../core/run-state.ts';
import { startMonitors } from '../monitors/index.ts';
import type { Store } from '../store/port.ts';
import { Changes } from './changes.ts';
import { countProcesses } from './count-processes.ts';
import type { Fleet } from './fleet.ts';
import type { BlastRadius } from './blast-radius.ts';
import type { Planned } from './make-plan.ts';
import { RunActor } from './run-actor.ts';

export interface RunsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly fleet: Fleet;
  readonly radius: BlastRadius;
  readonly log: Logger;
  readonly term: number;
  readonly leaseMs: number;
  readonly graceMs: number;
  /** Who has halted the whole fleet; while it is not null no order leaves. */
  readonly lever: () => Lever | null;
}

/** A prepared run that may start. */
export interface Playable {
  readonly record: RunRecord;
  readonly planned: Pick<Planned, 'experiment' | 'plan'>;
  /** Number of the last event in its timeline. */
  readonly lastSeq: number;
}

export interface HaltRequest {
  readonly run: RunId;
  readonly requestedBy: string;
  readonly reason: string;
  readonly ref: string | null;
}

export class Runs {
  readonly #deps: RunsDeps;
  readonly #actors = new Map<RunId, RunActor>();
  readonly #held: (readonly [NodeId, InjectionEnd])[] = [];
  /** Of runs that are not in motion. */
  readonly #changes = new Changes<RunId>();

  constructor(deps: RunsDeps) {
    this.#deps = deps;
    deps.fleet.listen({
      connected: (node, hello) => {
        this.#revertForeign(node, hello?.activeOrders ?? []);
        this.#postAll({ type: 'node', node, connected: true, known: hello?.knownOrders ?? null });
      },
      lost: (node) => this.#postAll({ type: 'node', node, connected: false, known: null }),
    });
  }

  /** Returns once the start is recorded; the run then plays by itself. */
  async play({ record, planned, lastSeq }: Playable, start: RunInput & { readonly type: 'start' }): Promise<RunRecord> {
    const context = this.#contextOf(record.id, planned.experiment, planned.plan);
    const connected = this.#deps.fleet.inventory().map(({ id }) => id);
    const actor = this.#open(context, record, prepareRun(context, connected), lastSeq);
    this.noteChange(record.id);
    await actor.post(start);
    if (actor.failure !== null) throw actor.failure;
    return actor.record;
  }

  /** Whether the run is in motion: started, and not ended. */
  isPlaying(run: RunId): boolean {
    return this.#actors.has(run);
  }

  /** Halts every run whose window has closed, or that a freeze has caught. Called on a beat. */
  closeWindows(policy: Pick<Policy, 'windows' | 'freezes'>): void {
    for (const actor of this.#actors.values()) {
      const calendar = createCalendar(policy, actor.context.experiment.window);
      const now = this.#deps.clock.now();
      if (actor.state.halt !== null || isOpen(calendar, now)) continue;
      const state = judgeCalendar(calendar, now);
      if (!state.open) void actor.post({ type: 'close', reason: state.refusal.message });
    }
  }

  /**
   * Resolves with the proof when every open injection of the run is over, but for those on nodes that are not
   * connected: of them the proof says by when their leases have run out. Throws RUN_NOT_FOUND, RUN_ENDED.
   */
  async halt(request: HaltRequest): Promise<{ record: RunRecord; injections: readonly HaltedNode[] }> {
    const actor = this.#actors.get(request.run);
    if (actor === undefined) {
      const record = await this.get(request.run);
      throw new RouletteError('RUN_ENDED', `${record.id} has ended: ${record.verdict ?? record.phase}`);
    }
    const { requestedBy: by, reason, ref } = request;
    await actor.post({ type: 'halt', by, reason, ref, told: false });
    await actor.until(isHaltProved);
    return { record: actor.record, injections: actor.haltedNodes() };
  }

  /** Halts every run, after the nodes were told to end everything. Resolves once that is recorded. */
  async haltAll({ requestedBy: by, reason, ref }: Omit<HaltRequest, 'run'>): Promise<void> {
    await Promise.all(
      [...this.#actors.values()].map((actor) => actor.post({ type: 'halt', by, reason, ref, told: true })),
    );
  }

  /** Throws RUN_NOT_FOUND. */
  async get(id: RunId): Promise<RunRecord> {
    const record = this.#actors.get(id)?.record ?? (await this.#deps.store.getRun(id));
    if (record === null) throw new RouletteError('RUN_NOT_FOUND', `there is no run ${id}`);
    return record;
  }

  /** Newest first. */
  async list(limit: number): Promise<readonly RunRecord[]> {
    return this.#deps.store.listRuns(limit);
  }

  /** The timeline so far, and then, unless `historyOnly`, what comes until the run has ended or `signal` aborts. */
  async *watch(id: RunId, options: WatchOptions): AsyncGenerator<RunEvent> {
    const { signal, historyOnly } = options;
    for (let seq = options.afterSeq, isOver = false; !isOver && !signal.aborted;) {
      // Both from before the look, so that nothing is missed between the two.
      const change = this.#changes.wait(id, signal);
      const live = this.#actors.get(id)?.follow(signal);
      try {
        const { phase } = await this.get(id);
        for await (const event of chain(await this.#deps.store.listEvents(id, seq), historyOnly ? undefined : live)) {
          if (event.seq <= seq) continue;
          seq = event.seq;
          yield event;
        }
        // A prepared run may still be started; whoever follows it then follows on.
        isOver = historyOnly || live !== undefined || phase !== 'prepared';
        if (!isOver) await change.happened;
      } finally {
        change.forget();
      }
    }
  }

  /** Tells those who follow a run that is not in motion that there is something new. */
  noteChange(run: RunId): void {
    this.#changes.note(run);
  }

  /** The first word of a node on an order. True when it is recorded or concerns no run. */
  async answer(answer: OrderAnswer): Promise<boolean> {
    return this.#postWord(answer.orderId, { type: 'answer', answer });
  }

  /** The last word of a node on an order. Once it is recorded, or concerns no run, the node is told to forget it. */
  async takeEnd(node: NodeId, end: InjectionEnd): Promise<void> {
    // Words of a node keep their order.
    this.takeHeld();
    const { orderId, reverted, revertErrors } = end;
    if (!reverted) this.#deps.log.error({ node, order: orderId, revertErrors }, 'an undo failed; the node tries again');
    const isRecorded =
      this.#actorOf(orderId) === undefined
        ? await this.#noteLateEnd(end)
        : await this.#postWord(orderId, { type: 'end', end });
    if (isRecorded) this.#deps.fleet.send(node, { settled: { orderId, reverted } });
  }

  /** Keeps a last word until `takeHeld`, so that many are recorded together. */
  hold(node: NodeId, end: InjectionEnd): void {
    this.#held.push([node, end]);
  }

  takeHeld(): void {
    for (const [node, end] of this.#held.splice(0)) void this.takeEnd(node, end);
  }

  /** After the run its timeline still takes in that what had been left open is clean. */
  async #noteLateEnd(end: InjectionEnd): Promise<boolean> {
    const { store, clock, log } = this.#deps;
    const run = runOf(end.orderId);
    const events = await store.listEvents(run, 0);
    const body = lateConfirmation(events, end);
    if (body === null) return true;
    const event = { run, seq: (events.at(-1)?.seq ?? 0) + 1, at: clock.now(), body };
    const entry = auditOf(event);
    const released = this.#deps.radius.releaseLate(end.orderId);
    const reservations = released === null ? [] : [released];
    try {
      await store.append({ events: [event], reservations, audit: entry === null ? [] : [entry] });
      return true;
    } catch (error) {
      log.error({ order: end.orderId, err: error }, 'a late end cannot be recorded');
      return false;
    }
  }

  async #postWord(order: OrderId, input: RunInput): Promise<boolean> {
    const actor = this.#actorOf(order);
    await actor?.post(input);
    return actor === undefined || actor.failure === null;
  }

  /** Open injections per node, as the runs know them. */
  openOrders(node: NodeId): OrderId[] {
    return [...this.#actors.values()].flatMap((actor) =>
      [...actor.state.orders.values()]
        .filter((order) => order.node === node && order.stage !== 'over')
        .map(({ id }) => id),
    );
  }

  /** Renews the leases of every node that has an open order of a run that can still be recorded. */
  renewLeases(): void {
    const nodes = new Set([...this.#actors.values()].flatMap((actor) => actor.nodesToRenew()));
    for (const node of nodes) this.#deps.fleet.renew(node, this.#deps);
  }

  /** At start: ends what an earlier coordinator left open, and closes those runs as `error`. Prepared ones stay. */
  async closeLeftovers(): Promise<void> {
    for (const record of await this.#deps.store.openRuns())
      if (record.phase !== 'prepared') await this.#closeLeftover(record);
  }

  async #closeLeftover(record: RunRecord): Promise<void> {
    const events = await this.#deps.store.listEvents(record.id, 0);
    const parsed = parseExperiment(record.document, record.id);
    if (!parsed.ok) throw new RouletteError('INTERNAL', `the document of ${record.id} is no longer valid`);
    const context = this.#contextOf(record.id, parsed.experiment, parsePlan(record.plan));
    const { clock, radius } = this.#deps;
    const now = { mono: clock.monotonic(), wall: clock.now(), room: radius.room() };
    const state = resumeForClosing(context, ordersWithoutEnd(events), record.phase, now);
    this.#deps.log.warn({ run: record.id, orders: state.orders.size }, 'closing a run that was left open');
    const actor = this.#open(context, record, state, events.at(-1)?.seq ?? 0);
    await actor.post({ type: 'tick' });
  }

  /** Halts every run and waits for the confirmations. */
  async stop(): Promise<void> {
    const request = { requestedBy: 'coordinator', reason: 'it is being stopped', ref: null };
    await Promise.all([...this.#actors.keys()].map((run) => this.halt({ run, ...request })));
    // What nodes that are away have left open is over when their leases are.
    await Promise.all([...this.#actors.values()].map((actor) => actor.until(({ phase }) => phase === 'ended')));
  }

  #contextOf(run: RunId, experiment: Experiment, plan: Plan): RunContext {
    const { term, leaseMs, graceMs } = this.#deps;
    return { run, experiment, plan, term, leaseMs, graceMs };
  }

  #open(context: RunContext, record: RunRecord, state: RunState, lastSeq: number): RunActor {
    const { store, clock, log, radius } = this.#deps;
    const stopMonitors = new AbortController();
    const actor = new RunActor({
      context,
      record,
      state,
      lastSeq,
      store,
      clock,
      radius,
      log: log.child({ run: record.id }),
      perform: (act) => this.#perform(act, actor, stopMonitors.signal),
      finished: () => {
        stopMonitors.abort();
        this.#actors.delete(record.id);
      },
    });
    this.#actors.set(record.id, actor);
    return actor;
  }

  #perform(act: Act, actor: RunActor, signal: AbortSignal): void {
    const { fleet, clock } = this.#deps;
    switch (act.type) {
      case 'send':
        // The very last look: nothing that was decided before the lever was pulled gets past it.
        if (this.#deps.lever() === null) fleet.order(act.node, act.order);
        return;
      case 'revert':
        fleet.send(act.node, { revert: { orderId: act.order } });
        return;
      case 'start-monitors': {
        const { experiment } = actor.context;
        const count = countProcesses(fleet, experiment);
        startMonitors(
          experiment.monitors,
          { clock, countProcesses: count },
          (sample) => void actor.post({ type: 'sample', sample }),
          signal,
        );
      }
    }
  }

  #actorOf(order: OrderId): RunActor | undefined {
    return this.#actors.get(runOf(order));
  }

  /** An active injection that no run here has open belongs to nobody any more. */
  #revertForeign(node: NodeId, active: readonly OrderId[]): void {
    for (const orderId of active) {
      const stage = this.#actorOf(orderId)?.state.orders.get(orderId)?.stage ?? 'over';
      if (stage === 'over') this.#deps.fleet.send(node, { revert: { orderId } });
    }
  }

  #postAll(input: RunInput & { readonly type: 'node' }): void {
    for (const actor of this.#actors.values()) void actor.post(input);
  }
}

async function* chain<T>(past: Iterable<T>, present: AsyncIterable<T> | undefined): AsyncGenerator<T> {
  yield* past;
  if (present !== undefined) yield* present;
}

interface WatchOptions {
  readonly afterSeq: number;
  readonly historyOnly: boolean;
  readonly signal: AbortSignal;
}
