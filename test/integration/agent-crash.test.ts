import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
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

/** The only child of a process (proc(5), task/TID/children). */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

describe('an agent that is killed while faults are active', () => {
  it('leaves no load behind, and its successor lets the paused go on before it connects', async () => {
    await using cluster = await startCluster();
    const mark = `victim-${randomBytes(6).toString('hex')}`;
    const services = { victim: { cmdline: mark } };
    const agent = await cluster.startAgent('node-a', { services });
    await using victim = await startVictim(mark);
    await cluster.start(DOCUMENT);
    await agent.until(isInjected('process-pause'));
    await agent.until(isInjected('cpu-load'));
    await eventually('the victim is stopped', () => stateOf(victim.pid) === 'T');
    const burner = childOf(agent.process.pid ?? 0);

    await agent.end('SIGKILL');
    await eventually('the burner has ended', () => [null, 'Z'].includes(stateOf(burner)));
    const leftBehind = stateOf(victim.pid);
    const successor = await cluster.startAgent('node-a', { services });

    expect(leftBehind).toBe('T');
    expect(stateOf(victim.pid)).not.toBe('T');
    const said = successor.lines.map(({ msg }) => msg);
    expect(said.filter((line) => line === 'recovered')).toHaveLength(2);
    expect(said.lastIndexOf('recovered')).toBeLessThan(said.indexOf('connected'));
    expect(successor.lines.filter(({ msg }) => msg === 'recovered')).toMatchObject([
      { reverted: true, revertErrors: [] },
      { reverted: true, revertErrors: [] },
    ]);
  });
});
