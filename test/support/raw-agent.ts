// An agent of which the test says every word but the heartbeats, and which keeps every word that it was told.

import { once } from 'node:events';
import type * as grpc from '@grpc/grpc-js';
import { CAPABILITIES } from '../../shared/faults/capabilities.ts';
import { FAULT_KINDS, faultSpec } from '../../shared/faults/index.ts';
import { specHash } from '../../shared/faults/spec.ts';
import type { AgentMessage } from '../../shared/rpc/generated/roulette/v1/AgentMessage.ts';
import type { CoordinatorMessage__Output } from '../../shared/rpc/generated/roulette/v1/CoordinatorMessage.ts';
import type { Hello } from '../../shared/rpc/generated/roulette/v1/Hello.ts';
import { loadAgentWire } from '../../shared/rpc/load.ts';
import { clientCredentials, CLIENT_OPTIONS } from '../../shared/rpc/transport.ts';

export interface RawAgent {
  readonly say: (message: AgentMessage) => void;
  /** The first message, from the start on, that `match` accepts. Rejects when the stream ends before. */
  readonly until: (match: (message: CoordinatorMessage__Output) => boolean) => Promise<CoordinatorMessage__Output>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Says nothing yet, not even hello. `coordinator`: `host:port` where it takes agents. */
export function connectRawAgent(coordinator: string): RawAgent {
  const { AgentService } = loadAgentWire().types.roulette.v1;
  const client = new AgentService(coordinator, clientCredentials(), CLIENT_OPTIONS);
  const stream: grpc.ClientDuplexStream<AgentMessage, CoordinatorMessage__Output> = client.session();
  const heard: CoordinatorMessage__Output[] = [];
  const watchers = new Set<() => void>();
  let ended: Error | null = null;
  const tell = (): void => {
    for (const watcher of watchers) watcher();
  };
  let heartbeat: NodeJS.Timeout | undefined;
  stream.once('close', () => clearInterval(heartbeat));
  stream.on('data', (message: CoordinatorMessage__Output) => {
    const { heartbeatMs = 0 } = message.welcome ?? {};
    // A beat of 1 is that of the hello.
    if (heartbeatMs > 0) heartbeat = setInterval(() => stream.write({ heartbeat: { beat: 1 } }), heartbeatMs);
    heard.push(message);
    tell();
  });
  stream.on('error', (error) => {
    ended = error;
    tell();
  });
  stream.on('end', () => {
    ended ??= new Error('the coordinator has ended the stream');
    tell();
  });
  return {
    say: (message) => void stream.write(message),
    until: (match) =>
      new Promise((resolve, reject) => {
        function look(): void {
          const found = heard.find((message) => match(message));
          if (found === undefined && ended === null) return;
          watchers.delete(look);
          if (found !== undefined) resolve(found);
          else reject(ended ?? new Error('ended'));
        }
        watchers.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      const closed = ended === null ? once(stream, 'close').catch(() => undefined) : Promise.resolve();
      stream.end();
      await closed;
      client.close();
    },
  };
}

/** Of a node that can do everything, unless `more` says otherwise. */
export function buildHello(node: string, more: Partial<Hello> = {}): Hello {
  return {
    node,
    environment: 'staging',
    labels: { node },
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, specHash(faultSpec(kind))])),
    capabilities: Object.keys(CAPABILITIES),
    addresses: [],
    facts: {
      hostname: node,
      os: 'none',
      kernel: 'none',
      arch: 'none',
      cores: 1,
      bootId: node,
      agentVersion: '0',
      interfaces: [],
    },
    guard: 'none',
    beat: 1,
    ...more,
  };
}
