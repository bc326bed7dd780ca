// From the acceptance of a run to the victim's death, on loopback: coordinator, agent and victims are real
// processes; the victim's parent (this program) sees the exit itself.

import { spawn, type ChildProcess } from 'node:child_process';
import { startCluster } from '../test/support/cluster.ts';
import { quantile } from './statistics.ts';

const KILLS = 200;
const MARK = 'roulette-bench-victim';

export async function benchKillLatency(print: (line: string) => void): Promise<void> {
  await using cluster = await startCluster();
  await cluster.startAgent('bench', { services: { victim: { cmdline: MARK } } });
  const wholeRun: number[] = [];
  const orderOnly: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const victim = startVictim();
    await spawned(victim);
    const died = exitTime(victim);
    const run = await cluster.start(DOCUMENT, `bench-${kill}`);
    const accepted = Date.now();
    const diedAt = await died;
    const events = await cluster.timeline(run);
    const sent = events.find(({ body }) => body.type === 'order.sent');
    wholeRun.push(diedAt - accepted);
    orderOnly.push(diedAt - (sent?.at ?? accepted));
  }
  report(print, 'run accepted to death, gate included', wholeRun);
  report(print, 'order recorded to death', orderOnly);
}

function report(print: (line: string) => void, what: string, values: readonly number[]): void {
  print(`${what}: p50 ${quantile(values, 0.5)} ms, p99 ${quantile(values, 0.99)} ms over ${values.length} kills`);
}

function startVictim(): ChildProcess {
  return spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', MARK], { stdio: 'ignore' });
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
}

function exitTime(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(Date.now());
      else reject(new Error(`the victim ended by ${signal ?? 'itself'}`));
    });
  });
}

/** The shortest game day there is: the gate needs one value of its monitor, then the kill is due at once. */
const DOCUMENT = `
apiVersion: roulette/v1
kind: Experiment
name: bench-kill
owner: bench
environment: staging
hypothesis: A process can be killed.
targets:
  victims: { nodes: all, processes: { service: victim } }
monitors:
  victims: { processes: { target: victims }, every: 1s }
steadyState:
  - victims >= 0
stages:
  - name: kill
    steps:
      - { fault: process-kill, target: victims, mode: one, params: { watch: 100ms } }
recovery: { within: 5s }
`;
