// The coordinator as a whole: store, fleet, runs and the two listeners, put together and taken apart again.

import * as grpc from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from 'pino';
import { repeatEvery, type Clock } from '../shared/clock.ts';
import type { Policy } from '../shared/domain/policy.ts';
import { loadAgentWire, loadOperatorWire, type Wire } from '../shared/rpc/load.ts';
import { listen, requireLoopback, SERVER_OPTIONS, shutDown } from '../shared/rpc/transport.ts';
import type { CoordinatorConfig } from '../shared/schema/config.ts';
import { createAgentService } from './rpc/agent-service.ts';
import { BlastRadius } from './services/blast-radius.ts';
import { createOperatorService } from './rpc/operator-service.ts';
import { Fleet } from './services/fleet.ts';
import { Lever } from './services/lever.ts';
import { Policies } from './services/policies.ts';
import { PreparedRuns } from './services/prepared-runs.ts';
import { Runs } from './services/runs.ts';
import { Schedules } from './services/schedules.ts';
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

/** A node that missed this many beats counts as lost. */
const MISSED_BEATS = 3;
/** How much longer than lease or duration a node's word is waited for. */
const GRACE_MS = 2000;
/** How often calendars, expiries and schedules are looked at. */
const ROUND_MS = 500;
/** How long calls in flight may take when the server ends. */
const SHUTDOWN_MS = 1000;

export async function startCoordinator(
  config: CoordinatorConfig,
  deps: { readonly clock: Clock; readonly log: Logger },
): Promise<CoordinatorServer> {
  const { clock, log } = deps;
  const { environment, leaseMs, beatMs, preflight } = config;
  requireLoopback(config.agents.listen);
  requireLoopback(config.operators.listen);
  const store = await openSqliteStore({ file: config.store });
  const term = await store.nextTerm();
  const fleet = new Fleet({ clock, silenceMs: MISSED_BEATS * beatMs });
  const about = { store, clock, fleet, log, leaseMs, graceMs: GRACE_MS };
  const engaged = await store.lever();
  if (engaged !== null) log.warn({ lever: engaged }, 'the fleet is halted: no run starts until it is released');
  // It listens to the fleet before the runs do: what they decide with is up to date.
  const radius = new BlastRadius(about);
  await radius.load();
  const changed = (policy: Policy): void => radius.setRules(policy.rules);
  const policies = new Policies({ folder: config.policy, store, clock, log, changed });
  await policies.load();
  const runs = new Runs({ ...about, radius, term, lever: () => lever.engaged });
  const lever = new Lever(engaged, { ...about, runs });
  const prepared = new PreparedRuns({
    ...about,
    environment,
    radius,
    policies,
    runs,
    preflight,
    lever: () => lever.engaged,
  });
  const schedules = new Schedules({ ...about, policies, prepared, runs });
  await schedules.load();
  await runs.closeLeftovers();

  const agentWire = loadAgentWire();
  const agentServer = createServer(agentWire, 'roulette.v1.AgentService');
  const agentService = createAgentService({ fleet, runs, term, beatMs, log });
  agentServer.addService(agentWire.types.roulette.v1.AgentService.service, agentService);
  const operatorWire = loadOperatorWire();
  const operatorServer = createServer(operatorWire, 'roulette.v1.OperatorService');
  const operatorService = createOperatorService({
    runs,
    prepared,
    schedules,
    policies,
    radius,
    fleet,
    store,
    lever,
  });
  operatorServer.addService(operatorWire.types.roulette.v1.OperatorService.service, operatorService);
  const agents = await listen(agentServer, config.agents.listen);
  const operators = await listen(operatorServer, config.operators.listen);

  const stopBeat = repeatEvery(clock, beatMs, () => {
    fleet.sweep();
    runs.renewLeases();
  });
  // Apart from the beat, which waits for no disk.
  const stopRounds = repeatEvery(clock, ROUND_MS, async () => {
    await radius.sweep();
    if (policies.inForce !== null) runs.closeWindows(policies.inForce);
    await prepared.expire();
    await schedules.fire();
  });
  return {
    agents,
    operators,
    reload: () => policies.reloadBySignal(),
    stop: async () => {
      stopRounds();
      await runs.stop();
      stopBeat();
      await Promise.all([shutDown(operatorServer, SHUTDOWN_MS), shutDown(agentServer, SHUTDOWN_MS)]);
      await store.close();
    },
  };
}

/** A server with health service and reflection, as gRPC tools expect them. */
function createServer(wire: Wire<unknown>, service: string): grpc.Server {
  const server = new grpc.Server(SERVER_OPTIONS);
  new HealthImplementation({ '': 'SERVING', [service]: 'SERVING' }).addToServer(server);
  new ReflectionService(wire.definition).addToServer(server);
  return server;
}
