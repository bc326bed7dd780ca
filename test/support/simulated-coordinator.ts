// A coordinator over simulated nodes and a simulated store: the shell around the decisions, as the services are. Each
// run decides, books at once, writes, and only then sends. It may stop at any moment; the next one starts from the store.

import type { Ledger } from '../../coordinator/core/blast-radius/ledger.ts';
import { release } from '../../coordinator/core/blast-radius/ledger.ts';
import type { bookingsOf } from '../../coordinator/core/blast-radius/bookings.ts';
import { lateConfirmation } from '../../coordinator/core/open-orders.ts';
import { napOf, prepareRun, reduceRun } from '../../coordinator/core/run.ts';
import {
  openOrders,
  type Act,
  type RunContext,
  type RunInput,
  type RunState,
} from '../../coordinator/core/run-state.ts';
import type { Stream } from '../../shared/draw.ts';
import { runOf, type NodeId, type OrderId, type RunId } from '../../shared/domain/ids.ts';
import type { InjectionEnd } from '../../shared/domain/order.ts';
import type { RadiusRule } from '../../shared/domain/policy.ts';
import type { Reservation } from '../../shared/domain/reservation.ts';
import type { RunEvent, RunEventBody } from '../../shared/domain/run.ts';
import { assertNever } from '../../shared/errors.ts';
import type { Referee } from './radius-referee.ts';
import type { Link, ToCoordinator } from './simulated-link.ts';
import type { LeftRun } from './simulated-store.ts';
import { BEAT_MS } from './simulated-node.ts';
import type { SimulatedStore } from './simulated-store.ts';
import type { Timeline } from './timeline.ts';

export const LEASE_MS = 2000;
export const GRACE_MS = 500;
const SILENCE_MS = 1500;

/** What a mutation puts something else in the place of. */
export interface Parts {
  readonly createLedger: (rules: readonly RadiusRule[]) => Ledger;
  readonly bookingsOf: typeof bookingsOf;
  readonly resume: LeftRun['resume'];
  /** What of the stored reservations a new coordinator puts in. */
  readonly restore: (stored: readonly Reservation[]) => readonly Reservation[];
  readonly order: 'book, write, send' | 'write, book, send' | 'book, send, write';
  /** Whether a node that is connected counts as healthy, by the number of undos that fail on it. */
  readonly isSound: (failingUndos: number) => boolean;
}

export interface CoordinatorWorld {
  readonly timeline: Timeline;
  readonly stream: Stream;
  readonly store: SimulatedStore;
  readonly referee: Referee;
  readonly parts: Parts;
  /** What the monitor of the run would see now. */
  readonly measure: (run: RunId) => number | null;
}

export interface SimulatedCoordinator {
  readonly take: (message: ToCoordinator, link: Link) => void;
  readonly drop: (link: Link) => void;
  readonly start: (context: RunContext) => void;
  readonly tell: (run: RunId, input: RunInput) => void;
  readonly setRules: (rules: readonly RadiusRule[]) => void;
  /** Writes that are under way may be lost. */
  readonly stop: () => void;
}

interface Member {
  link: Link | null;
  labels: Readonly<Record<string, string>>;
  beat: number;
  heardAt: number;
  silent: boolean;
  unreverted: ReadonlySet<OrderId>;
}

interface Actor {
  readonly context: RunContext;
  state: RunState;
  queue: { readonly input: RunInput; readonly taken: () => void }[];
  isBusy: boolean;
  isDue: boolean;
  napUntil: number;
}

interface Write {
  readonly run: RunId | null;
  readonly events: readonly RunEvent[];
  readonly reservations: readonly Reservation[];
  readonly phase: RunState['phase'] | null;
}

export function createCoordinator(world: CoordinatorWorld): SimulatedCoordinator {
  const { timeline, stream, store, referee, parts } = world;
  const term = store.nextTerm();
  const ledger = parts.createLedger(store.rules());
  const members = new Map<NodeId, Member>();
  const actors = new Map<RunId, Actor>();
  const writes = new Set<Write>();
  let isStopped = false;

  function isConnected(node: NodeId): boolean {
    const member = members.get(node);
    return member !== undefined && member.link !== null && !member.silent;
  }

  function noteNode(node: NodeId): void {
    const member = members.get(node);
    if (member === undefined) return;
    const { labels, unreverted } = member;
    const connected = isConnected(node);
    ledger.setNode({ id: node, labels, connected: connected && parts.isSound(unreverted.size) });
    referee.told(node, labels, connected && unreverted.size === 0);
  }

  function put(reservations: readonly Reservation[]): void {
    ledger.put(reservations);
    for (const { order, releasedAt } of reservations) if (releasedAt !== null) referee.released(order);
  }

  function write(what: Write, done: () => void): void {
    writes.add(what);
    const luck = stream.fraction();
    const delay = luck < 0.7 ? 0 : stream.integer(1, luck < 0.95 ? 150 : 2000);
    timeline.after(delay, () => {
      if (isStopped) return;
      writes.delete(what);
      commit(what);
      done();
    });
  }

  function commit({ run, events, reservations, phase }: Write): void {
    store.append({ events, reservations });
    if (run !== null && phase !== null) store.setPhase(run, phase);
  }

  function post(actor: Actor, input: RunInput, taken: () => void = () => undefined): void {
    actor.queue.push({ input, taken });
    if (actor.isDue || actor.isBusy) return;
    actor.isDue = true;
    timeline.after(0, () => drain(actor));
  }

  function drain(actor: Actor): void {
    actor.isDue = false;
    if (isStopped || actor.isBusy || actor.queue.length === 0) return;
    const batch = actor.queue.toSorted((a, b) => Number(b.input.type === 'halt') - Number(a.input.type === 'halt'));
    actor.queue = [];
    const now = timeline.now();
    const { context } = actor;
    const inputs = batch.map(({ input }) => input);
    const turn = reduceRun(context, actor.state, inputs, { mono: now, wall: now, room: ledger.room(now) });
    const events = turn.events.map((body) => store.number(context.run, now, body));
    referee.decided(events, context);
    const reservations = book(context, turn.events);
    if (parts.order !== 'write, book, send') put(reservations);
    if (parts.order === 'book, send, write') for (const act of turn.acts) perform(act);
    actor.isBusy = true;
    const settle = (): void => {
      if (parts.order === 'write, book, send') put(reservations);
      actor.isBusy = false;
      actor.state = turn.state;
      if (parts.order !== 'book, send, write') for (const act of turn.acts) perform(act);
      for (const { taken } of batch) taken();
      if (turn.state.phase === 'ended') close(actor);
      else nap(actor);
      drain(actor);
    };
    const isSilent = events.every(({ body }) => body.type === 'monitor.sampled');
    if (isSilent && reservations.length === 0) settle();
    else write({ run: context.run, events, reservations, phase: turn.state.phase }, settle);
  }

  function book(context: RunContext, facts: readonly RunEventBody[]): Reservation[] {
    return parts.bookingsOf(facts, {
      held: ledger.open().filter(({ order }) => runOf(order) === context.run),
      slotOf: (id) => context.plan.slots.find((slot) => slot.id === id),
      now: timeline.now(),
      expiryMs: LEASE_MS + GRACE_MS,
      recoveryMs: context.experiment.recoveryWithinMs,
    });
  }

  function close(actor: Actor): void {
    actors.delete(actor.context.run);
    // What has come while the last facts were written belongs to nobody's run any more.
    for (const { input, taken } of actor.queue.splice(0)) {
      if (input.type === 'end') takeLateEnd(input.end);
      taken();
    }
  }

  function nap(actor: Actor): void {
    const delay = napOf(actor.context, actor.state, { mono: timeline.now(), wall: timeline.now(), room: NO_ROOM });
    // Each sample wakes it too.
    if (delay === null || delay >= BEAT_MS / 2) return;
    const due = timeline.now() + delay;
    if (actor.napUntil === due) return;
    actor.napUntil = due;
    timeline.at(due, () => {
      if (!isStopped && actors.get(actor.context.run) === actor) post(actor, { type: 'tick' });
    });
  }

  function perform(act: Act): void {
    switch (act.type) {
      case 'send': {
        const member = members.get(act.node);
        if (member === undefined) return;
        referee.sent(act.order.id);
        member.link?.toNode({ type: 'inject', order: act.order, beat: member.beat });
        return;
      }
      case 'revert':
        members.get(act.node)?.link?.toNode({ type: 'revert', order: act.order });
        return;
      case 'start-monitors':
        return;
      default:
        assertNever(act);
    }
  }

  function postAll(input: RunInput): void {
    for (const actor of actors.values()) post(actor, input);
  }

  function take(message: ToCoordinator, link: Link): void {
    if (isStopped) return;
    if (message.type === 'hello') {
      admit(message, link);
      return;
    }
    const { node } = link;
    const member = members.get(node);
    if (member === undefined || member.link !== link) return;
    member.heardAt = timeline.now();
    if (message.type === 'beat') member.beat = message.beat;
    if (member.silent) {
      member.silent = false;
      noteNode(node);
      postAll({ type: 'node', node, connected: true, known: null });
    }
    if (message.type === 'answer') takeAnswer(message, link);
    if (message.type === 'end') takeEnd(message.end, link);
  }

  function admit(hello: ToCoordinator & { readonly type: 'hello' }, link: Link): void {
    const { node } = link;
    if (isConnected(node)) return;
    const { labels, beat, active, known } = hello;
    const [heardAt, unreverted] = [timeline.now(), new Set(hello.unreverted)];
    members.get(node)?.link?.break();
    members.set(node, { link, labels, beat, heardAt, silent: false, unreverted });
    store.know(node, labels);
    noteNode(node);
    for (const order of active) {
      const stage = actors.get(runOf(order))?.state.orders.get(order)?.stage ?? 'over';
      if (stage === 'over') link.toNode({ type: 'revert', order });
    }
    postAll({ type: 'node', node, connected: true, known });
    link.toNode({ type: 'welcome', term });
  }

  function takeAnswer({ answer }: ToCoordinator & { readonly type: 'answer' }, link: Link): void {
    const order = answer.orderId;
    const settle = (): void => {
      if (answer.kind === 'refused') link.toNode({ type: 'settled', order, reverted: true });
    };
    const actor = actors.get(runOf(order));
    if (actor === undefined) settle();
    else post(actor, { type: 'answer', answer }, settle);
  }

  function takeEnd(end: InjectionEnd, link: Link): void {
    const { orderId: order, reverted } = end;
    noteUndo(link.node, end);
    const settle = (): void => link.toNode({ type: 'settled', order, reverted });
    const actor = actors.get(runOf(order));
    if (actor !== undefined) {
      post(actor, { type: 'end', end }, settle);
      return;
    }
    takeLateEnd(end);
    settle();
  }

  function noteUndo(node: NodeId, { orderId, reverted }: InjectionEnd): void {
    const member = members.get(node);
    if (member === undefined) return;
    const others = [...member.unreverted].filter((order) => order !== orderId);
    member.unreverted = new Set(reverted ? others : [...others, orderId]);
    noteNode(node);
  }

  function takeLateEnd(end: InjectionEnd): void {
    const run = runOf(end.orderId);
    const body = lateConfirmation(store.eventsOf(run), end);
    if (body === null) return;
    const events = [store.number(run, timeline.now(), body)];
    referee.decided(events, null);
    const held = ledger.get(end.orderId);
    const reservations = held === undefined || held.releasedAt !== null ? [] : [release(held, timeline.now())];
    commit({ run: null, events, reservations, phase: null });
    put(reservations);
  }

  function lose(node: NodeId): void {
    noteNode(node);
    postAll({ type: 'node', node, connected: false, known: null });
  }

  function keepTime(): void {
    if (isStopped) return;
    for (const [node, member] of members) {
      if (!isConnected(node) || timeline.now() - member.heardAt < SILENCE_MS) continue;
      member.silent = true;
      lose(node);
    }
    renew();
    const expired = ledger.expired(timeline.now());
    if (expired.length > 0) write({ run: null, events: [], reservations: expired, phase: null }, () => put(expired));
    for (const actor of actors.values()) sample(actor);
    timeline.after(BEAT_MS, keepTime);
  }

  function renew(): void {
    const nodes = new Set([...actors.values()].flatMap(({ state }) => openOrders(state).map(({ node }) => node)));
    for (const node of nodes) {
      const member = members.get(node);
      if (member !== undefined) member.link?.toNode({ type: 'renew', beat: member.beat, term });
    }
  }

  function sample(actor: Actor): void {
    const value = world.measure(actor.context.run);
    const at = timeline.now();
    post(actor, { type: 'sample', sample: { monitor: 'ok', at, value, why: value === null ? 'it failed' : null } });
  }

  function open(context: RunContext, state: RunState, first: RunInput): void {
    const actor: Actor = { context, state, queue: [], isBusy: false, isDue: false, napUntil: -1 };
    actors.set(context.run, actor);
    post(actor, first);
  }

  for (const [node, labels] of store.known()) {
    ledger.setNode({ id: node, labels, connected: false });
    referee.told(node, labels, false);
  }
  put(parts.restore(store.reservations()));
  for (const left of store.openRuns()) {
    const now = { mono: timeline.now(), wall: timeline.now(), room: ledger.room(timeline.now()) };
    const context = { ...left.context, term };
    open(context, parts.resume(context, store.eventsOf(context.run), left.phase, now), { type: 'tick' });
  }
  keepTime();

  return {
    take,
    drop: (link) => {
      const member = members.get(link.node);
      if (isStopped || member?.link !== link) return;
      const wasConnected = isConnected(link.node);
      member.link = null;
      if (wasConnected) lose(link.node);
    },
    start: (context) => {
      const connected = [...members.keys()].filter((node) => isConnected(node));
      const own = { ...context, term };
      store.addRun(own);
      open(own, prepareRun(own, connected), { type: 'start', by: 'ann', policyDigest: 'p', approvedBy: [] });
    },
    tell: (run, input) => {
      const actor = actors.get(run);
      if (actor !== undefined) post(actor, input);
    },
    setRules: (rules) => ledger.setRules(rules),
    stop: () => {
      isStopped = true;
      for (const what of writes) {
        // Whether one that was under way has got through, nobody knows.
        if (stream.fraction() < 0.5) commit(what);
        else referee.undone(what.events);
      }
    },
  };
}

const NO_ROOM = { take: () => null, isFree: () => false };
