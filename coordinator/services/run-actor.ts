// One run in motion: takes inputs in order, halts before all others, decides (core/run.ts), records, publishes, acts.
// What comes in together is decided and recorded together: one write for the words of a thousand nodes.
//
// Nothing is done that was not recorded first. When recording fails, the run orders nothing more: it only
// reverts what is open, and is closed by the next start of the coordinator.

import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { NodeId } from '../../shared/domain/ids.ts';
import type { HaltedNode, RunEvent, RunEventBody, RunRecord } from '../../shared/domain/run.ts';
import { RouletteError, messageOf } from '../../shared/errors.ts';
import { auditOf } from '../core/audit-of.ts';
import { napOf, reduceRun } from '../core/run.ts';
import { haltedNodes } from '../core/run-halt.ts';
import { openOrders, type Act, type Moment, type RunContext, type RunInput, type RunState } from '../core/run-state.ts';
import type { Batch, Store } from '../store/port.ts';
import type { BlastRadius } from './blast-radius.ts';
import { LiveQueue } from './live-queue.ts';

export interface RunActorDeps {
  readonly context: RunContext;
  readonly record: RunRecord;
  readonly state: RunState;
  /** Number of the last event that is already in the store. */
  readonly lastSeq: number;
  readonly store: Store;
  readonly clock: Clock;
  readonly radius: BlastRadius;
  readonly log: Logger;
  readonly perform: (act: Act) => void;
  /** Called once, when the run has ended or can go no further. */
  readonly finished: () => void;
}

interface Queued {
  readonly input: RunInput;
  readonly resolve: () => void;
}

export class RunActor {
  readonly #deps: RunActorDeps;
  readonly #followers = new Set<LiveQueue<RunEvent>>();
  readonly #waiters = new Set<() => void>();
  #state: RunState;
  #record: RunRecord;
  #seq: number;
  /** Samples that wait for the next durable write; they allow no act, so they may wait. */
  #unwritten: RunEvent[] = [];
  /** A halt overtakes what waits in the other queue. */
  readonly #halts: Queued[] = [];
  readonly #queue: Queued[] = [];
  #draining = false;
  #cancelNap: () => void = () => undefined;
  #closed = false;
  #failure: RouletteError | null = null;

  constructor(deps: RunActorDeps) {
    this.#deps = deps;
    this.#state = deps.state;
    this.#record = deps.record;
    this.#seq = deps.lastSeq;
  }

  get record(): RunRecord {
    return this.#record;
  }

  get state(): RunState {
    return this.#state;
  }

  get context(): RunContext {
    return this.#deps.context;
  }

  /** What kept the run from being recorded; null when all is well. */
  get failure(): RouletteError | null {
    return this.#failure;
  }

  /** Nodes whose leases this run keeps alive. None when it can no longer record. */
  nodesToRenew(): NodeId[] {
    return this.#closed ? [] : openOrders(this.#state).map(({ node }) => node);
  }

  /** Resolves when the input has been recorded and acted on. */
  async post(input: RunInput): Promise<void> {
    return new Promise((resolve) => {
      (input.type === 'halt' ? this.#halts : this.#queue).push({ input, resolve });
      if (this.#draining) return;
      this.#draining = true;
      // After everything that this turn of the event loop has brought.
      setImmediate(() => void this.#drain());
    });
  }

  /** Events from now on, samples perhaps before they are durable; ends with the run or when `signal` aborts. */
  follow(signal: AbortSignal): AsyncIterable<RunEvent> {
    const queue = new LiveQueue<RunEvent>();
    queue.push(this.#unwritten);
    if (this.#closed || signal.aborted) queue.end();
    this.#followers.add(queue);
    signal.addEventListener('abort', () => {
      this.#followers.delete(queue);
      queue.end();
    });
    return queue;
  }

  /** Resolves when the state is as asked, or when the run goes no further. */
  async until(reached: (state: RunState) => boolean): Promise<void> {
    while (!this.#closed && !reached(this.#state)) {
      await new Promise<void>((resolve) => {
        this.#waiters.add(resolve);
      });
    }
  }

  async #drain(): Promise<void> {
    for (;;) {
      const batch = [...this.#halts.splice(0), ...this.#queue.splice(0)];
      if (batch.length === 0) break;
      await this.#take(batch.map(({ input }) => input));
      for (const { resolve } of batch) resolve();
    }
    this.#draining = false;
    // Not before: nodes are told that their words are recorded, those too that came while the end was written.
    if (this.#state.phase === 'ended' && !this.#closed) this.#close();
  }

  async #take(inputs: readonly RunInput[]): Promise<void> {
    if (this.#closed) return;
    this.#cancelNap();
    const moment = this.#moment();
    const turn = reduceRun(this.#deps.context, this.#state, inputs, moment);
    const events = turn.events.map((body) => this.#number(body, moment));
    // Before anything is waited for: no other run decides between what this one took and its being counted.
    const booked = this.#deps.radius.book(this.#deps.context, turn.events);
    try {
      await this.#write(turn.state, events, booked);
    } catch (error) {
      this.#giveUp(error, turn.events);
      return;
    }
    this.#state = turn.state;
    for (const act of turn.acts) this.#deps.perform(act);
    for (const queue of this.#followers) queue.push(events);
    this.#nap();
    this.#wakeWaiters();
  }

  /** The proof of the halt that is under way or over. */
  haltedNodes(): HaltedNode[] {
    return haltedNodes(this.#state, this.#moment());
  }

  #moment(): Moment {
    const { clock, radius } = this.#deps;
    return { mono: clock.monotonic(), wall: clock.now(), room: radius.room() };
  }

  #number(body: RunEventBody, moment: Moment): RunEvent {
    this.#seq += 1;
    return { run: this.#deps.context.run, seq: this.#seq, at: moment.wall, body };
  }

  async #write(
    state: RunState,
    events: readonly RunEvent[],
    booked: Pick<Batch, 'reservations' | 'nodes'>,
  ): Promise<void> {
    if (events.length === 0) return;
    const all = [...this.#unwritten, ...events];
    if (events.every(({ body }) => body.type === 'monitor.sampled') && all.length < MOST_UNWRITTEN) {
      this.#unwritten = all;
      return;
    }
    const record = recordOf(this.#record, state, events);
    const audit = events.flatMap((event) => auditOf(event) ?? []);
    await this.#deps.store.append({
      events: all,
      audit,
      ...booked,
      ...(record === this.#record ? {} : { run: record }),
    });
    this.#record = record;
    this.#unwritten = [];
  }

  #nap(): void {
    const delay = napOf(this.#deps.context, this.#state, this.#moment());
    if (delay === null) return;
    this.#cancelNap = this.#deps.clock.after(delay, () => void this.post({ type: 'tick' }));
  }

  #giveUp(error: unknown, unrecorded: readonly RunEventBody[]): void {
    this.#failure =
      error instanceof RouletteError ? error : new RouletteError('INTERNAL', messageOf(error), { cause: error });
    const open = openOrders(this.#state);
    this.#deps.log.error({ run: this.#record.id, open: open.length, err: error }, 'cannot record the run: reverting');
    const neverLeft = unrecorded.flatMap((body) => (body.type === 'order.sent' ? [body.order] : []));
    this.#deps.radius.abandon(this.#deps.context, neverLeft);
    for (const { node, id } of open) this.#deps.perform({ type: 'revert', node, order: id });
    this.#close();
  }

  #close(): void {
    this.#closed = true;
    this.#cancelNap();
    for (const queue of this.#followers) queue.end();
    this.#deps.finished();
    this.#wakeWaiters();
  }

  #wakeWaiters(): void {
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }
}

/** A write of samples alone waits until this many have come together. */
const MOST_UNWRITTEN = 64;

function recordOf(record: RunRecord, state: RunState, events: readonly RunEvent[]): RunRecord {
  if (record.phase === 'ended') return record;
  if (state.ending === null) return state.phase === record.phase ? record : { ...record, phase: state.phase };
  return { ...record, phase: 'ended', ...state.ending, endedAt: events.at(-1)?.at ?? record.preparedAt };
}
