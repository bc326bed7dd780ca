// The agent as it is built, as a process of its own, with its state in a folder of the test's.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { onTestFinished } from 'vitest';
import type { ProcessSelector } from '../../shared/domain/experiment.ts';
import { packageRoot } from '../../shared/package-root.ts';
import type { ScriptedCoordinator } from './scripted-coordinator.ts';
import { eventually } from './victims.ts';

export interface AgentDaemon {
  readonly process: ChildProcess;
  /** Everything that it has written. */
  readonly said: () => string;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** Sends the signal and resolves with the exit code. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

export interface AgentDaemonOptions {
  readonly coordinator: ScriptedCoordinator;
  readonly stateDir: string;
  readonly services?: Readonly<Record<string, ProcessSelector>>;
  readonly environment?: NodeJS.ProcessEnv;
  /** Called once its files are there. */
  readonly beforeStart?: () => void;
}

/** The node is always `node-a`. */
export function spawnAgent(options: AgentDaemonOptions): AgentDaemon {
  const { coordinator, stateDir, services = {}, environment = {}, beforeStart } = options;
  const [config = '', guard = ''] = ['agent.yaml', 'guard.yaml'].map((name) => path.join(stateDir, name));
  writeFileSync(guard, 'environment: staging\n');
  const settings = { node: 'node-a', environment: 'staging', coordinator: coordinator.address, guard, services };
  writeFileSync(config, stringify({ ...settings, stateDir }));
  beforeStart?.();
  const program = path.join(packageRoot(), 'dist', 'agent', 'bundle.js');
  const child = spawn(process.execPath, [program, '--config', config, '--with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    process: child,
    said: () => said,
    ended,
    end: async (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Resolves when it is connected. */
export async function startAgent(options: AgentDaemonOptions): Promise<AgentDaemon> {
  const agent = spawnAgent(options);
  await eventually(
    () => `the agent is connected: ${agent.said()}`,
    () => options.coordinator.isConnected('node-a'),
  );
  return agent;
}
