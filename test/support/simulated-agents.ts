// Many agents in one process: each speaks the agents' wire over a connection of its own, and none touches anything.

import type * as grpc from '@grpc/grpc-js';
import { FAULT_KINDS, faultSpec } from '../../shared/faults/index.ts';
import { specHash } from '../../shared/faults/spec.ts';
import { clientCredentials, CLIENT_OPTIONS } from '../../shared/rpc/transport.ts';
import type { AgentMessage } from '../../shared/rpc/generated/roulette/v1/AgentMessage.ts';
import type { CoordinatorMessage__Output } from '../../shared/rpc/generated/roulette/v1/CoordinatorMessage.ts';
import type { Ended } from '../../shared/rpc/generated/roulette/v1/Ended.ts';
import type { Hello } from '../../shared/rpc/generated/roulette/v1/Hello.ts';
import { loadAgentWire } from '../../shared/rpc/load.ts';

export interface SimulatedAgent {
  readonly node: string;
  /** Orders that are active there. */
  readonly active: ReadonlySet<string>;
  readonly say: (message: AgentMessage) => void;
}

export interface SimulatedFleet {
  readonly agents: readonly SimulatedAgent[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface FleetOptions {
  /** `host:port` where the coordinator takes agents. */
  readonly coordinator: string;
  readonly count: number;
  /** Takes the place of an agent's own answer when it gives true. */
  readonly onHalt?: (agent: SimulatedAgent, haltId: string) => boolean;
}

/** Resolves when every agent is welcome. Node names are `sim-0001` and so on. */
export async function startSimulatedAgents(options: FleetOptions): Promise<SimulatedFleet> {
  const { AgentService } = loadAgentWire().types.roulette.v1;
  const clients = Array.from(
    { length: options.count },
    () =>
      new AgentService(options.coordinator, clientCredentials(), {
        ...CLIENT_OPTIONS,
        'grpc.use_local_subchannel_pool': 1,
      }),
  );
  const agents = await Promise.all(
    clients.map(async (client, index) => {
      const node = `sim-${String(index + 1).padStart(4, '0')}`;
      return startAgent(node, client.session(), options);
    }),
  );
  return {
    agents,
    [Symbol.asyncDispose]: async () => {
      for (const { end } of agents) end();
      for (const client of clients) client.close();
    },
  };
}

type Stream = grpc.ClientDuplexStream<AgentMessage, CoordinatorMessage__Output>;

function startAgent(
  node: string,
  stream: Stream,
  { onHalt = () => false }: FleetOptions,
): Promise<SimulatedAgent & { readonly end: () => void }> {
  const active = new Set<string>();
  let beat = 1;
  let heartbeat: NodeJS.Timeout | undefined;
  const say = (message: AgentMessage): void => void stream.write(message);
  const agent = { node, active, say };

  function takeEnd(orderId: string): Ended {
    active.delete(orderId);
    return endOf(orderId);
  }

  function receive({ inject, revert, halt }: CoordinatorMessage__Output): void {
    if (inject) {
      active.add(inject.orderId);
      say({ started: { orderId: inject.orderId, startedAt: Date.now() } });
    } else if (revert) {
      say({ ended: takeEnd(revert.orderId) });
    } else if (halt && !onHalt(agent, halt.haltId)) {
      say({ halted: { haltId: halt.haltId, haltedAt: Date.now(), ends: [...active].map((order) => takeEnd(order)) } });
    }
  }

  say({ hello: introduce(node) });
  return new Promise((resolve, reject) => {
    stream.on('data', (message: CoordinatorMessage__Output) => {
      if (!message.welcome) {
        receive(message);
        return;
      }
      heartbeat = setInterval(() => {
        beat += 1;
        say({ heartbeat: { beat, metrics: {} } });
      }, message.welcome.heartbeatMs);
      resolve({ ...agent, end: () => stream.end() });
    });
    const stop = (): void => clearInterval(heartbeat);
    stream.on('end', stop);
    stream.on('error', (error) => {
      stop();
      reject(error);
    });
  });
}

function introduce(node: string): Hello {
  return {
    node,
    environment: 'staging',
    labels: { node },
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, specHash(faultSpec(kind))])),
    capabilities: ['taskset'],
    facts: { hostname: node, os: 'none', kernel: 'none', arch: 'none', cores: 1, bootId: node, agentVersion: '0' },
    guard: 'simulated',
    beat: 1,
  };
}

export function endOf(orderId: string): Ended {
  const observations = [{ name: 'simulated', unit: '', asked: 1, achieved: 1, effective: true, note: '' }];
  return {
    orderId,
    startedAt: Date.now(),
    endedAt: Date.now(),
    reason: 'END_REASON_HALTED',
    observations,
    reverted: true,
  };
}
