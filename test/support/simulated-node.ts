// A node with its agent, as agents are: it begins an order in time, ends it by duration, lease or revert, says so until
// that is settled, and when it crashes takes everything back before it connects again. It touches nothing.

import type { NodeId, OrderId } from '../../shared/domain/ids.ts';
import type { EndReason, InjectionEnd, InjectOrder, OrderAnswer } from '../../shared/domain/order.ts';
import type { Stream } from '../../shared/draw.ts';
import { injectionLengthMs } from '../../shared/faults/index.ts';
import { buildEnd } from './run-player.ts';
import { createLink, type Link, type LinkEnds, type ToNode } from './simulated-link.ts';
import type { Timeline } from './timeline.ts';

export const BEAT_MS = 500;

export interface SimulatedNode {
  readonly id: NodeId;
  readonly start: () => void;
  /** It cannot connect again before that time has passed. */
  readonly breakLink: (forMs: number) => void;
  readonly stallLink: (forMs: number) => void;
  /** `kept`: a keeper takes back at once what is active; without it that is done at the next start. */
  readonly crash: (downMs: number, kept: boolean) => void;
  /** The agent starts again with other labels. */
  readonly relabel: (labels: Readonly<Record<string, string>>) => void;
  /** Undos fail until then. */
  readonly failUndos: (until: number) => void;
}

export interface NodeWorld {
  readonly timeline: Timeline;
  readonly stream: Stream;
  readonly coordinator: LinkEnds['coordinator'];
  /** Told when the coordinator's side of a link is to learn that it broke. */
  readonly hungUp: (link: Link) => void;
  readonly isReachable: () => boolean;
  /** What is true on the node. `kept` is false for one that lasts because agent and keeper are gone. */
  readonly began: (node: NodeId, order: OrderId) => void;
  readonly ended: (order: OrderId) => void;
  readonly orphaned: (order: OrderId) => void;
}

interface Injection {
  readonly order: InjectOrder;
  readonly startedAt: number;
  readonly endsAt: number;
  leaseEnd: number;
  /** `gone`: taken back by the keeper, and not told yet. */
  state: 'active' | 'stuck' | 'gone';
}

export function createNode(id: NodeId, firstLabels: Readonly<Record<string, string>>, world: NodeWorld): SimulatedNode {
  const { timeline, stream } = world;
  let labels = firstLabels;
  let life = 0;
  let isUp = false;
  let link: Link | null = null;
  let isWelcome = false;
  let term = 0;
  let beat = 0;
  let beats = new Map<number, number>();
  let undosFailUntil = 0;
  let cutOffUntil = 0;
  let answers = new Map<OrderId, OrderAnswer>();
  const ends = new Map<OrderId, InjectionEnd>();
  const taken = new Map<OrderId, Injection>();
  let refused = new Set<OrderId>();

  function nextBeat(): number {
    beat += 1;
    beats.set(beat, timeline.now());
    return beat;
  }

  function ofState(state: Injection['state']): OrderId[] {
    return [...taken].filter(([, one]) => one.state === state).map(([order]) => order);
  }

  function connect(): void {
    if (!isUp || link !== null) return;
    if (!world.isReachable() || timeline.now() < cutOffUntil) {
      retry();
      return;
    }
    const fresh = createLink(id, { node: receive, coordinator: world.coordinator }, world);
    link = fresh;
    isWelcome = false;
    const active = ofState('active');
    const known = [...new Set([...active, ...answers.keys(), ...ends.keys()])];
    fresh.toCoordinator({ type: 'hello', labels, active, known, unreverted: ofState('stuck'), beat: nextBeat() });
    // One that was not taken in is given up.
    timeline.after(2500, () => {
      if (link === fresh && !isWelcome) breakLink(0);
    });
  }

  function retry(): void {
    const now = life;
    timeline.after(stream.integer(50, 800), () => {
      if (life === now) connect();
    });
  }

  function breakLink(forMs: number): void {
    cutOffUntil = Math.max(cutOffUntil, timeline.now() + forMs);
    const broken = link;
    if (broken === null || broken.isBroken()) return;
    broken.break();
    world.hungUp(broken);
    timeline.after(stream.integer(0, 600), () => {
      if (link !== broken) return;
      link = null;
      retry();
    });
  }

  function speak(): void {
    const now = life;
    if (isUp && isWelcome) link?.toCoordinator({ type: 'beat', beat: nextBeat() });
    timeline.after(BEAT_MS, () => {
      if (life === now) speak();
    });
  }

  function say(order: OrderId): void {
    if (!isWelcome) return;
    const [answer, end] = [answers.get(order), ends.get(order)];
    if (answer !== undefined) link?.toCoordinator({ type: 'answer', answer });
    if (end !== undefined) link?.toCoordinator({ type: 'end', end });
  }

  function receive(message: ToNode, from: Link): void {
    if (!isUp || from !== link) return;
    switch (message.type) {
      case 'welcome':
        isWelcome = true;
        term = Math.max(term, message.term);
        for (const order of new Set([...answers.keys(), ...ends.keys()])) say(order);
        return;
      case 'inject':
        take(message.order, message.beat);
        return;
      case 'revert':
        revert(message.order);
        return;
      case 'renew':
        renew(message);
        return;
      case 'settled':
        settle(message.order, message.reverted);
    }
  }

  function take(order: InjectOrder, named: number): void {
    if (answers.has(order.id) || ends.has(order.id) || taken.has(order.id)) {
      say(order.id);
      return;
    }
    const sentAt = beats.get(named);
    const now = timeline.now();
    const isLate = sentAt === undefined || now - sentAt > Math.min(order.notAfterMs, order.leaseMs);
    if (isLate || order.term < term || refused.has(order.id) || stream.fraction() < 0.05) {
      refuse(order.id);
      return;
    }
    const length = injectionLengthMs(order.fault, order.durationMs, order.params);
    const injection: Injection = {
      order,
      startedAt: now,
      endsAt: now + length,
      leaseEnd: sentAt + order.leaseMs,
      state: 'active',
    };
    taken.set(order.id, injection);
    world.began(id, order.id);
    answers.set(order.id, { kind: 'started', orderId: order.id, at: now, targets: [], skipped: [] });
    say(order.id);
    watch(injection);
  }

  function refuse(orderId: OrderId): void {
    const [at, code, message] = [timeline.now(), 'ORDER_LATE', 'not now'];
    answers.set(orderId, { kind: 'refused', orderId, at, code, message, skipped: [] });
    say(orderId);
  }

  function watch(injection: Injection): void {
    timeline.at(Math.min(injection.endsAt, injection.leaseEnd), () => {
      if (!isUp || injection.state !== 'active' || taken.get(injection.order.id) !== injection) return;
      if (timeline.now() >= injection.endsAt) takeBack(injection, 'completed');
      else if (timeline.now() >= injection.leaseEnd) takeBack(injection, 'lease-expired');
      else watch(injection);
    });
  }

  function takeBack(injection: Injection, reason: EndReason): void {
    const { id: order } = injection.order;
    const now = timeline.now();
    const reverted = injection.state === 'gone' || now >= undosFailUntil;
    ends.set(order, buildEnd(order, now, { reason, reverted, revertErrors: reverted ? [] : ['busy'] }));
    if (reverted) {
      if (injection.state !== 'gone') world.ended(order);
      taken.delete(order);
    } else {
      injection.state = 'stuck';
      tryAgain(injection, reason);
    }
    say(order);
  }

  function tryAgain(injection: Injection, reason: EndReason): void {
    const now = life;
    timeline.after(stream.integer(300, 1500), () => {
      if (life !== now || !isUp) return;
      if (timeline.now() < undosFailUntil) tryAgain(injection, reason);
      else takeBack(injection, reason);
    });
  }

  function revert(order: OrderId): void {
    const injection = taken.get(order);
    if (injection?.state === 'active') takeBack(injection, 'halted');
    else if (injection !== undefined || answers.has(order) || ends.has(order)) say(order);
    else {
      refused.add(order);
      refuse(order);
    }
  }

  function renew(message: ToNode & { readonly type: 'renew' }): void {
    const sentAt = beats.get(message.beat);
    if (sentAt === undefined || message.term < term) return;
    for (const one of taken.values()) one.leaseEnd = Math.max(one.leaseEnd, sentAt + one.order.leaseMs);
  }

  function settle(order: OrderId, reverted: boolean): void {
    const end = ends.get(order);
    if (end !== undefined && end.reverted !== reverted) return;
    answers.delete(order);
    ends.delete(order);
  }

  function crash(downMs: number, kept: boolean): void {
    if (!isUp) return;
    breakLink(0);
    life += 1;
    isUp = false;
    link = null;
    answers = new Map();
    for (const [order, end] of ends) if (!end.reverted) ends.delete(order);
    for (const [order, one] of taken) {
      if (kept && one.state === 'active' && timeline.now() >= undosFailUntil) {
        one.state = 'gone';
        world.ended(order);
      } else if (one.state !== 'gone') world.orphaned(order);
    }
    timeline.after(downMs, start);
  }

  function start(): void {
    if (isUp) return;
    isUp = true;
    life += 1;
    beats = new Map();
    beat = 0;
    refused = new Set();
    for (const one of taken.values()) takeBack(one, one.state === 'gone' ? 'keeper' : 'recovered');
    speak();
    connect();
  }

  return {
    id,
    start,
    breakLink,
    stallLink: (forMs) => link?.stall(timeline.now() + forMs),
    crash,
    relabel: (changed) => {
      labels = changed;
      crash(200, true);
    },
    failUndos: (until) => {
      undosFailUntil = until;
    },
  };
}
