// The one ledger of a coordinator, over all its runs: asked before an order leaves, put in as part of the write that
// records the order, loaded again at the next start. It also keeps the fleet: a node that was seen once counts as
// impaired whenever it is not connected, until somebody says that it is gone for good.

import type { Logger } from 'pino';
import { canonicalJson } from '../../shared/canonical.ts';
import type { Clock } from '../../shared/clock.ts';
import type { NodeId, OrderId, RunId } from '../../shared/domain/ids.ts';
import { runOf } from '../../shared/domain/ids.ts';
import type { KnownNode } from '../../shared/domain/node.ts';
import type { RadiusRule } from '../../shared/domain/policy.ts';
import type { Reservation } from '../../shared/domain/reservation.ts';
import type { RunEventBody } from '../../shared/domain/run.ts';
import type { Introduction } from '../../shared/rpc/node-wire.ts';
import { RouletteError } from '../../shared/errors.ts';
import { bookingsOf } from '../core/blast-radius/bookings.ts';
import { createLedger, release, type Room } from '../core/blast-radius/ledger.ts';
import { readGauges, type GaugeReading } from '../core/blast-radius/readings.ts';
import type { Membership } from '../core/blast-radius/membership.ts';
import type { RunContext } from '../core/run-state.ts';
import type { Batch, Store } from '../store/port.ts';
import type { Fleet } from './fleet.ts';

interface BlastRadiusDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fleet: Fleet;
  readonly leaseMs: number;
  readonly graceMs: number;
}

export interface ForgetRequest {
  readonly node: NodeId;
  readonly requestedBy: string;
  readonly reason: string;
}

export class BlastRadius {
  readonly #deps: BlastRadiusDeps;
  readonly #ledger = createLedger([]);
  /** Wall clock less monotonic clock, at the start: clocks that are put back or forward move no reservation. */
  readonly #epoch: number;
  readonly #known = new Map<NodeId, KnownNode>();
  /** Known nodes that wait to be written. */
  readonly #unwritten = new Map<NodeId, KnownNode>();

  constructor(deps: BlastRadiusDeps) {
    this.#deps = deps;
    this.#epoch = deps.clock.now() - deps.clock.monotonic();
    deps.fleet.listen({
      connected: (node, hello) => this.#noteConnected(node, hello),
      lost: (node) => this.#noteLost(node),
      changed: (node, introduction) => this.#noteConnected(node, introduction),
    });
  }

  /** What an earlier coordinator left. Its nodes are away until they connect. */
  async load(): Promise<void> {
    const { store } = this.#deps;
    for (const node of await store.knownNodes()) {
      this.#known.set(node.id, node);
      this.#ledger.setNode({ id: node.id, labels: node.labels, connected: false });
    }
    this.#ledger.put(await store.reservations(0));
  }

  /** Wall clock, in milliseconds, that never jumps while this coordinator runs. */
  now(): number {
    return Math.round(this.#epoch + this.#deps.clock.monotonic());
  }

  get membership(): Membership {
    return this.#ledger.membership();
  }

  setRules(rules: readonly RadiusRule[]): void {
    this.#ledger.setRules(rules);
  }

  /** For one decision; what it took is to be put in before the next one is made. */
  room(): Room {
    return this.#ledger.room(this.now());
  }

  /**
   * What the facts of a run do to its reservations, put in at once. To be recorded in the same write as the facts, with
   * the nodes that the store does not know yet: nobody would count their reservations after a crash.
   */
  book(context: RunContext, facts: readonly RunEventBody[]): Pick<Batch, 'reservations' | 'nodes'> {
    const reservations = bookingsOf(facts, {
      held: this.#heldBy(context.run),
      slotOf: (id) => context.plan.slots.find((slot) => slot.id === id),
      now: this.now(),
      expiryMs: context.leaseMs + context.graceMs,
      recoveryMs: context.experiment.recoveryWithinMs,
    });
    this.#ledger.put(reservations);
    return { reservations, nodes: reservations.flatMap(({ node }) => this.#unwritten.get(node) ?? []) };
  }

  /** The run can be recorded no more. What it was about to order has not left; all else but failed undos expires. */
  abandon({ run, experiment }: RunContext, neverLeft: readonly OrderId[]): void {
    const [now, { leaseMs, graceMs }] = [this.now(), this.#deps];
    const until = now + Math.max(leaseMs + graceMs, experiment.recoveryWithinMs);
    this.#ledger.put(
      this.#heldBy(run).map((one): Reservation => {
        if (neverLeft.includes(one.order)) return release(one, now);
        return one.state === 'broken' ? one : { ...one, state: 'expiring', until };
      }),
    );
  }

  #heldBy(run: RunId): Reservation[] {
    return this.#ledger.open().filter(({ order }) => runOf(order) === run);
  }

  /** Releases one whose undo has succeeded after the end of its run; null when nobody holds it. */
  releaseLate(order: OrderId): Reservation | null {
    const held = this.#ledger.get(order);
    if (held === undefined || held.releasedAt !== null) return null;
    const released = release(held, this.now());
    this.#ledger.put([released]);
    return released;
  }

  get reservations(): readonly Reservation[] {
    return this.#ledger.open();
  }

  gauges(): GaugeReading[] {
    return readGauges({ membership: this.#ledger.membership(), tally: this.#ledger.tally(), now: this.now() });
  }

  /** Nodes that were seen by an earlier coordinator only. */
  unseen(): KnownNode[] {
    const seen = new Set(this.#deps.fleet.nodes().map(({ id }) => id));
    return [...this.#known.values()].filter(({ id }) => !seen.has(id));
  }

  /** Throws NODE_NOT_FOUND, NODE_CONNECTED. The orders whose reservations end with it. */
  async forget({ node, requestedBy, reason }: ForgetRequest): Promise<readonly OrderId[]> {
    const { fleet, store, clock } = this.#deps;
    if (!this.#known.has(node)) throw new RouletteError('NODE_NOT_FOUND', `there is no node ${node}`);
    fleet.forget(node);
    const freed = this.#ledger.open().filter((one) => one.node === node);
    const released = freed.map((one) => release(one, this.now()));
    const orders = freed.map(({ order }) => order);
    const detail = canonicalJson({ node, reason, orders });
    const audit = [{ at: clock.now(), actor: requestedBy, action: 'node.forgotten', run: '', detail }];
    await store.append({ forgottenNode: node, reservations: released, audit });
    this.#known.delete(node);
    this.#unwritten.delete(node);
    this.#ledger.forgetNode(node);
    this.#ledger.put(released);
    return orders;
  }

  /** On a beat: releases what is over by the passing of time, and writes down who was seen. */
  async sweep(): Promise<void> {
    const { store, clock, log } = this.#deps;
    const expired = this.#ledger.expired(this.now());
    const nodes = [...this.#unwritten.values()];
    this.#ledger.prune(this.now());
    if (expired.length === 0 && nodes.length === 0) return;
    const detail = canonicalJson({ orders: expired.map(({ order }) => order) });
    const entry = { at: clock.now(), actor: 'coordinator', action: 'reservation.expired', run: '', detail };
    try {
      await store.append({ reservations: expired, nodes, audit: expired.length === 0 ? [] : [entry] });
    } catch (error) {
      // They stay reserved and unwritten, and the next beat tries again.
      log.error({ expired: expired.length, err: error }, 'the ledger cannot be written');
      return;
    }
    this.#ledger.put(expired);
    for (const node of nodes) if (this.#unwritten.get(node.id) === node) this.#unwritten.delete(node.id);
  }

  #noteConnected(id: NodeId, hello: Introduction | null): void {
    const known = this.#known.get(id);
    const { labels, environment } = hello ?? known ?? { labels: {}, environment: '' };
    this.#note({ id, environment, labels, lastSeenAt: this.#deps.clock.now() });
    // One whose undo fails may have been given up by its run, and no reservation tells of it any more.
    this.#ledger.setNode({ id, labels, connected: this.#deps.fleet.failingUndos(id) === 0 });
  }

  #noteLost(id: NodeId): void {
    const known = this.#known.get(id);
    if (known === undefined) return;
    this.#note({ ...known, lastSeenAt: this.#deps.clock.now() });
    this.#ledger.setNode({ id, labels: known.labels, connected: false });
  }

  #note(node: KnownNode): void {
    this.#known.set(node.id, node);
    this.#unwritten.set(node.id, node);
  }
}
