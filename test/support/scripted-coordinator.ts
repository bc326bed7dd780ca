// The coordinator's side of the agents' wire, under a test's control: it sends what it is told, keeps leases alive
// until it is told otherwise, and keeps every word of the nodes.

import * as grpc from '@grpc/grpc-js';
import type { OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, InjectOrder } from '../../shared/domain/order.ts';
import { loadAgentWire } from '../../shared/rpc/load.ts';
import type { AgentMessage__Output } from '../../shared/rpc/generated/roulette/v1/AgentMessage.ts';
import type { AgentServiceHandlers } from '../../shared/rpc/generated/roulette/v1/AgentService.ts';
import type { CoordinatorMessage } from '../../shared/rpc/generated/roulette/v1/CoordinatorMessage.ts';
import { fromWireEnd, toWireOrder } from '../../shared/rpc/order-wire.ts';
import { SERVER_OPTIONS } from '../../shared/rpc/transport.ts';

const HEARTBEAT_MS = 100;

/** The newest word of a node on an order. */
export type Word =
  | { readonly kind: 'started' }
  | { readonly kind: 'refused'; readonly code: string }
  /** It has come back and does not know of the order: that was never done. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ended'; readonly end: InjectionEnd };

export interface ScriptedCoordinator {
  readonly address: string;
  readonly isConnected: (node: string) => boolean;
  /** Says it to the node as it is; nothing is sent when the node is away. */
  readonly say: (node: string, message: CoordinatorMessage) => void;
  /** Sends the order with the newest beat of the node. */
  readonly order: (node: string, order: InjectOrder) => void;
  readonly words: ReadonlyMap<OrderId, Word>;
  /** Every message of the nodes, the newest last. */
  readonly heard: readonly AgentMessage__Output[];
  /** With false it goes on listening, and says nothing any more by itself: no renewals, no settling, no pong. */
  readonly speak: (isSpeaking: boolean) => void;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

interface Link {
  readonly send: (message: CoordinatorMessage) => void;
  beat: number;
}

export async function startScriptedCoordinator(options: {
  leaseMs: number;
  term?: number;
  /** Where it listens: an address of this network namespace. */
  host?: string;
}): Promise<ScriptedCoordinator> {
  const { leaseMs, term = 1, host = '127.0.0.1' } = options;
  const links = new Map<string, Link>();
  const words = new Map<OrderId, Word>();
  const sent = new Map<OrderId, string>();
  const heard: AgentMessage__Output[] = [];
  let speaking = true;

  function note(orderId: string, word: Word): void {
    const known = words.get(orderId as OrderId);
    if (known?.kind !== 'ended' || word.kind === 'ended') words.set(orderId as OrderId, word);
  }

  function noteUnknown(order: OrderId): void {
    const known = words.get(order)?.kind ?? 'started';
    if (known === 'started') words.set(order, { kind: 'unknown' });
  }

  function receive(link: Link, message: AgentMessage__Output): void {
    heard.push(message);
    const { heartbeat, started, refused, ended } = message;
    if (heartbeat) link.beat = heartbeat.beat;
    if (started) note(started.orderId, { kind: 'started' });
    if (refused) note(refused.orderId, { kind: 'refused', code: refused.code });
    if (ended) note(ended.orderId, { kind: 'ended', end: fromWireEnd(ended) });
    if (speaking) answer(link, message);
  }

  function answer(link: Link, { heartbeat, refused, ended, ping }: AgentMessage__Output): void {
    if (heartbeat) link.send({ renew: { leaseMs, beat: heartbeat.beat, term } });
    if (refused) link.send({ settled: { orderId: refused.orderId, reverted: true } });
    if (ended) link.send({ settled: { orderId: ended.orderId, reverted: ended.reverted } });
    if (ping) link.send({ pong: { nonce: ping.nonce } });
  }

  const handlers: AgentServiceHandlers = {
    Session: (stream) => {
      const link: Link = { send: (message) => void stream.write(message), beat: 0 };
      let node = '';
      stream.on('data', (message: AgentMessage__Output) => {
        if (message.hello) {
          node = message.hello.node;
          link.beat = message.hello.beat;
          if (links.get(node) !== link) link.send({ welcome: { term, heartbeatMs: HEARTBEAT_MS } });
          links.set(node, link);
          for (const [order, to] of sent)
            if (to === node && !message.hello.knownOrders.includes(order)) noteUnknown(order);
        }
        receive(link, message);
      });
      const left = (): void => {
        if (links.get(node) === link) links.delete(node);
      };
      stream.on('end', () => {
        left();
        stream.end();
      });
      stream.on('cancelled', left);
      stream.on('error', left);
    },
  };
  const server = new grpc.Server(SERVER_OPTIONS);
  server.addService(loadAgentWire().types.roulette.v1.AgentService.service, handlers);
  const address = await bind(server, host);
  return {
    address,
    isConnected: (node) => links.has(node),
    say: (node, message) => links.get(node)?.send(message),
    order: (node, order) => {
      const link = links.get(node);
      sent.set(order.id, node);
      link?.send({ inject: toWireOrder(order, link.beat) });
    },
    words,
    heard,
    speak: (isSpeaking) => {
      speaking = isSpeaking;
    },
    [Symbol.asyncDispose]: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

/** Other namespaces are no other machines: what daemons do not listen on without TLS may be listened on here. */
async function bind(server: grpc.Server, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:0`, grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(`${host}:${port}`);
      else reject(error);
    });
  });
}
