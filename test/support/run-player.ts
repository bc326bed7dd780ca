// Plays a run's state machine by hand: inputs in, decisions out, time held by the test.

import { compilePlan } from '../../coordinator/core/compile.ts';
import { prepareRun, reduceRun } from '../../coordinator/core/run.ts';
import type { Act, RunContext, RunInput, RunState } from '../../coordinator/core/run-state.ts';
import type { Experiment } from '../../shared/domain/experiment.ts';
import { runId, type OrderId } from '../../shared/domain/ids.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import type { InjectionEnd } from '../../shared/domain/order.ts';
import type { Room } from '../../coordinator/core/blast-radius/ledger.ts';
import type { RunEventBody } from '../../shared/domain/run.ts';

/** Nothing is in the way of anybody. */
export const ENDLESS_ROOM: Room = { take: () => null, isFree: () => true };

export const START: RunInput = { type: 'start', by: 'tester', policyDigest: 'p', approvedBy: [] };

export class RunPlayer {
  readonly context: RunContext;
  readonly events: RunEventBody[] = [];
  readonly acts: Act[] = [];
  state: RunState;
  now = 1000;
  room = ENDLESS_ROOM;

  constructor(experiment: Experiment, inventory: readonly InventoryNode[]) {
    const plan = compilePlan({
      names: new Map(),
      experiment,
      documentDigest: 'd',
      seed: 's',
      environment: 'staging',
      inventory,
    });
    this.context = { run: runId('run-1'), experiment, plan, term: 1, leaseMs: 5000, graceMs: 2000 };
    this.state = prepareRun(
      this.context,
      inventory.map(({ id }) => id),
    );
  }

  give(input: RunInput): this {
    const turn = reduceRun(this.context, this.state, [input], {
      mono: this.now,
      wall: this.now,
      room: this.room,
    });
    this.state = turn.state;
    this.events.push(...turn.events);
    this.acts.push(...turn.acts);
    return this;
  }

  /** Time passes, without anything else. */
  wait(ms: number): this {
    this.now += ms;
    return this.give({ type: 'tick' });
  }

  sample(monitor: string, value: number | null): this {
    return this.give({
      type: 'sample',
      sample: { monitor, at: this.now, value, why: value === null ? 'it failed' : null },
    });
  }

  /** A second passes and the monitor has this value. */
  second(monitor: string, value: number | null): this {
    this.now += 1000;
    return this.sample(monitor, value);
  }

  /** Every order that was sent and not answered yet. */
  waiting(): OrderId[] {
    return [...this.state.orders.values()].filter(({ stage }) => stage === 'sent').map(({ id }) => id);
  }

  open(): OrderId[] {
    return [...this.state.orders.values()].filter(({ stage }) => stage !== 'over').map(({ id }) => id);
  }

  startAll(): this {
    for (const orderId of this.waiting())
      this.give({ type: 'answer', answer: { kind: 'started', orderId, at: this.now, targets: [], skipped: [] } });
    return this;
  }

  endAll(more: Partial<InjectionEnd> = {}): this {
    for (const orderId of this.open()) this.give({ type: 'end', end: buildEnd(orderId, this.now, more) });
    return this;
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  count(type: RunEventBody['type']): number {
    return this.types().filter((known) => known === type).length;
  }
}

export function buildEnd(orderId: OrderId, at: number, more: Partial<InjectionEnd> = {}): InjectionEnd {
  const observation = { name: 'processes gone', unit: 'processes', asked: 1, achieved: 1, effective: true, note: '' };
  return {
    orderId,
    startedAt: at,
    endedAt: at,
    reason: 'completed',
    observations: [observation],
    reverted: true,
    revertErrors: [],
    ...more,
  };
}
