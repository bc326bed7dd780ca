// The fleet registry: which nodes there are, which of them answer, and the way to speak to each.

import type { Clock } from '../../shared/clock.ts';
import type { NodeId, OrderId } from '../../shared/domain/ids.ts';
import type { ProcessSelector } from '../../shared/domain/experiment.ts';
import type { NodeHealth, NodeMetrics } from '../../shared/domain/node.ts';
import type { InjectionEnd, InjectOrder, NodeHalted, Unreverted } from '../../shared/domain/order.ts';
import { RouletteError } from '../../shared/errors.ts';
import type { CoordinatorMessage } from '../../shared/rpc/generated/roulette/v1/CoordinatorMessage.ts';
import type { Introduction } from '../../shared/rpc/node-wire.ts';
import { toWireOrder } from '../../shared/rpc/order-wire.ts';
import { toWireSelector, type Survey } from '../../shared/rpc/process-wire.ts';
import { present } from '../../shared/rpc/absent.ts';

/** One agent's stream. */
export interface AgentLink {
  readonly send: (message: CoordinatorMessage) => void;
  readonly close: () => void;
}

export interface SurveyQuestion {
  readonly processes: ProcessSelector;
  readonly drawKey: string | null;
}

export interface FleetListener {
  /** `hello` is null for a node that was silent for a while and has lost nothing of what was sent to it. */
  readonly connected: (node: NodeId, hello: Introduction | null) => void;
  readonly lost: (node: NodeId) => void;
  /** A connected node says other things of itself than before, or other undos fail on it. */
  readonly changed?: (node: NodeId, introduction: Introduction) => void;
}

/** A node as the registry has it. */
export interface FleetNode extends Introduction {
  readonly metrics: NodeMetrics | null;
  readonly health: NodeHealth;
  readonly lastSeenAt: number;
}

/** What a message of a node tells the registry besides that it lives. */
export interface Heartbeat {
  readonly metrics: NodeMetrics | null;
  readonly beat: number;
}

interface Member {
  introduction: Introduction;
  metrics: NodeMetrics | null;
  /** Undos that failed there. */
  readonly unreverted: Map<OrderId, Unreverted>;
  /** The newest that has come: leases and not-afters are counted from it. */
  beat: number;
  link: AgentLink | null;
  /** Monotonic. */
  heardAt: number;
  /** Wall clock. */
  lastSeenAt: number;
  silent: boolean;
}

interface PendingSurvey {
  readonly resolve: (survey: Survey) => void;
  readonly reject: (error: Error) => void;
}

export class Fleet {
  readonly #clock: Clock;
  /** After this time without a message a node counts as lost. */
  readonly #silenceMs: number;
  readonly #members = new Map<NodeId, Member>();
  readonly #surveys = new Map<string, PendingSurvey>();
  /** Who waits for the answer of a node to a halt, by halt and node. */
  readonly #halts = new Map<string, (answer: NodeHalted | null) => void>();
  #surveyCount = 0;
  readonly #listeners: FleetListener[] = [];

  constructor(deps: { readonly clock: Clock; readonly silenceMs: number }) {
    this.#clock = deps.clock;
    this.#silenceMs = deps.silenceMs;
  }

  /** Listeners are told in the order in which they came. */
  listen(listener: FleetListener): void {
    this.#listeners.push(listener);
  }

  #tellConnected(node: NodeId, hello: Introduction | null): void {
    for (const listener of this.#listeners) listener.connected(node, hello);
  }

  #tellChanged(node: NodeId): void {
    const member = this.#members.get(node);
    if (member === undefined || !isConnected(member)) return;
    for (const listener of this.#listeners) listener.changed?.(node, member.introduction);
  }

  #tellLost(node: NodeId): void {
    for (const listener of this.#listeners) listener.lost(node);
  }

  /**
   * Takes a node in, or brings its facts up to date when the link already holds it. Throws NODE_NAME_TAKEN
   * when another link that is still heard of holds the name.
   */
  admit(introduction: Introduction, link: AgentLink): void {
    const { id } = introduction;
    const known = this.#members.get(id);
    const unreverted = new Map(introduction.unreverted.map((one) => [one.orderId, one]));
    const { beat } = introduction;
    if (known?.link === link) {
      this.#members.set(id, { ...known, introduction, unreverted, beat });
      this.#tellChanged(id);
      return;
    }
    if (known !== undefined && isConnected(known)) {
      const { agentPid } = known.introduction.facts;
      throw new RouletteError('NODE_NAME_TAKEN', `another agent is connected as ${id} (pid ${agentPid})`);
    }
    known?.link?.close();
    const [heardAt, lastSeenAt] = [this.#clock.monotonic(), this.#clock.now()];
    const heard = { heardAt, lastSeenAt, silent: false };
    this.#members.set(id, { introduction, metrics: null, unreverted, beat, link, ...heard });
    this.#tellConnected(id, introduction);
  }

  /** Every message counts as a sign of life. */
  heard(node: NodeId, heartbeat: Heartbeat | null): void {
    const member = this.#members.get(node);
    if (member === undefined) return;
    member.heardAt = this.#clock.monotonic();
    member.lastSeenAt = this.#clock.now();
    if (heartbeat !== null) {
      member.metrics = heartbeat.metrics ?? member.metrics;
      member.beat = heartbeat.beat;
    }
    if (!member.silent) return;
    member.silent = false;
    this.#tellConnected(node, null);
  }

  /** The link has ended. One that was replaced before changes nothing. */
  drop(node: NodeId, link: AgentLink): void {
    const member = this.#members.get(node);
    if (member?.link !== link) return;
    const wasConnected = isConnected(member);
    member.link = null;
    for (const [key, answer] of this.#halts) if (key.endsWith(` ${node}`)) answer(null);
    if (wasConnected) this.#tellLost(node);
  }

  /** Takes out a node that is gone for good. Throws NODE_CONNECTED for one that is there. */
  forget(node: NodeId): void {
    const member = this.#members.get(node);
    if (member !== undefined && isConnected(member))
      throw new RouletteError('NODE_CONNECTED', `${node} is connected: it is not gone for good`);
    member?.link?.close();
    this.#members.delete(node);
  }

  /** Marks nodes as lost that were silent for too long. Called on a beat. */
  sweep(): void {
    for (const [node, member] of this.#members) {
      if (!isConnected(member) || this.#clock.monotonic() - member.heardAt < this.#silenceMs) continue;
      member.silent = true;
      this.#tellLost(node);
    }
  }

  /** False when the node has no link. */
  send(node: NodeId, message: CoordinatorMessage): boolean {
    const link = this.#members.get(node)?.link ?? null;
    link?.send(message);
    return link !== null;
  }

  /** Sends an order, its lease and its not-after counted from the newest beat. */
  order(node: NodeId, order: InjectOrder): void {
    const beat = this.#members.get(node)?.beat;
    if (beat !== undefined) this.send(node, { inject: toWireOrder(order, beat) });
  }

  /** Prolongs the leases of a node, counted from its newest beat: a node that went silent is granted nothing more. */
  renew(node: NodeId, { leaseMs, term }: { readonly leaseMs: number; readonly term: number }): void {
    const beat = this.#members.get(node)?.beat;
    if (beat !== undefined) this.send(node, { renew: { leaseMs, beat, term } });
  }

  /** What a node says of an end: an undo that failed is an alarm until another end says that it is clean. */
  noteEnd(node: NodeId, { orderId, reverted, endedAt, revertErrors }: InjectionEnd): void {
    const unreverted = this.#members.get(node)?.unreverted;
    const before = unreverted?.size;
    if (reverted) unreverted?.delete(orderId);
    else unreverted?.set(orderId, { orderId, since: unreverted.get(orderId)?.since ?? endedAt, errors: revertErrors });
    if (unreverted?.size !== before) this.#tellChanged(node);
  }

  /** How many undos fail on it, as far as it has said. */
  failingUndos(node: NodeId): number {
    return this.#members.get(node)?.unreverted.size ?? 0;
  }

  /**
   * Tells every connected node to end everything, before anything else is done. Each promise resolves with the
   * node's answer; with null when it goes away first or takes longer than `timeoutMs`.
   */
  haltAll(haltId: string, timeoutMs: number): ReadonlyMap<NodeId, Promise<NodeHalted | null>> {
    const connected = [...this.#members].filter(([, member]) => isConnected(member));
    for (const [, { link }] of connected) link?.send({ halt: { haltId } });
    return new Map(connected.map(([node]) => [node, this.#haltAnswer(`${haltId} ${node}`, timeoutMs)]));
  }

  #haltAnswer(key: string, timeoutMs: number): Promise<NodeHalted | null> {
    return new Promise((resolve) => {
      const answer = (halted: NodeHalted | null): void => {
        cancel();
        this.#halts.delete(key);
        resolve(halted);
      };
      const cancel = this.#clock.after(timeoutMs, () => answer(null));
      this.#halts.set(key, answer);
    });
  }

  /** A node's answer to a halt. False when nobody waits for it any more. */
  halted(node: NodeId, halted: NodeHalted): boolean {
    for (const end of halted.ends) this.noteEnd(node, end);
    const answer = this.#halts.get(`${halted.haltId} ${node}`);
    answer?.(halted);
    return answer !== undefined;
  }

  /** Asks a node which processes match. Throws NODE_AWAY when it does not answer in time. */
  async survey(node: NodeId, question: SurveyQuestion, timeoutMs: number): Promise<Survey> {
    this.#surveyCount += 1;
    const surveyId = String(this.#surveyCount);
    const { processes, drawKey } = question;
    return new Promise<Survey>((resolve, reject) => {
      const cancel = this.#clock.after(timeoutMs, () =>
        this.answerSurvey(surveyId, NOTHING, `${node} did not answer within ${timeoutMs} ms which processes match`),
      );
      const settled = (): void => {
        cancel();
        this.#surveys.delete(surveyId);
      };
      this.#surveys.set(surveyId, {
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      const survey = { surveyId, processes: toWireSelector(processes), ...present({ drawKey }) };
      if (!this.send(node, { survey })) this.answerSurvey(surveyId, NOTHING, `${node} is not connected`);
    });
  }

  /** `error` is empty for a good answer. An answer that nobody waits for any more is dropped. */
  answerSurvey(id: string, answer: Survey, error: string): void {
    const pending = this.#surveys.get(id);
    if (error === '') pending?.resolve(answer);
    else pending?.reject(new RouletteError('NODE_AWAY', error));
  }

  /** By name. */
  nodes(): FleetNode[] {
    return [...this.#members.values()]
      .map((member) => ({
        ...member.introduction,
        unreverted: [...member.unreverted.values()],
        metrics: member.metrics,
        health: isConnected(member) ? ('connected' as const) : ('lost' as const),
        lastSeenAt: member.lastSeenAt,
      }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** What plans are made from: the nodes that are connected. */
  inventory(): FleetNode[] {
    return this.nodes().filter(({ health }) => health === 'connected');
  }
}

const NOTHING: Survey = { matches: [], skipped: [] };

function isConnected(member: Member): boolean {
  return member.link !== null && !member.silent;
}
