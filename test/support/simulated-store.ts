// What outlives a simulated coordinator: runs with their timelines, reservations, known nodes, the term.

import type { Moment, RunContext, RunState } from '../../coordinator/core/run-state.ts';
import type { NodeId, OrderId, RunId } from '../../shared/domain/ids.ts';
import type { RadiusRule } from '../../shared/domain/policy.ts';
import type { Reservation } from '../../shared/domain/reservation.ts';
import type { RunEvent, RunEventBody, RunPhase } from '../../shared/domain/run.ts';

type Labels = Readonly<Record<string, string>>;

export interface LeftRun {
  readonly context: RunContext;
  readonly phase: RunPhase;
  readonly resume: (context: RunContext, events: readonly RunEvent[], phase: RunPhase, now: Moment) => RunState;
}

export interface SimulatedStore {
  readonly nextTerm: () => number;
  readonly rules: () => readonly RadiusRule[];
  readonly setRules: (rules: readonly RadiusRule[]) => void;
  readonly know: (node: NodeId, labels: Labels) => void;
  readonly known: () => ReadonlyMap<NodeId, Labels>;
  readonly addRun: (context: RunContext) => void;
  readonly setPhase: (run: RunId, phase: RunPhase) => void;
  readonly openRuns: () => readonly Omit<LeftRun, 'resume'>[];
  readonly number: (run: RunId, at: number, body: RunEventBody) => RunEvent;
  readonly append: (batch: {
    readonly events: readonly RunEvent[];
    readonly reservations: readonly Reservation[];
  }) => void;
  readonly eventsOf: (run: RunId) => readonly RunEvent[];
  readonly reservations: () => readonly Reservation[];
  readonly reservation: (order: OrderId) => Reservation | undefined;
}

export function createStore(firstRules: readonly RadiusRule[]): SimulatedStore {
  const runs = new Map<RunId, { readonly context: RunContext; phase: RunPhase }>();
  const events = new Map<RunId, RunEvent[]>();
  const reservations = new Map<OrderId, Reservation>();
  const nodes = new Map<NodeId, Labels>();
  let rules = firstRules;
  let term = 0;
  let seq = 0;
  return {
    nextTerm: () => {
      term += 1;
      return term;
    },
    rules: () => rules,
    setRules: (changed) => {
      rules = changed;
    },
    know: (node, labels) => void nodes.set(node, labels),
    known: () => nodes,
    addRun: (context) => {
      runs.set(context.run, { context, phase: 'prepared' });
      events.set(context.run, []);
    },
    setPhase: (run, phase) => {
      const known = runs.get(run);
      if (known !== undefined) known.phase = phase;
    },
    openRuns: () => [...runs.values()].filter(({ phase }) => phase !== 'ended'),
    number: (run, at, body) => {
      seq += 1;
      return { run, seq, at, body };
    },
    append: (batch) => {
      for (const event of batch.events) events.get(event.run)?.push(event);
      for (const one of batch.reservations) reservations.set(one.order, one);
    },
    eventsOf: (run) => events.get(run) ?? [],
    reservations: () => [...reservations.values()],
    reservation: (order) => reservations.get(order),
  };
}
