import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { GetRunReply__Output } from '../../shared/rpc/generated/roulette/v1/GetRunReply.ts';
import type { HaltRunReply__Output } from '../../shared/rpc/generated/roulette/v1/HaltRunReply.ts';
import type { ListNodesReply__Output } from '../../shared/rpc/generated/roulette/v1/ListNodesReply.ts';
import type { VerifyAuditReply__Output } from '../../shared/rpc/generated/roulette/v1/VerifyAuditReply.ts';
import { callUnary, startCluster, type Cluster } from '../support/cluster.ts';
import { auditRows, ofType } from '../support/cluster-calls.ts';
import { eventually, startVictim, stateOf } from '../support/victims.ts';

interface Shape {
  readonly steps: readonly string[];
  readonly together?: boolean;
  readonly monitors?: string;
  readonly steadyState?: string;
  readonly abort?: string;
  readonly recovery?: string;
}

function documentWith({ steps, together, monitors, steadyState, abort, recovery }: Shape): string {
  return `
apiVersion: roulette/v1
kind: Experiment
name: test
owner: tester
environment: staging
hypothesis: It holds.
targets:
  victims: { nodes: { role: victim }, processes: { service: victim } }
  machines: { nodes: { role: victim } }
monitors:
  victims: { processes: { target: victims }, every: 200ms, staleAfter: 3s }
  ${monitors ?? ''}
steadyState:
  - ${steadyState ?? 'victims >= 0'}
${abort === undefined ? '' : `abort:\n  - ${abort}`}
stages:
  - name: smoke
    together: ${together ?? false}
    steps:
${steps.map((step) => `      - ${step}`).join('\n')}
recovery: { within: ${recovery ?? '5s'} }
`;
}

const KILL = '{ fault: process-kill, target: victims, mode: one, params: { watch: 300ms } }';

/** A monitor that sees whatever becomes of the nodes. */
function siteMonitor(cluster: Cluster): Pick<Shape, 'monitors' | 'steadyState'> {
  const monitors = `site: { http: { url: "http://${cluster.operators}/", rate: 5/s, measure: rate }, every: 300ms }`;
  return { monitors, steadyState: 'site >= 0' };
}

/** A mark that no other test's processes have, and a node that knows it as the service `victim`. */
async function startNode(cluster: Cluster, node = 'node-a'): Promise<string> {
  const mark = `victim-${randomBytes(6).toString('hex')}`;
  await cluster.startAgent(node, { labels: { role: 'victim' }, services: { victim: { cmdline: mark } } });
  return mark;
}

describe('a game day on real processes', () => {
  it('kills the victim by exactly the signal asked for, and the audit log says whom', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using victim = await startVictim(mark);
    const step = '{ fault: process-kill, target: victims, mode: one, params: { signal: ABRT, watch: 300ms } }';

    const run = await cluster.start(documentWith({ steps: [step] }), 'seed-1');
    const signal = await victim.ended;
    const events = await cluster.timeline(run);
    const rows = await auditRows(cluster);
    const check = await callUnary<VerifyAuditReply__Output>((back) => cluster.client().verifyAudit({}, back));

    expect(signal).toBe('SIGABRT');
    expect(ofType(events, 'run.ended')).toMatchObject([{ verdict: 'passed' }]);
    const started = rows.find(({ action }) => action === 'injection.started');
    expect(started).toMatchObject({ actor: 'agent:node-a', runId: run });
    expect(JSON.parse(started?.detailJson ?? '')).toMatchObject({
      seed: 'seed-1',
      node: 'node-a',
      targets: [{ pid: victim.pid, startTicks: expect.stringMatching(/^\d+$/u), service: 'victim' }],
    });
    expect(rows.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['run.prepared', 'stage.started', 'order.sent', 'injection.ended', 'run.ended']),
    );
    expect(check).toMatchObject({ ok: true, rows: rows.length });
  });

  it('writes every decision to the audit log before the node can have heard of it', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using _victim = await startVictim(mark);

    const run = await cluster.start(documentWith({ steps: [KILL] }));
    await cluster.timeline(run);
    const actions = (await auditRows(cluster)).map(({ action }) => action);

    expect(actions.indexOf('order.sent')).toBeGreaterThan(-1);
    expect(actions.indexOf('order.sent')).toBeLessThan(actions.indexOf('injection.started'));
    expect(actions.slice(0, 3)).toEqual(['policy.loaded', 'run.prepared', 'run.started']);
  });

  it('pauses and resumes, loads a core, and reports asked and achieved', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using victim = await startVictim(mark);
    const steps = [
      '{ fault: process-pause, target: victims, mode: one, duration: 1s }',
      '{ fault: cpu-load, target: machines, mode: one, duration: 2s, params: { load: 30%, cores: 1 } }',
    ];

    const run = await cluster.start(documentWith({ steps, together: true }));
    await cluster.untilEvent(run, ({ body }) => body.type === 'injection.started' && body.fault === 'process-pause');
    const during = stateOf(victim.pid);
    const events = await cluster.timeline(run);

    expect(during).toBe('T');
    expect(stateOf(victim.pid)).not.toBe('T');
    const observations = ofType(events, 'injection.ended').flatMap((body) => body.observations);
    expect(observations).toContainEqual(
      expect.objectContaining({ name: 'processes paused', asked: 1, achieved: 1, effective: true }),
    );
    expect(observations).toContainEqual(expect.objectContaining({ name: 'cpu load', asked: 0.3, effective: true }));
    expect(ofType(events, 'run.ended')).toMatchObject([{ verdict: 'passed' }]);
  });

  it('notes a selector that matches nothing, and claims nothing', async () => {
    await using cluster = await startCluster();
    await startNode(cluster);

    const run = await cluster.start(documentWith({ steps: [KILL] }));
    const events = await cluster.timeline(run);

    expect(ofType(events, 'injection.refused')).toMatchObject([{ code: 'FAULT_NO_MATCH', node: 'node-a' }]);
    expect(ofType(events, 'run.ended')).toMatchObject([{ verdict: 'inconclusive' }]);
  });

  it('lets a standby take the place of a node that went away, and says so', async () => {
    await using cluster = await startCluster();
    const markA = await startNode(cluster, 'node-a');
    const markB = await startNode(cluster, 'node-b');
    await using _a = await startVictim(markA);
    await using _b = await startVictim(markB);
    const steps = [
      '{ fault: cpu-load, target: machines, mode: one, duration: 1s, params: { load: 5%, cores: 1 } }',
      KILL,
    ];
    const run = await cluster.start(documentWith({ steps, ...siteMonitor(cluster) }), 'seed-2');
    await cluster.untilEvent(run, ({ body }) => body.type === 'stage.started');
    const { planJson } = await callUnary<GetRunReply__Output>((back) => cluster.client().getRun({ runId: run }, back));
    const plan = JSON.parse(planJson) as { slots: { id: string; nodes: string[] }[] };
    const chosen = plan.slots.find(({ id }) => id === 'smoke/2/1')?.nodes[0];

    await cluster.agent(chosen ?? '').end('SIGKILL');
    const events = await cluster.timeline(run);

    expect(ofType(events, 'slot.substituted')).toContainEqual(
      expect.objectContaining({ slot: 'smoke/2/1', node: chosen, by: chosen === 'node-a' ? 'node-b' : 'node-a' }),
    );
  });

  it('skips a slot when no candidate is left, and claims nothing', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using _victim = await startVictim(mark);
    const document = documentWith({
      steps: [
        '{ fault: process-kill, target: victims, repeat: { times: 2, every: 2s }, slack: 0s, params: { watch: 200ms } }',
      ],
      ...siteMonitor(cluster),
    });

    const run = await cluster.start(document);
    await cluster.untilEvent(run, ({ body }) => body.type === 'injection.ended');
    await cluster.agent('node-a').end('SIGKILL');
    const events = await cluster.timeline(run);

    expect(ofType(events, 'slot.skipped')).toMatchObject([{ slot: 'smoke/1/2', node: 'node-a', code: 'NODE_AWAY' }]);
    expect(ofType(events, 'run.ended')).toMatchObject([{ verdict: 'inconclusive' }]);
  });

  it('halts on request, and answers with the proof', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using victim = await startVictim(mark);
    const steps = ['{ fault: process-pause, target: victims, mode: one, duration: 60s }'];

    const run = await cluster.start(documentWith({ steps }));
    await cluster.untilEvent(run, ({ body }) => body.type === 'injection.started');
    const request = { runId: run, requestedBy: 'tester', reason: 'enough' };
    const reply = await callUnary<HaltRunReply__Output>((back) => cluster.client().haltRun(request, back));
    const events = await cluster.timeline(run);

    expect(reply.injections).toMatchObject([{ node: 'node-a', state: 'reverted' }]);
    expect(stateOf(victim.pid)).not.toBe('T');
    expect(ofType(events, 'run.ended')).toMatchObject([{ verdict: 'aborted', reason: 'halted by tester: enough' }]);
  });

  it('stops by itself when an abort rule is breached, and judges the recovery', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using _one = await startVictim(mark);
    await using _two = await startVictim(mark);
    const steps = [KILL, '{ fault: process-pause, target: victims, mode: one, duration: 60s }'];

    const refuted = await cluster.start(
      documentWith({ steps, steadyState: 'victims >= 2', abort: 'victims < 2', recovery: '1s' }),
    );
    const events = await cluster.timeline(refuted);

    expect(ofType(events, 'abort.breached')).toMatchObject([{ condition: 'victims < 2', blind: false }]);
    expect(ofType(events, 'halt.confirmed')).toHaveLength(1);
    expect(ofType(events, 'run.ended')).toMatchObject([{ verdict: 'refuted' }]);
  });

  it('plays several runs at once', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using _one = await startVictim(mark);
    await using _two = await startVictim(mark);
    const pause = '{ fault: process-pause, target: victims, mode: one, duration: 1s }';
    const load = '{ fault: cpu-load, target: machines, mode: one, duration: 1s, params: { load: 5%, cores: 1 } }';

    const runs = await Promise.all([
      cluster.start(documentWith({ steps: [pause] })),
      cluster.start(documentWith({ steps: [load] })),
    ]);
    const verdicts = (await Promise.all(runs.map((run) => cluster.timeline(run)))).map(
      (events) => ofType(events, 'run.ended')[0]?.verdict,
    );

    expect(verdicts).toEqual(['passed', 'passed']);
  });

  it('refuses a run whose steady state does not hold', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using victim = await startVictim(mark);

    const run = await cluster.start(documentWith({ steps: [KILL], steadyState: 'victims >= 2' }));
    const events = await cluster.timeline(run);

    expect(ofType(events, 'gate.failed')).toMatchObject([{ stage: 'smoke', blind: false }]);
    expect(ofType(events, 'run.ended')).toMatchObject([{ verdict: 'refused' }]);
    expect(stateOf(victim.pid)).not.toBeNull();
  });
});

describe('a coordinator that is killed in the middle of a run', () => {
  it('comes back, ends what is active, and closes the run with the reason', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using victim = await startVictim(mark);
    const steps = [
      '{ fault: process-pause, target: victims, mode: one, duration: 60s }',
      '{ fault: cpu-load, target: machines, mode: one, duration: 60s, params: { load: 20%, cores: 1 } }',
    ];
    const run = await cluster.start(documentWith({ steps, together: true }));
    await eventually('both injections are active', async () => (await activeOrders(cluster)).length === 2);

    await cluster.coordinator().end('SIGKILL');
    await cluster.restartCoordinator();
    const events = await cluster.timeline(run);

    expect(stateOf(victim.pid)).not.toBe('T');
    expect(burnersOf(cluster.agent('node-a').process.pid ?? 0)).toEqual([]);
    expect(ofType(events, 'injection.ended')).toHaveLength(2);
    expect(ofType(events, 'run.ended')).toMatchObject([
      { verdict: 'error', reason: expect.stringContaining('the coordinator stopped while the run was playing') },
    ]);
  });

  it('leaves nothing broken even when no coordinator comes back', async () => {
    await using cluster = await startCluster({ lease: '1s', beat: '300ms' });
    const mark = await startNode(cluster);
    await using victim = await startVictim(mark);
    const steps = ['{ fault: process-pause, target: victims, mode: one, duration: 60s }'];
    const run = await cluster.start(documentWith({ steps }));
    await cluster.untilEvent(run, ({ body }) => body.type === 'injection.started');

    await cluster.coordinator().end('SIGKILL');

    await eventually('the lease ran out and the victim goes on', () => stateOf(victim.pid) !== 'T');
  });

  it('refuses to listen where another machine could reach it', async () => {
    await using cluster = await startCluster();

    const exit = await cluster.tryCoordinator({ operators: { listen: '0.0.0.0:0' } });

    expect(exit.code).toBe(2);
    expect(exit.errors).toContain('0.0.0.0:0 is not a loopback address');
  });
});

async function activeOrders(cluster: Cluster): Promise<string[]> {
  const { nodes } = await callUnary<ListNodesReply__Output>((back) => cluster.client().listNodes({}, back));
  return nodes.flatMap((node) => node.activeOrders);
}

/** Burners are children of their agent. */
function burnersOf(agentPid: number): string[] {
  const listing = spawnSync('ps', ['--ppid', String(agentPid), '-o', 'comm=']).stdout.toString();
  return listing.split('\n').filter((name) => name.startsWith('roulette-burner'));
}
