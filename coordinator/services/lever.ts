// The lever: halts the whole fleet and keeps runs from starting until somebody releases it. A halt waits for
// nothing: the nodes are told before any run is, and even when it cannot be written down.

import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { canonicalJson } from '../../shared/canonical.ts';
import type { AuditEntry } from '../../shared/audit.ts';
import { repeatEvery, type Clock } from '../../shared/clock.ts';
import type { NodeId, OrderId } from '../../shared/domain/ids.ts';
import type { NodeHalted } from '../../shared/domain/order.ts';
import type { HaltOutcome, Lever as Engaged } from '../../shared/domain/run.ts';
import { messageOf, RouletteError } from '../../shared/errors.ts';
import type { Store } from '../store/port.ts';
import type { Fleet } from './fleet.ts';
import type { Runs } from './runs.ts';

export interface LeverRequest {
  readonly requestedBy: string;
  readonly reason: string;
  readonly ref: string | null;
}

/** One row of the proof that the whole fleet is halted. */
export interface FleetHaltRow {
  readonly node: NodeId;
  readonly state: HaltOutcome;
  readonly at: number;
  readonly why: string | null;
  /** What was active there. */
  readonly orders: readonly OrderId[];
}

export interface FleetHalt {
  /** One for each node that is connected or may have something active, by name. */
  readonly rows: readonly FleetHaltRow[];
  /** Why the halt, which was done, could not be written down; null when it was. */
  readonly unrecorded: string | null;
}

interface LeverDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fleet: Fleet;
  readonly runs: Pick<Runs, 'haltAll' | 'openOrders' | 'hold' | 'takeHeld'>;
  /** After lease and grace a node that has said nothing has nothing active any more. */
  readonly leaseMs: number;
  readonly graceMs: number;
}

/** How long what nodes have ended may wait for others, to be recorded together. */
const FLUSH_EVERY_MS = 250;
const FLUSH_AFTER_MS = 30;

export class Lever {
  readonly #deps: LeverDeps;
  #engaged: Engaged | null;

  /** `engaged`: as the store has it. */
  constructor(engaged: Engaged | null, deps: LeverDeps) {
    this.#engaged = engaged;
    this.#deps = deps;
  }

  get engaged(): Engaged | null {
    return this.#engaged;
  }

  /** Resolves with the proof when every connected node has answered, or can no longer. */
  async pull(request: LeverRequest): Promise<FleetHalt> {
    const { clock, fleet, runs, leaseMs, graceMs } = this.#deps;
    const { requestedBy: engagedBy, reason, ref } = request;
    const engaged = { engagedAt: clock.now(), engagedBy, reason, ref };
    this.#engaged = engaged;
    const recorded = record(this.#deps, engaged, entryOf('lever.engaged', request, { at: engaged.engagedAt }));
    const answers = fleet.haltAll(randomBytes(6).toString('hex'), leaseMs + graceMs);
    const away = fleet.nodes().filter(({ id }) => !answers.has(id));
    const expiries = away.flatMap(({ id, lastSeenAt }) => {
      const orders = runs.openOrders(id);
      const row = { node: id, state: 'expires' as const, at: lastSeenAt + leaseMs, why: 'it is not connected', orders };
      return orders.length === 0 ? [] : [row];
    });
    const halted = runs.haltAll(request);
    const confirmed = await this.#confirm(answers, engaged.engagedAt + leaseMs);
    await halted;
    const rows = [...confirmed, ...expiries].toSorted((a, b) => (a.node < b.node ? -1 : 1));
    const unrecorded = await recorded;
    const proof = {
      at: clock.now(),
      nodes: rows.length,
      unconfirmed: rows.filter(({ state }) => state !== 'reverted'),
    };
    const noted = unrecorded ?? (await record(this.#deps, undefined, entryOf('lever.proved', request, proof)));
    return { rows, unrecorded: noted };
  }

  /**
   * The row of each node, once all have answered. What they have ended is recorded in a few large writes, of which
   * the proof does not wait for the last: until it is written the nodes keep their words and would say them again.
   */
  async #confirm(
    answers: ReadonlyMap<NodeId, Promise<NodeHalted | null>>,
    expiresAt: number,
  ): Promise<readonly FleetHaltRow[]> {
    const { clock, runs } = this.#deps;
    const stopFlushing = repeatEvery(clock, FLUSH_EVERY_MS, () => runs.takeHeld());
    const rows = await Promise.all(
      [...answers].map(async ([node, answer]) => {
        const halted = await answer;
        for (const end of halted?.ends ?? []) runs.hold(node, end);
        return rowOf(node, halted, expiresAt);
      }),
    );
    stopFlushing();
    // So much later that the proof is on its way first.
    clock.after(FLUSH_AFTER_MS, () => runs.takeHeld());
    return rows;
  }

  /** Throws LEVER_NOT_ENGAGED, or STORE_UNWRITABLE and then stays engaged. */
  async release(request: LeverRequest): Promise<Engaged> {
    const { store, clock } = this.#deps;
    const engaged = this.#engaged;
    if (engaged === null) throw new RouletteError('LEVER_NOT_ENGAGED', 'nobody has halted the fleet');
    await store.append({ lever: null, audit: [entryOf('lever.released', request, { at: clock.now() })] });
    this.#engaged = null;
    return engaged;
  }
}

/** Null, or why it could not be written. */
async function record(
  { store, log }: LeverDeps,
  lever: Engaged | undefined,
  entry: AuditEntry,
): Promise<string | null> {
  try {
    await store.append({ ...(lever === undefined ? {} : { lever }), audit: [entry] });
    return null;
  } catch (error) {
    // To stop is always right, and safe to do twice; the caller is told that it is not on record.
    log.error({ action: entry.action, err: error }, 'the halt cannot be recorded');
    return messageOf(error);
  }
}

function entryOf(
  action: string,
  { requestedBy: actor, reason, ref }: LeverRequest,
  { at, ...more }: { readonly at: number; readonly [key: string]: unknown },
): AuditEntry {
  return { at, actor, action, run: '', detail: canonicalJson({ reason, ref, ...more }) };
}

function rowOf(node: NodeId, answer: NodeHalted | null, expiresAt: number): FleetHaltRow {
  if (answer === null) return { node, state: 'expires', at: expiresAt, why: 'it did not answer', orders: [] };
  const { at, ends, unreverted } = answer;
  const orders = ends.map(({ orderId }) => orderId);
  if (unreverted.length === 0) return { node, state: 'reverted', at, why: null, orders };
  const why = unreverted.flatMap(({ orderId, errors }) => errors.map((error) => `${orderId}: ${error}`)).join('; ');
  return { node, state: 'failed', at, why, orders };
}
