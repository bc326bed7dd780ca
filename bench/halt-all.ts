// How long `halt --all` takes from the call to the proof, with one active injection on each node, beside a bare
// @grpc/grpc-js fan-out of the same size in the same run. In both the server is a process of its own, and all the
// clients are in this one, each with a connection of its own. Goal: at most 1.5 times the bare one at 1,000 agents.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { startCluster, type Cluster } from '../test/support/cluster.ts';
import { pauseEverything, startSite } from '../test/support/fleet-wide.ts';
import { startSimulatedAgents, type SimulatedFleet } from '../test/support/simulated-agents.ts';
import { eventually } from '../test/support/victims.ts';
import { BARE_SERVICE } from './bare-fan-out.ts';
import { quantile } from './statistics.ts';

const SIZES = [100, 1000];
const ROUNDS = 15;
const WITHIN_MS = 60_000;
const SETTLE_MS = 5000;
const WHO = { requestedBy: 'bench', reason: 'bench' };

export async function benchHaltAll(print: (line: string) => void): Promise<void> {
  for (const size of SIZES) await benchSize(size, print);
}

async function benchSize(size: number, print: (line: string) => void): Promise<void> {
  await using site = await startSite();
  await using cluster = await startCluster();
  const empty = residentKilobytes(cluster);
  await using fleet = await startSimulatedAgents({ coordinator: cluster.agents, count: size });
  await delay(SETTLE_MS);
  const full = residentKilobytes(cluster);
  await using bare = await startBare(size);
  const ours: number[] = [];
  const peers: number[] = [];
  // In turns, so that what else happens on the machine happens to both.
  for (let round = 0; round < ROUNDS; round += 1) {
    await injectEverywhere(cluster, fleet, site.url);
    ours.push(await haltEverything(cluster, size));
    peers.push(await bare.play());
  }
  const ratio = quantile(ours, 0.5) / quantile(peers, 0.5);
  print(
    `${size} agents, ${ROUNDS} rounds: halt --all ${figures(ours)}; bare fan-out ${figures(peers)}; ratio of medians ${ratio.toFixed(2)}`,
  );
  print(`  memory of the coordinator: ${Math.round((full - empty) / size)} KiB for each connected agent`);
}

function figures(values: readonly number[]): string {
  return `p50 ${quantile(values, 0.5).toFixed(0)} ms, p99 ${quantile(values, 0.99).toFixed(0)} ms`;
}

async function injectEverywhere(cluster: Cluster, fleet: SimulatedFleet, url: string): Promise<void> {
  const run = await cluster.start(pauseEverything(url));
  await eventually(
    'every agent has an injection',
    () => fleet.agents.every(({ active }) => active.size === 1),
    WITHIN_MS,
  );
  // The coordinator has recorded that as well.
  const started = new Set<string>();
  await cluster.untilEvent(run, ({ body }) => {
    if (body.type === 'injection.started') started.add(body.order);
    return started.size === fleet.agents.length;
  });
}

async function haltEverything(cluster: Cluster, size: number): Promise<number> {
  const began = performance.now();
  const confirmed = await new Promise<number>((resolve, reject) => {
    cluster.client().haltAll(WHO, (error, reply) => {
      if (error !== null) reject(error);
      else
        resolve((reply?.nodes ?? []).filter(({ state, orders }) => state === 'reverted' && orders.length === 1).length);
    });
  });
  const tookMs = performance.now() - began;
  if (confirmed !== size) throw new Error(`${confirmed} of ${size} nodes confirmed`);
  await new Promise<void>((resolve, reject) => {
    cluster.client().release(WHO, (error) => (error === null ? resolve() : reject(error)));
  });
  return tookMs;
}

function residentKilobytes(cluster: Cluster): number {
  const { pid } = cluster.coordinator().process;
  return Number(/^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

interface Bare {
  /** One round; gives its milliseconds. */
  readonly play: () => Promise<number>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

async function startBare(size: number): Promise<Bare> {
  const server = spawn(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'bare-fan-out.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => String((await lines.next()).value);
  const address = await nextLine();
  const Client = grpc.makeGenericClientConstructor(BARE_SERVICE, 'FanOut');
  const clients = Array.from(
    { length: size },
    () => new Client(address, grpc.credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
  );
  await Promise.all(clients.map((client) => connect(client)));
  return {
    play: async () => {
      server.stdin.write('\n');
      return Number(await nextLine());
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.close();
      server.kill('SIGKILL');
    },
  };
}

/** Resolves at the first message; every later one is answered. */
function connect(client: grpc.Client): Promise<void> {
  const { path: method, requestSerialize, responseDeserialize } = BARE_SERVICE.session;
  const stream = client.makeBidiStreamRequest(method, requestSerialize, responseDeserialize);
  let isUp = false;
  stream.on('error', () => undefined);
  return new Promise((resolve) => {
    stream.on('data', () => {
      if (isUp) stream.write(Buffer.from('halted-0123456789ab'));
      isUp = true;
      resolve();
    });
  });
}
