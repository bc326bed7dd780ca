// The coordinator as a whole: store, fleet, runs and the two listeners, put together and taken apart again.

import * as grpc from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from 'pino';
import { repeatEvery, type Clock } from '../shared/clock.ts';
import { loadAgentWire, loadOperatorWire, type Wire } from '../shared/rpc/load.ts';
import { listen, requireLoopback, SERVER_OPTIONS, shutDown } from '../shared/rpc/transport.ts';
import type { CoordinatorConfig } from '../shared/schema/config.ts';
import { assembleServices, type Services } from './assemble.ts';
import { createAgentService } from './rpc/agent-service.ts';
import { createOperatorService } from './rpc/operator-service.ts';
import { openSqliteStore } from './store/sqlite.ts';

export interface CoordinatorServer {
  /** `host:port` that agents connect to. */
  readonly agents: string;
  /** `host:port` that operators connect to. */
  readonly operators: string;
  /** Reads the policy folder again. */
  readonly reload: () => Promise<void>;
  /** Halts every run, waits for the nodes, closes the store. */
  readonly stop: () => Promise<void>;
}

/** How often calendars, expiries and schedules are looked at. */
const ROUND_MS = 500;
/** How long calls in flight may take when the server ends. */
const SHUTDOWN_MS = 1000;

export async function startCoordinator(
  config: CoordinatorConfig,
  deps: { readonly clock: Clock; readonly log: Logger },
): Promise<CoordinatorServer> {
  const { clock, log } = deps;
  const { beatMs } = config;
  requireLoopback(config.agents.listen);
  requireLoopback(config.operators.listen);
  const store = await openSqliteStore({ file: config.store });
  const term = await store.nextTerm();
  const services = await assembleServices(config, { store, clock, log, term });
  const { fleet, runs, policies } = services;

  const agentWire = loadAgentWire();
  const agentServer = createServer(agentWire, 'roulette.v1.AgentService');
  const agentService = createAgentService({ fleet, runs, term, beatMs, log });
  agentServer.addService(agentWire.types.roulette.v1.AgentService.service, agentService);
  const operatorWire = loadOperatorWire();
  const operatorServer = createServer(operatorWire, 'roulette.v1.OperatorService');
  const operatorService = createOperatorService(services);
  operatorServer.addService(operatorWire.types.roulette.v1.OperatorService.service, operatorService);
  const agents = await listen(agentServer, config.agents.listen);
  const operators = await listen(operatorServer, config.operators.listen);

  const stopBeat = repeatEvery(clock, beatMs, () => {
    fleet.sweep();
    runs.renewLeases();
  });
  // Apart from the beat, which waits for no disk.
  const stopRounds = repeatEvery(clock, ROUND_MS, () => goRound(services));
  return {
    agents,
    operators,
    reload: () => policies.reloadBySignal(),
    stop: async () => {
      stopRounds();
      await runs.stop();
      stopBeat();
      // Who was seen since the last round is known to the next coordinator.
      await services.radius.sweep();
      await Promise.all([shutDown(operatorServer, SHUTDOWN_MS), shutDown(agentServer, SHUTDOWN_MS)]);
      await store.close();
    },
  };
}

/** What time alone brings about: reservations that expire, windows that close, prepared runs that do, schedules that fire. */
async function goRound({ radius, policies, runs, prepared, schedules }: Services): Promise<void> {
  await radius.sweep();
  if (policies.inForce !== null) runs.closeWindows(policies.inForce);
  await prepared.expire();
  await schedules.fire();
}

/** A server with health service and reflection, as gRPC tools expect them. */
function createServer(wire: Wire<unknown>, service: string): grpc.Server {
  const server = new grpc.Server(SERVER_OPTIONS);
  new HealthImplementation({ '': 'SERVING', [service]: 'SERVING' }).addToServer(server);
  new ReflectionService(wire.definition).addToServer(server);
  return server;
}
