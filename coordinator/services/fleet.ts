// The fleet registry: which nodes there are, which of them answer, and the way to speak to each.

import type { Clock } from '../../shared/clock.ts';
import type { NodeId, OrderId } from '../../shared/domain/ids.ts';
import type { ProcessSelector } from '../../shared/domain/experiment.ts';
import type { NodeHealth, NodeMetrics } from '../../shared/domain/node.ts';
import { RouletteError } from '../../shared/errors.ts';
import type { CoordinatorMessage } from '../../shared/rpc/generated/roulette/v1/CoordinatorMessage.ts';
import type { Introduction } from '../../shared/rpc/node-wire.ts';
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
  readonly connected: (node: NodeId, activeOrders: readonly OrderId[]) => void;
  readonly lost: (node: NodeId) => void;
}

/** A node as the registry has it. */
export interface FleetNode extends Introduction {
  readonly metrics: NodeMetrics | null;
  readonly health: NodeHealth;
  readonly lastSeenAt: number;
}

interface Member {
  introduction: Introduction;
  metrics: NodeMetrics | null;
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
  #surveyCount = 0;
  #listener: FleetListener | null = null;

  constructor(deps: { readonly clock: Clock; readonly silenceMs: number }) {
    this.#clock = deps.clock;
    this.#silenceMs = deps.silenceMs;
  }

  /** The one listener: the runs. */
  listen(listener: FleetListener): void {
    this.#listener = listener;
  }

  /**
   * Takes a node in, or brings its facts up to date when the link already holds it. Throws NODE_NAME_TAKEN
   * when another link that is still heard of holds the name.
   */
  admit(introduction: Introduction, link: AgentLink): void {
    const { id } = introduction;
    const known = this.#members.get(id);
    if (known?.link === link) {
      known.introduction = introduction;
      return;
    }
    if (known !== undefined && isConnected(known)) {
      const { agentPid } = known.introduction.facts;
      throw new RouletteError('NODE_NAME_TAKEN', `another agent is connected as ${id} (pid ${agentPid})`);
    }
    known?.link?.close();
    const [heardAt, lastSeenAt] = [this.#clock.monotonic(), this.#clock.now()];
    this.#members.set(id, { introduction, metrics: null, link, heardAt, lastSeenAt, silent: false });
    this.#listener?.connected(id, introduction.activeOrders);
  }

  /** Every message counts as a sign of life. */
  heard(node: NodeId, metrics: NodeMetrics | null): void {
    const member = this.#members.get(node);
    if (member === undefined) return;
    member.heardAt = this.#clock.monotonic();
    member.lastSeenAt = this.#clock.now();
    if (metrics !== null) member.metrics = metrics;
    if (!member.silent) return;
    member.silent = false;
    this.#listener?.connected(node, member.introduction.activeOrders);
  }

  /** The link has ended. One that was replaced before changes nothing. */
  drop(node: NodeId, link: AgentLink): void {
    const member = this.#members.get(node);
    if (member?.link !== link) return;
    const wasConnected = isConnected(member);
    member.link = null;
    if (wasConnected) this.#listener?.lost(node);
  }

  /** Marks nodes as lost that were silent for too long. Called on a beat. */
  sweep(): void {
    for (const [node, member] of this.#members) {
      if (!isConnected(member) || this.#clock.monotonic() - member.heardAt < this.#silenceMs) continue;
      member.silent = true;
      this.#listener?.lost(node);
    }
  }

  /** False when the node has no link. */
  send(node: NodeId, message: CoordinatorMessage): boolean {
    const link = this.#members.get(node)?.link ?? null;
    link?.send(message);
    return link !== null;
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
