// The agent's conversation with its coordinator: connects, introduces the node, takes orders, and connects
// again with back-off when the stream ends. Losing the stream ends no injection: deadline and lease do.

import type * as grpc from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { repeatEvery, sleep, type Clock } from '../../shared/clock.ts';
import { parseOrderId, type NodeId } from '../../shared/domain/ids.ts';
import type { NodeMetrics } from '../../shared/domain/node.ts';
import type { SurveyRequest } from '../../shared/domain/order.ts';
import { messageOf } from '../../shared/errors.ts';
import type { AgentMessage } from '../../shared/rpc/generated/roulette/v1/AgentMessage.ts';
import type { CoordinatorMessage__Output } from '../../shared/rpc/generated/roulette/v1/CoordinatorMessage.ts';
import type { Inject__Output } from '../../shared/rpc/generated/roulette/v1/Inject.ts';
import type { Survey__Output } from '../../shared/rpc/generated/roulette/v1/Survey.ts';
import { orNull } from '../../shared/rpc/absent.ts';
import { loadAgentWire } from '../../shared/rpc/load.ts';
import { toWireHello, type Introduction } from '../../shared/rpc/node-wire.ts';
import { fromWireOrder } from '../../shared/rpc/order-wire.ts';
import { fromWireSelector, toWireSurvey, type Survey } from '../../shared/rpc/process-wire.ts';
import { CLIENT_OPTIONS, clientCredentials } from '../../shared/rpc/transport.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Injections } from '../effects/injections.ts';
import type { Outbox } from './outbox.ts';

export interface SessionDeps {
  readonly node: NodeId;
  /** `host:port` */
  readonly coordinator: string;
  /** The node as it is now. A new object means that something has changed and is to be said again. */
  readonly introduce: () => Omit<Introduction, 'activeOrders'>;
  readonly injections: Injections;
  readonly survey: (request: SurveyRequest) => Promise<Survey>;
  readonly metrics: () => NodeMetrics;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps a session up until `signal` aborts. */
export async function keepSession(deps: SessionDeps, signal: AbortSignal): Promise<void> {
  const { AgentService } = loadAgentWire().types.roulette.v1;
  const client = new AgentService(deps.coordinator, clientCredentials(), CLIENT_OPTIONS);
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
  const { log, outbox, coordinator } = deps;
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
      welcomed = true;
      log.info({ coordinator, term: message.welcome.term }, 'connected');
      for (const said of outbox.unsettled()) send(said);
      outbox.connect(send);
      const stopBeat = repeatEvery(deps.clock, message.welcome.heartbeatMs, () => {
        const current = deps.introduce();
        if (current !== introduction) sendHello(deps, current, send);
        introduction = current;
        send({ heartbeat: { metrics: deps.metrics() } });
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
  signal.removeEventListener('abort', hangUp);
  return welcomed;
}

function sendHello(deps: SessionDeps, introduction: Omit<Introduction, 'activeOrders'>, send: Send): void {
  const activeOrders = deps.injections.active().map(({ orderId }) => orderId);
  send({ hello: toWireHello({ ...introduction, activeOrders }) });
}

type Send = (message: AgentMessage) => void;

function receive(deps: SessionDeps, message: CoordinatorMessage__Output, send: Send): void {
  const { inject, revert, renew, settled, survey } = message;
  if (inject) void takeOrder(deps, inject);
  else if (revert) void deps.injections.revert(parseOrderId(revert.orderId), 'halted');
  else if (renew) deps.injections.renew(renew.leaseMs);
  else if (settled) deps.outbox.settled(parseOrderId(settled.orderId));
  else if (survey) void answerSurvey(deps, survey, send);
  else deps.log.warn('a message of an unknown kind was ignored');
}

async function takeOrder(deps: SessionDeps, wire: Inject__Output): Promise<void> {
  const order = fromWireOrder(wire);
  if (typeof order !== 'string') {
    deps.outbox.answered(await deps.injections.inject(order));
    return;
  }
  const orderId = parseOrderId(wire.orderId);
  const at = deps.clock.now();
  deps.outbox.answered({ kind: 'refused', orderId, at, code: 'ORDER_INVALID', message: order, skipped: [] });
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
