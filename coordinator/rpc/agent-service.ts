// The agents' side of the wire: one stream per agent, its messages handed to fleet and runs.

import type * as grpc from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { NodeId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, NodeHalted } from '../../shared/domain/order.ts';
import { RouletteError, messageOf } from '../../shared/errors.ts';
import { toStatus } from '../../shared/rpc/failure.ts';
import type { AgentMessage__Output } from '../../shared/rpc/generated/roulette/v1/AgentMessage.ts';
import type { AgentServiceHandlers } from '../../shared/rpc/generated/roulette/v1/AgentService.ts';
import type { Heartbeat__Output } from '../../shared/rpc/generated/roulette/v1/Heartbeat.ts';
import type { Hello__Output } from '../../shared/rpc/generated/roulette/v1/Hello.ts';
import type { Refused__Output } from '../../shared/rpc/generated/roulette/v1/Refused.ts';
import type { CoordinatorMessage } from '../../shared/rpc/generated/roulette/v1/CoordinatorMessage.ts';
import { fromWireHello, fromWireMetrics } from '../../shared/rpc/node-wire.ts';
import { fromWireEnd, fromWireHalted, fromWireRefused, fromWireStarted } from '../../shared/rpc/order-wire.ts';
import { fromWireSurvey } from '../../shared/rpc/process-wire.ts';
import type { AgentLink, Fleet, Heartbeat } from '../services/fleet.ts';
import type { Runs } from '../services/runs.ts';

interface AgentServiceDeps {
  readonly fleet: Fleet;
  readonly runs: Runs;
  readonly term: number;
  readonly beatMs: number;
  readonly log: Logger;
}

type SessionStream = grpc.ServerDuplexStream<AgentMessage__Output, CoordinatorMessage>;

export function createAgentService(deps: AgentServiceDeps): AgentServiceHandlers {
  return { Session: (stream) => serveSession(deps, stream) };
}

function serveSession(deps: AgentServiceDeps, stream: SessionStream): void {
  const { fleet, log } = deps;
  let node: NodeId | null = null;
  const link: AgentLink = { send: (message) => void stream.write(message), close: () => stream.end() };

  function left(why: string): void {
    if (node === null) return;
    fleet.drop(node, link);
    log.info({ node, why }, 'agent disconnected');
    node = null;
  }

  stream.on('data', (message: AgentMessage__Output) => {
    try {
      if (message.hello) node = admit(deps, { link, isFirst: node === null }, message.hello);
      else if (node === null) throw new RouletteError('ORDER_INVALID', 'the first message must be a hello');
      else {
        // Before anything else is done: the agent gives up a fault whose answer comes late.
        if (message.ping) link.send({ pong: { nonce: message.ping.nonce } });
        receive(deps, node, message);
      }
    } catch (error) {
      log.warn({ node, err: error }, 'agent session refused');
      stream.emit('error', toStatus(error));
    }
  });
  stream.on('end', () => {
    left('the agent ended the stream');
    stream.end();
  });
  stream.on('cancelled', () => left('the stream broke'));
  stream.on('error', (error) => left(messageOf(error)));
}

function admit(deps: AgentServiceDeps, session: { link: AgentLink; isFirst: boolean }, hello: Hello__Output): NodeId {
  const { link, isFirst } = session;
  const introduction = fromWireHello(hello);
  if (typeof introduction === 'string') throw new RouletteError('ORDER_INVALID', introduction);
  deps.fleet.admit(introduction, link);
  if (isFirst) link.send({ welcome: { term: deps.term, heartbeatMs: deps.beatMs } });
  if (isFirst) deps.log.info({ node: introduction.id, active: introduction.activeOrders.length }, 'agent connected');
  return introduction.id;
}

function receive(deps: AgentServiceDeps, node: NodeId, message: AgentMessage__Output): void {
  const { fleet, runs } = deps;
  const { heartbeat, started, refused, ended, halted, surveyReply } = message;
  fleet.heard(node, heartbeat ? fromWireHeartbeat(heartbeat) : null);
  if (started) void runs.answer(fromWireStarted(started));
  else if (refused) void takeRefusal(deps, node, refused);
  else if (ended) takeEnd(deps, node, fromWireEnd(ended));
  else if (halted) takeHalted(deps, node, fromWireHalted(halted));
  else if (surveyReply) fleet.answerSurvey(surveyReply.surveyId, fromWireSurvey(surveyReply.result), surveyReply.error);
}

function fromWireHeartbeat({ metrics, beat }: Heartbeat__Output): Heartbeat {
  return { metrics: metrics === null ? null : fromWireMetrics(metrics), beat };
}

/** The agent may forget its last word once it is recorded; one that could not be recorded comes again. */
async function takeRefusal({ fleet, runs }: AgentServiceDeps, node: NodeId, refused: Refused__Output): Promise<void> {
  const { orderId } = refused;
  if (await runs.answer(fromWireRefused(refused))) fleet.send(node, { settled: { orderId, reverted: true } });
}

function takeEnd({ fleet, runs }: AgentServiceDeps, node: NodeId, end: InjectionEnd): void {
  fleet.noteEnd(node, end);
  void runs.takeEnd(node, end);
}

/** Who waits for the answer takes its ends too; those of an answer that comes too late are taken like any others. */
function takeHalted({ fleet, runs }: AgentServiceDeps, node: NodeId, halted: NodeHalted): void {
  if (!fleet.halted(node, halted)) for (const end of halted.ends) void runs.takeEnd(node, end);
}
