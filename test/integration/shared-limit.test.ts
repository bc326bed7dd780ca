// Two runs at once on real agents, under one limit. Judged by what the agents themselves wrote down.

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../shared/domain/run.ts';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { ofType } from '../support/cluster-calls.ts';
import { startVictim, type Victim } from '../support/victims.ts';

const NODES = ['node-a', 'node-b', 'node-c'];

function policyWith(most: number): string {
  return `apiVersion: roulette/v1
kind: Policy
limits:
  - { name: victims-at-once, most: ${most}, nodes: { role: victim } }
people: { '*': operator }
`;
}

/** Pauses one victim after the other, four times, as fast as the slots come. */
function document(name: string, site: string): string {
  return `apiVersion: roulette/v1
kind: Experiment
name: ${name}
owner: tester
environment: staging
hypothesis: The victims are paused one at a time.
targets:
  victims: { nodes: { role: victim }, processes: { service: victim } }
monitors:
  site: { http: { url: "http://${site}/", rate: 10/s, measure: rate }, every: 200ms }
steadyState:
  - site >= 0
stages:
  - name: pauses
    steps:
      - fault: process-pause
        target: victims
        duration: 400ms
        repeat: { times: 4, every: 500ms }
recovery: { within: 10s }
`;
}

interface Interval {
  readonly node: string;
  readonly from: number;
  readonly to: number;
}

/** By the clocks of the agents, which are one clock here. */
function intervalsOf(events: readonly RunEvent[]): Interval[] {
  return ofType(events, 'injection.ended').map(({ node, startedAt, endedAt }) => ({
    node,
    from: startedAt,
    to: endedAt,
  }));
}

function overlaps(all: readonly Interval[]): Interval[][] {
  const pairs = all.flatMap((first, index) => all.slice(index + 1).map((second) => [first, second]));
  return pairs.filter(([a, b]) => a !== undefined && b !== undefined && a.from < b.to && b.from < a.to);
}

async function playTwo(cluster: Cluster): Promise<readonly (readonly RunEvent[])[]> {
  const victims: Victim[] = [];
  try {
    for (const node of NODES) {
      const mark = `victim-${randomBytes(6).toString('hex')}`;
      await cluster.startAgent(node, { labels: { role: 'victim' }, services: { victim: { cmdline: mark } } });
      victims.push(await startVictim(mark));
    }
    const runs = await Promise.all([
      cluster.start(document('one', cluster.operators), 'seed-1'),
      cluster.start(document('other', cluster.operators), 'seed-2'),
    ]);
    return await Promise.all(runs.map((run) => cluster.timeline(run)));
  } finally {
    for (const victim of victims) await victim[Symbol.asyncDispose]();
  }
}

describe('two runs at once', { timeout: 120_000 }, () => {
  it('never have two victims down together under a limit of one, and each gets what it planned', async () => {
    await using cluster = await startCluster({ policy: policyWith(1) });

    const timelines = await playTwo(cluster);
    const intervals = timelines.flatMap(intervalsOf);

    expect(intervals).toHaveLength(8);
    expect(overlaps(intervals)).toEqual([]);
    expect(timelines.map((events) => ofType(events, 'run.ended')[0]?.verdict)).toEqual(['passed', 'passed']);
    const waits = timelines.flatMap((events) => ofType(events, 'slot.waiting'));
    expect(waits.map(({ rule }) => rule)).toContain('victims-at-once');
  });

  it('have victims down together under a limit of two: the test can see it', async () => {
    await using cluster = await startCluster({ policy: policyWith(2) });

    const timelines = await playTwo(cluster);

    expect(overlaps(timelines.flatMap(intervalsOf)).length).toBeGreaterThan(0);
  });
});
