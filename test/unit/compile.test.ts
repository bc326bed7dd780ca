import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../coordinator/core/compile.ts';
import { canonicalJson, digestOf } from '../../shared/canonical.ts';
import type { Experiment, FlatMode, Mode, Step } from '../../shared/domain/experiment.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { exampleDocument } from '../support/documents.ts';
import { buildExperiment, buildFleet, buildNode, buildStep, readExperiment } from '../support/experiments.ts';

function compile(
  experiment: Experiment,
  inventory: readonly InventoryNode[],
  more: { seed?: string; environment?: string } = {},
): Plan {
  return compilePlan({
    names: new Map(),
    experiment,
    documentDigest: 'digest',
    seed: 'seed-1',
    environment: 'staging',
    inventory,
    ...more,
  });
}

function withSteps(steps: readonly Step[], together = false): Experiment {
  return buildExperiment({ stages: [{ name: 'smoke', together, steps }] });
}

function nodesOf(mode: Mode, size: number, seed = 'seed-1'): readonly string[] {
  return compile(withSteps([buildStep({ mode })]), buildFleet(size), { seed }).slots[0]?.nodes ?? [];
}

const inGroups = (choose: FlatMode, nodes: FlatMode): Mode => ({ kind: 'groups', label: 'zone', choose, nodes });

describe('a plan', () => {
  it('of the example is what it was when this was written: nothing moves a draw by accident', () => {
    const { experiment, digest } = readExperiment(exampleDocument('game-day'));
    const inventory = ['a', 'b', 'c'].map((group) => buildNode(`node-${group}`, { labels: { role: 'orders', group } }));

    const plan = compilePlan({
      names: new Map(),
      experiment,
      documentDigest: digest,
      seed: 'game-day-7',
      environment: 'staging',
      inventory,
    });

    expect(plan.slots.map(({ id, offsetMs, nodes }) => `${id} +${offsetMs} ${nodes.join()}`)).toMatchInlineSnapshot(`
      [
        "smoke/1/1 +0 node-b",
        "scale/1/1 +21 node-b",
        "scale/1/2 +3670 node-a",
        "scale/1/3 +8790 node-b",
        "scale/1/4 +11265 node-c",
        "scale/1/5 +14083 node-c",
        "edge/1/1 +0 node-b",
        "edge/2/1 +0 node-c",
        "edge/3/1 +0 node-b",
      ]
    `);
    expect(plan.problems).toEqual([]);
  });

  it('has one digest and one set of standby nodes, whoever compiles it', () => {
    const experiment = withSteps([buildStep({ mode: { kind: 'count', count: 2 } })]);

    const plan = compile(experiment, buildFleet(6));

    expect(plan.slots[0]?.nodes).toEqual(['node-05', 'node-04']);
    expect(plan.standby).toEqual({ 'smoke/1/1': ['node-03', 'node-01', 'node-00'] });
    expect(digestOf(plan)).toBe('f41db255af09f6e62cc2e17181aaad57a05beed5af5f29ddcfd55fbe1cd66f2f');
  });

  it('says of a slot all that is needed to play it', () => {
    const [slot] = compile(withSteps([buildStep({ pick: { kind: 'all' } })]), buildFleet(1)).slots;

    expect(slot).toEqual({
      id: 'smoke/1/1',
      stage: 'smoke',
      step: 1,
      repetition: 1,
      offsetMs: 0,
      fault: 'process-kill',
      params: { signal: 'KILL', watch: 10_000 },
      durationMs: null,
      target: 'web',
      processes: { service: 'web' },
      pick: { kind: 'all' },
      nodes: ['node-00'],
      drawKey: '["seed-1","smoke",1,1,"processes"]',
    });
  });

  it('chooses the processes of every slot by a draw of its own', () => {
    const repeat = { kind: 'every', times: 2, everyMs: 1000, jitterMs: 0 } as const;

    const { slots } = compile(withSteps([buildStep({ repeat }), buildStep()]), buildFleet(1));

    expect(slots.map(({ drawKey }) => drawKey)).toEqual([
      '["seed-1","smoke",1,1,"processes"]',
      '["seed-1","smoke",1,2,"processes"]',
      '["seed-1","smoke",2,1,"processes"]',
    ]);
  });
});

describe('a mode', () => {
  it.each<[Mode, number, number]>([
    [{ kind: 'one' }, 10, 1],
    [{ kind: 'all' }, 10, 10],
    [{ kind: 'count', count: 3 }, 10, 3],
    [{ kind: 'percent', percent: 30 }, 10, 3],
    [{ kind: 'percent', percent: 39 }, 10, 3],
    [{ kind: 'percent', percent: 1 }, 10, 1],
    [{ kind: 'percent', percent: 7 }, 100, 7],
    [{ kind: 'percent', percent: 29 }, 100, 29],
    [{ kind: 'percent', percent: 65.1 }, 1000, 651],
    [{ kind: 'percent', percent: 100 }, 10, 10],
    [{ kind: 'minority' }, 3, 1],
    [{ kind: 'minority' }, 4, 1],
    [{ kind: 'minority' }, 5, 2],
    [{ kind: 'majority' }, 1, 1],
    [{ kind: 'majority' }, 4, 3],
    [{ kind: 'majority' }, 5, 3],
  ])('%j of %i nodes is %i', (mode, size, expected) => {
    expect(nodesOf(mode, size)).toHaveLength(expected);
  });

  it('upToPercent takes any number from one to the share, by the seed', () => {
    const sizes = new Set(
      Array.from({ length: 200 }, (_, index) => nodesOf({ kind: 'upToPercent', percent: 30 }, 10, `s${index}`).length),
    );

    expect([...sizes].toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  });

  it('groups takes nodes within the chosen groups only', () => {
    const mode: Mode = {
      kind: 'groups',
      label: 'zone',
      choose: { kind: 'one' },
      nodes: { kind: 'percent', percent: 50 },
    };
    const fleet = buildFleet(12);

    const zones = Array.from({ length: 30 }, (_, index) => {
      const nodes = compile(withSteps([buildStep({ mode })]), fleet, { seed: `s${index}` }).slots[0]?.nodes ?? [];
      expect(nodes).toHaveLength(2);
      const found = new Set(nodes.map((id) => fleet.find((node) => node.id === id)?.labels['zone']));
      expect(found.size).toBe(1);
      return [...found][0];
    });

    expect(new Set(zones).size).toBe(3);
  });

  it('never names a standby that it also chose', () => {
    const plan = compile(withSteps([buildStep({ mode: { kind: 'count', count: 3 } })]), buildFleet(5));

    const standby = Object.values(plan.standby)[0] ?? [];
    expect(standby).toHaveLength(2);
    expect(standby.filter((node) => plan.slots[0]?.nodes.includes(node))).toEqual([]);
  });
});

describe('the times of a plan', () => {
  it('are one step after the other, each as long as its last injection', () => {
    const pause = buildStep({
      fault: 'process-pause',
      durationMs: 5000,
      params: {},
      repeat: { kind: 'every', times: 3, everyMs: 10_000, jitterMs: 0 },
    });

    const plan = compile(withSteps([buildStep(), pause, buildStep()]), buildFleet(1));

    expect(plan.slots.map(({ id, offsetMs }) => [id, offsetMs])).toEqual([
      ['smoke/1/1', 0],
      ['smoke/2/1', 10_000],
      ['smoke/2/2', 20_000],
      ['smoke/2/3', 30_000],
      ['smoke/3/1', 35_000],
    ]);
    expect(plan.stages[0]?.lengthMs).toBe(45_000);
  });

  it('start together when the stage says so', () => {
    const plan = compile(withSteps([buildStep(), buildStep()], true), buildFleet(1));

    expect(plan.slots.map(({ offsetMs }) => offsetMs)).toEqual([0, 0]);
  });
});

function codes(plan: Plan): string[] {
  return plan.problems.map(({ code, at, node }) => `${code} ${at} ${node ?? ''}`.trim());
}

describe('what would be refused', () => {
  it.each<[string, Plan, string[]]>([
    ['a target without nodes', compile(buildExperiment(), []), ['PLAN_NO_NODES smoke/1']],
    [
      'too few nodes',
      compile(withSteps([buildStep({ mode: { kind: 'count', count: 4 } })]), buildFleet(3)),
      ['PLAN_TOO_FEW_NODES smoke/1'],
    ],
    [
      'a minority of two',
      compile(withSteps([buildStep({ mode: { kind: 'minority' } })]), buildFleet(2)),
      ['PLAN_TOO_FEW_NODES smoke/1'],
    ],
    [
      'another coordinator',
      compile(buildExperiment(), buildFleet(1), { environment: 'production' }),
      ['PLAN_ENVIRONMENT'],
    ],
    [
      'a node of production',
      compile(buildExperiment(), [buildNode('p', { environment: 'production' })]),
      ['PLAN_ENVIRONMENT smoke/1 p'],
    ],
    [
      'an agent without the fault',
      compile(buildExperiment(), [buildNode('old', { faults: {} })]),
      ['PLAN_FAULT_UNSUPPORTED smoke/1 old'],
    ],
    [
      'an agent with another spec',
      compile(buildExperiment(), [buildNode('old', { faults: { 'process-kill': 'x' } })]),
      ['PLAN_FAULT_UNSUPPORTED smoke/1 old'],
    ],
  ])('names %s', (_, plan, expected) => {
    expect(codes(plan)).toEqual(expected);
  });

  it.each<[string, Mode, number, string | null]>([
    ['too few nodes', { kind: 'count', count: 4 }, 3, '4 nodes are asked for, and there are 3'],
    ['a minority of two', { kind: 'minority' }, 2, 'a minority of 2 is no node'],
    [
      'too few groups',
      inGroups({ kind: 'count', count: 4 }, { kind: 'one' }),
      9,
      '4 groups are asked for, and there are 3',
    ],
    ['a minority of two groups', inGroups({ kind: 'minority' }, { kind: 'one' }), 2, 'a minority of 2 is no group'],
    [
      'a group that is too small',
      inGroups({ kind: 'one' }, { kind: 'count', count: 2 }),
      5,
      'in zone c, 2 nodes are asked for, and there are 1',
    ],
    [
      'a minority of a small group',
      inGroups({ kind: 'all' }, { kind: 'minority' }),
      8,
      'in zone c, a minority of 2 is no node',
    ],
    ['nothing where all is there', inGroups({ kind: 'minority' }, { kind: 'minority' }), 9, null],
  ])('tells of %s', (_, mode, size, expected) => {
    const plan = compile(withSteps([buildStep({ mode })]), buildFleet(size));

    expect(plan.problems.map(({ code, message }) => `${code} ${message}`)).toEqual(
      expected === null ? [] : [`PLAN_TOO_FEW_NODES target web: ${expected}`],
    );
  });

  it('names a fleet without the label that groups it', () => {
    const mode: Mode = { kind: 'groups', label: 'rack', choose: { kind: 'one' }, nodes: { kind: 'all' } };

    const plan = compile(withSteps([buildStep({ mode })]), buildFleet(3));

    expect(plan.problems).toMatchObject([{ message: 'target web: none of its nodes has the label rack' }]);
  });

  it('names what a node lacks', () => {
    const experiment = buildExperiment({
      targets: { web: { nodes: 'all', processes: null } },
      stages: [
        {
          name: 'edge',
          together: false,
          steps: [buildStep({ fault: 'cpu-load', durationMs: 1, params: { load: 0.5, cores: null, ramp: 0 } })],
        },
      ],
    });

    const plan = compile(experiment, [buildNode('bare', { capabilities: [] })]);

    expect(plan.problems).toMatchObject([
      {
        code: 'PLAN_FAULT_UNSUPPORTED',
        message: 'node bare cannot do cpu-load: it lacks taskset: the program taskset (util-linux)',
      },
    ]);
  });

  it('counts many alike instead of naming each', () => {
    const plan = compile(
      buildExperiment(),
      buildFleet(30).map((node) => ({ ...node, faults: {} })),
    );

    expect(plan.problems).toHaveLength(1);
    expect(plan.problems[0]?.message).toContain('30 of 30 nodes');
  });

  it('is canonical JSON all the same', () => {
    expect(() => canonicalJson(compile(buildExperiment(), []))).not.toThrow();
  });
});
