import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startCluster } from '../support/cluster.ts';
import { eventually, startVictim, stateOf } from '../support/victims.ts';

const DOCUMENT = `
apiVersion: roulette/v1
kind: Experiment
name: crash
owner: tester
environment: staging
hypothesis: Nothing outlives its agent.
targets:
  victims: { nodes: all, processes: { service: victim } }
  machines: { nodes: all }
monitors:
  victims: { processes: { target: victims }, every: 200ms, staleAfter: 30s }
steadyState:
  - victims >= 0
stages:
  - name: smoke
    together: true
    steps:
      - { fault: process-pause, target: victims, mode: one, duration: 60s }
      - { fault: cpu-load, target: machines, mode: one, duration: 60s, params: { load: 10%, cores: 1 } }
recovery: { within: 5s }
`;

function isInjected(fault: string): (line: Record<string, unknown>) => boolean {
  return (line) => line['msg'] === 'injected' && line['fault'] === fault;
}

/** proc(5), task/TID/children */
function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '))
    .filter((child) => child !== '')
    .map(Number);
}

describe('an agent that is killed while faults are active', () => {
  it('leaves nothing behind, and its successor tells what its keeper has reverted', async () => {
    await using cluster = await startCluster();
    const mark = `victim-${randomBytes(6).toString('hex')}`;
    const services = { victim: { cmdline: mark } };
    const agent = await cluster.startAgent('node-a', { services });
    await using victim = await startVictim(mark);
    const run = await cluster.start(DOCUMENT);
    await agent.until(isInjected('process-pause'));
    await agent.until(isInjected('cpu-load'));
    await eventually('the victim is stopped', () => stateOf(victim.pid) === 'T');
    const children = childrenOf(agent.process.pid ?? 0);

    await agent.end('SIGKILL');
    await eventually('the victim goes on', () => stateOf(victim.pid) !== 'T');
    await eventually('keeper and burner have ended', () => children.every((pid) => [null, 'Z'].includes(stateOf(pid))));
    const successor = await cluster.startAgent('node-a', { services });
    const events = await cluster.timeline(run);

    expect(children).toHaveLength(2);
    const said = successor.lines.map(({ msg }) => msg);
    expect(said.filter((line) => line === 'recovered')).toHaveLength(2);
    expect(said.lastIndexOf('recovered')).toBeLessThan(said.indexOf('connected'));
    const ends = events.flatMap(({ body }) => (body.type === 'injection.ended' ? [body] : []));
    expect(ends).toHaveLength(2);
    expect(ends).toMatchObject([
      { reason: 'keeper', reverted: true },
      { reason: 'keeper', reverted: true },
    ]);
  });
});
