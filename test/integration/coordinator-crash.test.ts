// A coordinator that is killed, ended or stopped at every boundary of applying and reverting: the node reverts by
// itself within the lease, and the coordinator that comes back settles every order once.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeId, orderId, runId, slotId, type OrderId } from '../../shared/domain/ids.ts';
import type { RunEvent } from '../../shared/domain/run.ts';
import { bundlePrograms, agentChildrenOf, CRASH_SIGNALS, pointsOf } from '../crash/bed.ts';
import { orderLeftovers } from '../crash/network.ts';
import { formatPoint, type Instruction, type Point } from '../crash/points.ts';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { eventually, stateOf } from '../support/victims.ts';

type Programs = Awaited<ReturnType<typeof bundlePrograms>>;

// Long enough that a busy machine makes no order late.
const LEASE = { lease: '4s', beat: '400ms' };
let lanes = 0;

/** The coordinator's part is the same for all faults: one of each kind of target. */
const FAULTS = ['process-kill', 'process-pause', 'cpu-load', 'net-loss'] as const;
type Fault = (typeof FAULTS)[number];
const LANES = FAULTS.flatMap((fault) => CRASH_SIGNALS.map((signal) => ({ fault, signal })));

function documentOf(fault: Fault, durationMs: number): string {
  const step = {
    'process-kill': 'fault: process-kill, target: victims, mode: one, pick: all, params: { watch: 100ms }',
    'process-pause': `fault: process-pause, target: victims, mode: one, pick: all, duration: ${durationMs}ms`,
    'cpu-load': `fault: cpu-load, target: machines, mode: one, duration: ${durationMs}ms, params: { load: 1%, cores: 1 }`,
    'net-loss': `fault: net-loss, target: machines, mode: one, duration: ${durationMs}ms, params: { interface: lo, peers: 127.9.9.9 }`,
  } as const satisfies Record<Fault, string>;
  return `
apiVersion: roulette/v1
kind: Experiment
name: crash
owner: tester
environment: staging
hypothesis: The node reverts by itself.
targets:
  victims: { nodes: all, processes: { service: victim } }
  machines: { nodes: all }
monitors:
  victims: { processes: { target: victims }, every: 200ms, staleAfter: 30s }
steadyState:
  - victims >= 0
stages:
  - name: smoke
    steps:
      - { ${step[fault]} }
recovery: { within: 1s }
`;
}

describe.concurrent('when the coordinator is gone', () => {
  let programs: Programs;
  beforeAll(async () => {
    programs = await bundlePrograms();
  });

  it.each(LANES)('$fault, $signal', { timeout: 300_000 }, async ({ fault, signal }) => {
    // Tells the burners of this lane from those of others.
    const number = (lanes += 1);
    await using cluster = await startCluster(LEASE);
    using lane = new Lane(cluster, { fault, signal, number });
    const troubles: string[] = [];
    await lane.start(programs);
    for (const point of pointsOf(fault)) {
      const found = await lane.play(point);
      troubles.push(...found.map((trouble) => `${formatPoint(point)}: ${trouble}`));
    }

    expect(troubles).toEqual([]);
  });
});

class Lane {
  readonly #cluster: Cluster;
  readonly #fault: Fault;
  readonly #signal: NodeJS.Signals;
  readonly #instructions: string;
  readonly #mark = `victim-${randomUUID()}`;
  readonly #longMs: number;
  #victims: ReturnType<typeof spawn>[] = [];
  #count = 0;

  constructor(cluster: Cluster, lane: { fault: Fault; signal: NodeJS.Signals; number: number }) {
    this.#cluster = cluster;
    this.#fault = lane.fault;
    this.#signal = lane.signal;
    this.#instructions = path.join(cluster.folder, 'instructions');
    this.#longMs = 50_000 + lane.number;
  }

  async start({ agent, keeper }: Programs): Promise<void> {
    await this.#cluster.startAgent('node-a', {
      services: { victim: { cmdline: this.#mark } },
      command: (config) => [agent, config, this.#instructions, keeper],
    });
  }

  async play(point: Point): Promise<string[]> {
    const cluster = this.#cluster;
    await this.#renewVictims();
    const coordinator = cluster.coordinator();
    this.#instruct(point, coordinator.process.pid ?? 0);
    // A revert is reached by the duration, everything before it outlasts any lease.
    const isRevert = point.record === 'reverted' || point.record === 'ended';
    const agent = cluster.agent('node-a');
    const reached = (): number => agent.lines.filter(({ msg }) => msg === 'at the point').length;
    const before = reached();
    const run = await cluster.start(documentOf(this.#fault, isRevert ? 300 : this.#longMs));
    const said = (): string =>
      agent.lines
        .slice(-3)
        .map((line) => JSON.stringify(line))
        .join('\n');
    await eventually(
      () => `${formatPoint(point)} is reached: ${said()}`,
      () => reached() > before,
    );
    const isOver = (line: Record<string, unknown>): boolean =>
      String(line['order']).startsWith(run) && (line['msg'] === 'reverted' || line['msg'] === 'order refused');
    await eventually('the node has reverted', () => agent.lines.some(isOver));
    const isClean = this.#isClean(orderId(runId(run), slotId('smoke', 1, 1), nodeId('node-a')));
    await this.#bringBack(coordinator);
    const events = await cluster.timeline(run);
    return [...settlementTroubles(events), ...(isClean ? [] : ['the node is not clean'])];
  }

  [Symbol.dispose](): void {
    for (const victim of this.#victims) victim.kill('SIGKILL');
  }

  async #bringBack(coordinator: ReturnType<Cluster['coordinator']>): Promise<void> {
    if (this.#signal === 'SIGSTOP') {
      coordinator.process.kill('SIGCONT');
      return;
    }
    if (coordinator.process.exitCode === null && coordinator.process.signalCode === null) {
      await once(coordinator.process, 'exit');
    }
    const agent = this.#cluster.agent('node-a');
    const connections = (): number => agent.lines.filter(({ msg }) => msg === 'connected').length;
    const before = connections();
    await this.#cluster.restartCoordinator();
    await eventually('the agent is back', () => connections() > before);
  }

  #instruct(at: Point, coordinator: number): void {
    this.#count += 1;
    const instruction: Instruction = { id: this.#count, at, by: 'agent', signal: this.#signal, to: [coordinator] };
    writeFileSync(`${this.#instructions}.new`, JSON.stringify([instruction]));
    renameSync(`${this.#instructions}.new`, this.#instructions);
  }

  async #renewVictims(): Promise<void> {
    this.#victims = this.#victims.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    while (this.#victims.length < 2) {
      const victim = spawn('sleep', ['1000'], { argv0: this.#mark, stdio: 'ignore' });
      await once(victim, 'spawn');
      this.#victims.push(victim);
    }
  }

  #isClean(order: OrderId): boolean {
    const stopped = this.#victims.some(({ pid = 0 }) => stateOf(pid) === 'T');
    return !stopped && agentChildrenOf(this.#longMs).length === 0 && orderLeftovers(order).length === 0;
  }
}

/** Every order that was sent has exactly one last word. */
function settlementTroubles(events: readonly RunEvent[]): string[] {
  const sent = events.flatMap(({ body }) => (body.type === 'order.sent' ? [body.order] : []));
  const last = events.flatMap(({ body }) =>
    body.type === 'injection.ended' || body.type === 'injection.refused' || body.type === 'injection.lost'
      ? [body.order]
      : [],
  );
  const troubles = sent
    .filter((order) => last.filter((one) => one === order).length !== 1)
    .map((order) => `${order} has ${last.filter((one) => one === order).length} last words`);
  return events.some(({ body }) => body.type === 'run.ended') ? troubles : [...troubles, 'the run has not ended'];
}
