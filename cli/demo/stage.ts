// The demo's stage: a marketplace, a coordinator, and three agents that each own one group of its workers.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { stringify } from 'yaml';
import { RouletteError, messageOf } from '../../shared/errors.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { startChild, type Child } from './children.ts';

export interface DemoStage {
  /** `host:port` of the coordinator's operator API. */
  readonly coordinator: string;
  readonly api: string;
  /** Starts the marketplace anew, with or without idempotency keys. */
  readonly restartMarketplace: (idempotency: boolean) => Promise<void>;
  /** Ends every process of the stage. */
  readonly stop: () => Promise<void>;
}

/** The port that the demo's documents name. */
const API_PORT = 18_080;
const GROUPS = ['a', 'b', 'c'];
const WORKERS = 3;
const SERVICE = 'order-fulfillment';

/** `folder` takes configuration, state and logs. */
export async function buildStage(folder: string, idempotency: boolean): Promise<DemoStage> {
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await child.stop();
    children.length = 0;
  };
  try {
    await requireFreePort(API_PORT);
    let marketplace = await startMarketplace(folder, idempotency);
    children.push(marketplace);
    const coordinator = await startCoordinator(folder);
    children.push(coordinator);
    const agents = String(coordinator.ready['agents']);
    for (const group of GROUPS) children.push(await startAgent(folder, group, agents));
    return {
      coordinator: String(coordinator.ready['operators']),
      api: `http://127.0.0.1:${API_PORT}`,
      restartMarketplace: async (withKeys) => {
        await marketplace.stop();
        marketplace = await startMarketplace(folder, withKeys);
        children[0] = marketplace;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function requireFreePort(port: number): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    throw new RouletteError('USAGE_ARGUMENT', `the demo's marketplace needs port ${port}: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    probe.close();
  }
}

async function startMarketplace(folder: string, idempotency: boolean): Promise<Child> {
  // Each marketplace starts with an empty ledger of its own.
  const dir = mkdtempSync(path.join(folder, 'marketplace-'));
  return startChild({
    name: 'the marketplace',
    script: path.join(packageRoot(), 'examples', 'marketplace', 'main.js'),
    args: [
      '--dir',
      dir,
      '--port',
      String(API_PORT),
      '--groups',
      GROUPS.join(','),
      '--workers',
      String(WORKERS),
      '--idempotency',
      idempotency ? 'on' : 'off',
      '--with-parent',
    ],
    logFile: path.join(folder, 'marketplace.log'),
    isReady: (line) => line['ready'] === true,
  });
}

/** The demo kills, pauses and loads; never more than two of its three groups at once. */
const POLICY = {
  apiVersion: 'roulette/v1',
  kind: 'Policy',
  limits: [{ name: 'one-group-stays', most: 2, nodes: { role: 'orders' } }],
  people: { demo: 'operator' },
};

async function startCoordinator(folder: string): Promise<Child> {
  const policy = path.join(folder, 'policy');
  mkdirSync(policy);
  writeFileSync(path.join(policy, 'limits.yaml'), stringify(POLICY));
  const config = {
    environment: 'staging',
    agents: { listen: '127.0.0.1:0' },
    operators: { listen: '127.0.0.1:0' },
    store: path.join(folder, 'coordinator.db'),
    policy,
  };
  return startDaemon(folder, { program: 'coordinator', name: 'coordinator', config, ready: 'listening' });
}

async function startAgent(folder: string, group: string, coordinator: string): Promise<Child> {
  const guard = path.join(folder, `guard-${group}.yaml`);
  writeFileSync(guard, stringify({ environment: 'staging', targets: { allow: [{ service: SERVICE }] } }));
  const config = {
    node: `node-${group}`,
    environment: 'staging',
    labels: { role: 'orders', group },
    coordinator,
    stateDir: path.join(folder, `agent-${group}`),
    guard,
    services: { [SERVICE]: { cmdline: `order-fulfillment\\.js --group ${group} ` } },
  };
  return startDaemon(folder, { program: 'agent', name: `agent-${group}`, config, ready: 'connected' });
}

interface Daemon {
  readonly program: 'coordinator' | 'agent';
  readonly name: string;
  readonly config: unknown;
  /** The message of the log line that says that it is ready. */
  readonly ready: string;
}

async function startDaemon(folder: string, { program, name, config, ready }: Daemon): Promise<Child> {
  const file = path.join(folder, `${name}.yaml`);
  writeFileSync(file, stringify(config));
  return startChild({
    name: `roulette-${program} (${name})`,
    script: path.join(packageRoot(), 'dist', program, program === 'agent' ? 'bundle.js' : 'main.js'),
    args: ['--config', file, '--with-parent'],
    logFile: path.join(folder, `${name}.log`),
    isReady: (line) => line['msg'] === ready,
  });
}
