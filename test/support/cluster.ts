// A coordinator and agents as real processes from dist/, on loopback, with their state in a folder of their own.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as grpc from '@grpc/grpc-js';
import { stringify } from 'yaml';
import type { ProcessSelector } from '../../shared/domain/experiment.ts';
import type { RunEvent } from '../../shared/domain/run.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { loadOperatorWire } from '../../shared/rpc/load.ts';
import type { OperatorServiceClient } from '../../shared/rpc/generated/roulette/v1/OperatorService.ts';
import type { RunEvent__Output } from '../../shared/rpc/generated/roulette/v1/RunEvent.ts';
import type { PrepareRunReply__Output } from '../../shared/rpc/generated/roulette/v1/PrepareRunReply.ts';
import type { PrepareRunRequest } from '../../shared/rpc/generated/roulette/v1/PrepareRunRequest.ts';
import { writePolicy } from './policies.ts';

export interface Daemon {
  readonly process: ChildProcess;
  readonly lines: Record<string, unknown>[];
  readonly errors: string[];
  /** Resolves with the first line, from the start on, that `match` accepts. */
  readonly until: (match: (line: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>>;
  /** Sends the signal and waits for the exit. */
  readonly end: (signal?: NodeJS.Signals) => Promise<void>;
}

const WAIT_MS = 20_000;

type Command = (config: string) => readonly string[];

/** The programs as they are built. */
const PROGRAMS: Record<'agent' | 'coordinator', Command> = {
  agent: (config) => [path.join(packageRoot(), 'dist', 'agent', 'bundle.js'), '--config', config, '--with-parent'],
  coordinator: (config) => [
    path.join(packageRoot(), 'dist', 'coordinator', 'main.js'),
    '--config',
    config,
    '--with-parent',
  ],
};

interface Start {
  readonly config: unknown;
  readonly folder: string;
  readonly command?: Command;
}

function startDaemon(program: 'agent' | 'coordinator', { config, folder, command = PROGRAMS[program] }: Start): Daemon {
  const file = path.join(folder, `${program}-${Math.random().toString(36).slice(2)}.yaml`);
  writeFileSync(file, stringify(config));
  // Standard input is a pipe: the daemon ends when the test's process does.
  const child = spawn(process.execPath, command(file), { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines: Record<string, unknown>[] = [];
  const errors: string[] = [];
  const watchers = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
    for (const watcher of watchers) watcher();
  });
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  child.once('exit', () => {
    for (const watcher of watchers) watcher();
  });
  return {
    process: child,
    lines,
    errors,
    until: (match) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => done(new Error(`${program}: no such line; ${errors.join('')}`)), WAIT_MS);
        function done(error: Error | null, line?: Record<string, unknown>): void {
          clearTimeout(timer);
          watchers.delete(look);
          if (error) reject(error);
          else if (line) resolve(line);
        }
        function look(): void {
          const line = lines.find(match);
          if (line) done(null, line);
          else if (child.exitCode !== null)
            done(new Error(`${program} ended with ${child.exitCode}: ${errors.join('')}`));
        }
        watchers.add(look);
        look();
      }),
    end: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          resolve();
          return;
        }
        child.once('exit', () => resolve());
        child.kill(signal);
      }),
  };
}

export interface Cluster {
  readonly folder: string;
  readonly store: string;
  readonly operators: string;
  readonly agents: string;
  readonly coordinator: () => Daemon;
  readonly client: () => OperatorServiceClient;
  /** Starts a coordinator on the same store and the same ports. */
  readonly restartCoordinator: () => Promise<void>;
  /** The same, after the one before was ended. */
  readonly restartCoordinatorInOrder: () => Promise<void>;
  readonly agent: (node: string) => Daemon;
  /** Starts one more coordinator that is expected to refuse. */
  readonly tryCoordinator: (settings: object) => Promise<{ code: number | null; errors: string }>;
  readonly startAgent: (node: string, options?: AgentOptions) => Promise<Daemon>;
  /** The policy folder. */
  readonly policy: string;
  /** Prepares and starts. */
  readonly start: (document: string, seed?: string) => Promise<string>;
  readonly prepare: (request: PrepareRunRequest) => Promise<string>;
  /** The whole timeline, once the run has ended. */
  readonly timeline: (run: string) => Promise<RunEvent[]>;
  /** Resolves at the first event that `match` accepts. */
  readonly untilEvent: (run: string, match: (event: RunEvent) => boolean) => Promise<RunEvent>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface AgentOptions {
  readonly labels?: Record<string, string>;
  readonly services?: Record<string, ProcessSelector>;
  /** argv of another program than the agent as it is built. */
  readonly command?: Command;
  /** The log line that is waited for; that it is connected, unless said otherwise. */
  readonly waitFor?: (line: Record<string, unknown>) => boolean;
}

/** `policy`: text of the one file in the policy folder; everything is allowed to everybody when left out. */
export interface ClusterSettings {
  readonly lease?: string;
  readonly beat?: string;
  readonly preflight?: readonly object[];
  readonly policy?: string;
  /** Called with the policy folder, before the coordinator starts. */
  readonly prepare?: (policy: string) => void;
}

export async function startCluster({
  policy: rules,
  prepare: spoil,
  ...settings
}: ClusterSettings = {}): Promise<Cluster> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'roulette-cluster-'));
  const store = path.join(folder, 'coordinator.db');
  const policy = path.join(folder, 'policy');
  writePolicy(policy, rules);
  spoil?.(policy);
  const daemons: Daemon[] = [];
  const agentsByNode = new Map<string, Daemon>();
  let agents = '127.0.0.1:0';
  let operators = '127.0.0.1:0';
  let coordinator: Daemon;
  let client: OperatorServiceClient;

  async function startCoordinator(): Promise<void> {
    const listen = { agents: { listen: agents }, operators: { listen: operators } };
    coordinator = startDaemon('coordinator', {
      config: { environment: 'staging', store, policy, ...listen, ...settings },
      folder,
    });
    daemons.push(coordinator);
    const ready = await coordinator.until(({ msg }) => msg === 'listening');
    agents = String(ready['agents']);
    operators = String(ready['operators']);
    const { OperatorService } = loadOperatorWire().types.roulette.v1;
    client = new OperatorService(operators, grpc.credentials.createInsecure());
  }

  async function prepare(request: PrepareRunRequest): Promise<string> {
    const { run } = await callUnary<PrepareRunReply__Output>((back) => client.prepareRun(request, back));
    return run?.id ?? '';
  }

  await startCoordinator();
  return {
    folder,
    store,
    policy,
    prepare,
    get operators() {
      return operators;
    },
    get agents() {
      return agents;
    },
    coordinator: () => coordinator,
    client: () => client,
    restartCoordinator: async () => {
      client.close();
      await startCoordinator();
    },
    restartCoordinatorInOrder: async () => {
      await coordinator.end();
      client.close();
      await startCoordinator();
    },
    agent: (node) => {
      const agent = agentsByNode.get(node);
      if (agent === undefined) throw new Error(`no agent ${node}`);
      return agent;
    },
    tryCoordinator: async (more) => {
      const config = { environment: 'staging', store: path.join(folder, 'another.db'), ...more };
      const refusing = startDaemon('coordinator', { config, folder });
      await new Promise((resolve) => {
        refusing.process.once('close', resolve);
      });
      return { code: refusing.process.exitCode, errors: refusing.errors.join('') };
    },
    startAgent: async (node, options = {}) => {
      const stateDir = path.join(folder, `agent-${node}`);
      mkdirSync(stateDir, { recursive: true });
      const { labels = {}, services = {}, waitFor = ({ msg }) => msg === 'connected', command } = options;
      const guard = path.join(stateDir, 'guard.yaml');
      if (!existsSync(guard)) writeFileSync(guard, 'environment: staging\n');
      const config = { node, environment: 'staging', labels, coordinator: agents, stateDir, guard, services };
      const agent = startDaemon('agent', { config, folder, ...(command === undefined ? {} : { command }) });
      daemons.push(agent);
      agentsByNode.set(node, agent);
      await agent.until(waitFor);
      return agent;
    },
    start: async (document, seed) => {
      const asked = { document, file: 'test.yaml', requestedBy: 'tester' };
      const run = await prepare({ ...asked, ...(seed === undefined ? {} : { seed }) });
      await callUnary((back) => client.startRun({ runId: run, requestedBy: 'tester' }, back));
      return run;
    },
    timeline: (run) => readTimeline(client, run, () => false),
    untilEvent: async (run, match) => {
      const events = await readTimeline(client, run, match);
      const found = events.find((event) => match(event));
      if (found === undefined) throw new Error(`no such event; ${events.map(({ body }) => body.type).join(', ')}`);
      return found;
    },
    [Symbol.asyncDispose]: async () => {
      client.close();
      for (const daemon of daemons.toReversed()) await daemon.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Callback<Reply> = (error: grpc.ServiceError | null, reply?: Reply) => void;

export function callUnary<Reply>(invoke: (back: Callback<Reply>) => unknown): Promise<Reply> {
  return new Promise((resolve, reject) => {
    invoke((error, reply) => {
      if (error) reject(error);
      else if (reply !== undefined) resolve(reply);
    });
  });
}

/** Follows the run until it ends or `enough` is true. */
function readTimeline(
  client: OperatorServiceClient,
  run: string,
  enough: (event: RunEvent) => boolean,
): Promise<RunEvent[]> {
  return new Promise((resolve, reject) => {
    const events: RunEvent[] = [];
    const stream = client.watchRun({ runId: run });
    stream.on('data', (event: RunEvent__Output) => {
      const known = { run, seq: event.seq, at: event.at, body: JSON.parse(event.bodyJson) } as RunEvent;
      events.push(known);
      if (!enough(known)) return;
      resolve(events);
      stream.cancel();
    });
    stream.on('end', () => resolve(events));
    stream.on('error', (error: grpc.ServiceError) => {
      if (error.code === grpc.status.CANCELLED) resolve(events);
      else reject(error);
    });
  });
}
