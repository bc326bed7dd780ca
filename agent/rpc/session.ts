// The agent's conversation with its coordinator: connects, introduces the node, takes orders, and connects
// again with back-off when the stream ends. Losing the stream ends no injection: deadline and lease do. To end is
// always done, whoever asks; to inject and to renew only for the coordinator of the highest term.

import type * as grpc from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { repeatEvery, sleep, type Clock } from '../../shared/clock.ts';
import { parseOrderId, type NodeId, type OrderId } from '../../shared/domain/ids.ts';
import type { NodeMetrics } from '../../shared/domain/node.ts';
import type { SurveyRequest } from '../../shared/domain/order.ts';
import { messageOf } from '../../shared/errors.ts';
import type { AgentMessage } from '../../shared/rpc/generated/roulette/v1/AgentMessage.ts';
import type { AgentServiceClient } from '../../shared/rpc/generated/roulette/v1/AgentService.ts';
import type { CoordinatorMessage__Output } from '../../shared/rpc/generated/roulette/v1/CoordinatorMessage.ts';
import type { Inject__Output } from '../../shared/rpc/generated/roulette/v1/Inject.ts';
import type { Renew__Output } from '../../shared/rpc/generated/roulette/v1/Renew.ts';
import type { Survey__Output } from '../../shared/rpc/generated/roulette/v1/Survey.ts';
import { orNull } from '../../shared/rpc/absent.ts';
import { loadAgentWire } from '../../shared/rpc/load.ts';
import { toWireHello, type Introduction } from '../../shared/rpc/node-wire.ts';
import { fromWireOrder, toWireHalted } from '../../shared/rpc/order-wire.ts';
import { fromWireSelector, toWireSurvey, type Survey } from '../../shared/rpc/process-wire.ts';
import { CLIENT_OPTIONS, clientCredentials } from '../../shared/rpc/transport.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Beats } from '../core/beats.ts';
import type { Injections } from '../effects/injections.ts';
import type { TermFile } from '../effects/term-file.ts';
import type { Outbox } from './outbox.ts';
import type { Reach } from './reach.ts';

export interface SessionDeps {
  readonly node: NodeId;
  /** `host:port` */
  readonly coordinator: string;
  readonly client: AgentServiceClient;
  /** The node as it is now. A new object means that something has changed and is to be said again. */
  readonly introduce: () => NodeItself;
  readonly injections: Injections;
  readonly term: TermFile;
  readonly beats: Beats;
  readonly survey: (request: SurveyRequest) => Promise<Survey>;
  readonly metrics: () => NodeMetrics;
  readonly outbox: Outbox;
  readonly reach: Reach;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The part of an introduction that does not change from beat to beat. */
export type NodeItself = Omit<Introduction, 'activeOrders' | 'knownOrders' | 'unreverted' | 'beat'>;

/** Reads the wire's definitions, which takes its time and awaits nothing; connects only when it is used. */
export function createClient(coordinator: string): AgentServiceClient {
  const { AgentService } = loadAgentWire().types.roulette.v1;
  return new AgentService(coordinator, clientCredentials(), CLIENT_OPTIONS);
}

/** Keeps a session up until `signal` aborts. */
export async function keepSession(deps: SessionDeps, signal: AbortSignal): Promise<void> {
  const { client } = deps;
  let failures = 0;
  while (!signal.aborted) {
    const welcomed = await holdSession(deps, client.session(), signal);
    failures = welcomed ? 0 : failures + 1;
    await sleep(deps.clock, backoffMs(deps.node, failures), signal);
  }
  client.close();
}

type Stream = grpc.ClientDuplexStream<AgentMessage, CoordinatorMessage__Output>;

/** One stream from hello to end. Resolves with whether the coordinator had welcomed the node. */
async function holdSession(deps: SessionDeps, stream: Stream, signal: AbortSignal): Promise<boolean> {
  const { log, outbox, reach, coordinator } = deps;
  let welcomed = false;
  const beats: (() => void)[] = [];
  const send = (message: AgentMessage): void => void stream.write(message);
  const hangUp = (): void => {
    stream.end();
  };
  signal.addEventListener('abort', hangUp, { once: true });

  let introduction = deps.introduce();
  sendHello(deps, introduction, send);
  await new Promise<void>((resolve) => {
    stream.on('data', (message: CoordinatorMessage__Output) => {
      if (!message.welcome) {
        receive(deps, message, send);
        return;
      }
      const { term, heartbeatMs } = message.welcome;
      welcomed = true;
      takeTerm(deps, term);
      log.info({ coordinator, term }, 'connected');
      for (const said of outbox.unsettled()) send(said);
      outbox.connect(send);
      reach.connect(send);
      const stopBeat = repeatEvery(deps.clock, heartbeatMs, () => {
        const current = deps.introduce();
        if (current === introduction) send({ heartbeat: { metrics: deps.metrics(), beat: nextBeat(deps) } });
        else sendHello(deps, current, send);
        introduction = current;
      });
      beats.push(stopBeat);
    });
    stream.on('end', resolve);
    stream.on('error', (error) => {
      log.warn({ coordinator, why: messageOf(error) }, welcomed ? 'connection lost' : 'cannot connect');
      resolve();
    });
  });
  for (const stopBeat of beats) stopBeat();
  outbox.connect(null);
  reach.connect(null);
  signal.removeEventListener('abort', hangUp);
  return welcomed;
}

function sendHello(deps: SessionDeps, introduction: NodeItself, send: Send): void {
  const { injections, outbox } = deps;
  const activeOrders = injections.active();
  const knownOrders = [...new Set([...injections.taken(), ...outbox.orders()])];
  const unreverted = injections.unreverted();
  const beat = nextBeat(deps);
  send({ hello: toWireHello({ ...introduction, activeOrders, knownOrders, unreverted, beat }) });
}

function nextBeat({ beats, clock }: SessionDeps): number {
  return beats.next(clock.monotonic());
}

/** A coordinator of an earlier term may look on, and halt. */
function takeTerm({ term: known, log }: SessionDeps, term: number): void {
  if (term < known.highest()) {
    log.error({ term, highest: known.highest() }, 'the coordinator is of an earlier term: its orders are refused');
    return;
  }
  try {
    known.raise(term);
  } catch (error) {
    log.error({ err: error }, 'the term cannot be noted: orders are refused');
  }
}

type Send = (message: AgentMessage) => void;

function receive(deps: SessionDeps, message: CoordinatorMessage__Output, send: Send): void {
  const { inject, revert, renew, settled, survey, halt, pong } = message;
  if (halt) void haltAll(deps, halt.haltId, send);
  else if (inject) void takeOrder(deps, inject);
  else if (revert) void takeRevert(deps, parseOrderId(revert.orderId));
  else if (renew) takeRenewal(deps, renew);
  else if (settled) deps.outbox.settled(parseOrderId(settled.orderId), settled.reverted);
  else if (survey) void answerSurvey(deps, survey, send);
  else if (pong) deps.reach.answered(pong.nonce);
  else deps.log.warn('a message of an unknown kind was ignored');
}

async function haltAll({ injections, outbox, clock }: SessionDeps, haltId: string, send: Send): Promise<void> {
  const ends = await outbox.collect(() => injections.endAll('halted'));
  send(toWireHalted({ haltId, at: clock.now(), ends, unreverted: injections.unreverted() }));
}

async function takeOrder({ injections, outbox, beats, clock }: SessionDeps, wire: Inject__Output): Promise<void> {
  const orderId = parseOrderId(wire.orderId);
  // Taken before, perhaps by an agent that has crashed since.
  if (outbox.repeat(orderId)) return;
  const order = fromWireOrder(wire);
  if (typeof order !== 'string') {
    outbox.answered(await injections.inject({ order, beatAt: beats.sentAt(wire.beat) }));
    return;
  }
  outbox.answered({ kind: 'refused', orderId, at: clock.now(), code: 'ORDER_INVALID', message: order, skipped: [] });
}

async function takeRevert({ injections, outbox }: SessionDeps, orderId: OrderId): Promise<void> {
  // Over already: what there is to say of it was said, and did perhaps not arrive.
  if (!injections.taken().includes(orderId) && outbox.repeat(orderId)) return;
  const answer = await injections.revert(orderId, 'halted');
  if (answer !== null) outbox.answered(answer);
}

/** Counted from the beat that it names: a renewal that was held up on the way prolongs nothing by that. */
function takeRenewal({ injections, beats, term }: SessionDeps, renew: Renew__Output): void {
  const sentAt = beats.sentAt(renew.beat);
  if (sentAt !== null && renew.term >= term.highest()) injections.renew(sentAt + renew.leaseMs);
}

async function answerSurvey(deps: SessionDeps, wire: Survey__Output, send: Send): Promise<void> {
  const { surveyId, processes, drawKey } = wire;
  try {
    const selector = processes === null ? {} : fromWireSelector(processes);
    const result = await deps.survey({ processes: selector, drawKey: orNull(drawKey) });
    send({ surveyReply: { surveyId, result: toWireSurvey(result), error: '' } });
  } catch (error) {
    send({ surveyReply: { surveyId, error: messageOf(error) } });
  }
}
