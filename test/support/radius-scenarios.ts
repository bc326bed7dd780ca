// Random scenarios: fleets, rules of every kind, runs at once, and what goes wrong meanwhile.

import fc from 'fast-check';
import type { Amount, Per, RadiusRule } from '../../shared/domain/policy.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import type { Happening, Labels, RunSpec, Scenario, SlotSpec } from './fleet-simulator.ts';

const FAULTS: readonly FaultKind[] = ['process-kill', 'process-pause', 'cpu-load', 'net-loss'];
const SERVICES = ['cart', 'search', null];
const MOST_NODES = 12;
const MOST_RUNS = 4;
const PLAY_MS = 15_000;
const RULE_KINDS = ['limit', 'floor', 'rate', 'coolDown', 'apart', 'exclude', 'require'] as const;
const HAPPENING_KINDS = [
  'break',
  'stall',
  'crash',
  'undos-fail',
  'relabel',
  'restart',
  'rules',
  'halt',
  'close',
] as const;

const labels: fc.Arbitrary<Labels> = fc
  .tuple(fc.constantFrom('web', 'db', null), fc.constantFrom('1', '2', null))
  .map(([role, zone]) => ({ ...(role === null ? {} : { role }), ...(zone === null ? {} : { zone }) }));

const selector = fc.oneof(
  { weight: 3, arbitrary: fc.constant('all' as const) },
  fc.constant({ role: ['web'] }),
  fc.constant({ role: ['web', 'db'], zone: ['1'] }),
);

const faults = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  fc.subarray([...FAULTS], { minLength: 1, maxLength: 2 }),
);

const perLabel: fc.Arbitrary<Per> = fc.constantFrom<Per>(
  { kind: 'fleet' },
  { kind: 'label', label: 'role' },
  { kind: 'label', label: 'zone' },
);

const perAny = fc.oneof(perLabel, fc.constantFrom<Per>({ kind: 'service' }, { kind: 'label', label: 'node' }));

const overall = fc.constant<Per>({ kind: 'fleet' });

const scope = { nodes: selector, faults };

const share: fc.Arbitrary<Amount> = fc
  .constantFrom(0.25, 0.34, 0.5, 0.75)
  .map((part) => ({ kind: 'share', share: part }));

function count(least: number, most: number): fc.Arbitrary<Amount> {
  return fc.integer({ min: least, max: most }).map((number) => ({ kind: 'count', count: number }));
}

const sides = fc.constantFrom<Extract<RadiusRule, { kind: 'apart' }>['sides']>(
  { kind: 'label', label: 'zone' },
  { kind: 'groups', groups: [{ role: ['web'] }, { role: ['db'] }] },
  { kind: 'groups', groups: [{ role: ['web'] }, { zone: ['1'] }] },
);

/** By kind, with how often it comes. */
const RULES: Readonly<Record<RadiusRule['kind'], Weighted<RadiusRule>>> = {
  limit: weighted(4, ruleOf('limit', { ...scope, per: perLabel, most: fc.oneof(count(1, 3), share) })),
  floor: weighted(
    2,
    ruleOf('floor', { ...scope, faults: fc.constant(null), per: perLabel, healthy: fc.oneof(count(1, 3), share) }),
  ),
  rate: weighted(
    2,
    ruleOf('rate', {
      ...scope,
      per: perAny,
      most: fc.integer({ min: 1, max: 4 }),
      withinMs: fc.integer({ min: 500, max: 15_000 }),
    }),
  ),
  coolDown: weighted(2, ruleOf('coolDown', { ...scope, per: perAny, lengthMs: fc.integer({ min: 100, max: 8000 }) })),
  apart: weighted(
    2,
    ruleOf('apart', {
      ...scope,
      per: fc.constantFrom<Per>({ kind: 'fleet' }, { kind: 'label', label: 'role' }),
      sides,
    }),
  ),
  exclude: weighted(1, ruleOf('exclude', { nodes: fc.constant({ zone: ['2'] }), faults, per: overall })),
  require: weighted(1, ruleOf('require', { ...scope, labels: fc.constant({ zone: ['1'] }), per: overall })),
};

function ruleOf<Shape extends object>(
  kind: RadiusRule['kind'],
  shape: { [Key in keyof Shape]: fc.Arbitrary<Shape[Key]> },
): fc.Arbitrary<RadiusRule> {
  return fc.record(shape).map((rest) => ({ kind, name: kind, ...rest }) as unknown as RadiusRule);
}

interface Weighted<T> {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<T>;
}

function weighted<T>(weight: number, arbitrary: fc.Arbitrary<T>): Weighted<T> {
  return { weight, arbitrary };
}

function rulesOf(kinds: readonly RadiusRule['kind'][]): fc.Arbitrary<RadiusRule[]> {
  return fc.array(fc.oneof(...kinds.map((kind) => RULES[kind])), { minLength: 1, maxLength: 3 });
}

const node = fc.nat({ max: MOST_NODES - 1 });

const slot: fc.Arbitrary<SlotSpec> = fc
  .record({
    offsetMs: fc.integer({ min: 0, max: 4000 }),
    fault: fc.constantFrom(...FAULTS),
    lengthMs: fc.integer({ min: 100, max: 5000 }),
    service: fc.constantFrom(...SERVICES),
    picked: fc.uniqueArray(node, { minLength: 1, maxLength: 6 }),
    standbys: fc.nat({ max: 3 }),
    slackMs: fc.constantFrom(0, 1000, 5000),
  })
  .map(({ picked, standbys, ...rest }) => {
    const hit = Math.max(1, picked.length - standbys);
    return { ...rest, nodes: picked.slice(0, hit), standby: picked.slice(hit) };
  });

const run: fc.Arbitrary<RunSpec> = fc.record({
  startAt: fc.integer({ min: 500, max: 10_000 }),
  stages: fc.array(fc.array(slot, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
  aborts: fc.boolean(),
});

const at = fc.integer({ min: 500, max: PLAY_MS });
const forMs = fc.integer({ min: 100, max: 9000 });
const runNumber = fc.nat({ max: MOST_RUNS - 1 });

const HAPPENINGS: Readonly<Record<Happening['kind'], Weighted<Happening>>> = {
  break: weighted(2, fc.record({ at, kind: fc.constant('break' as const), node, forMs })),
  stall: weighted(2, fc.record({ at, kind: fc.constant('stall' as const), node, forMs })),
  crash: weighted(3, fc.record({ at, kind: fc.constant('crash' as const), node, forMs, kept: fc.boolean() })),
  'undos-fail': weighted(3, fc.record({ at, kind: fc.constant('undos-fail' as const), node, forMs })),
  relabel: weighted(1, fc.record({ at, kind: fc.constant('relabel' as const), node, labels })),
  restart: weighted(
    2,
    fc.record({ at, kind: fc.constant('restart' as const), forMs: fc.integer({ min: 100, max: 3000 }) }),
  ),
  rules: weighted(1, fc.record({ at, kind: fc.constant('rules' as const), rules: rulesOf(RULE_KINDS) })),
  halt: weighted(1, fc.record({ at, kind: fc.constant('halt' as const), run: runNumber })),
  close: weighted(1, fc.record({ at, kind: fc.constant('close' as const), run: runNumber })),
};

/** Narrows what is random to what a mistake is about, so that fewer scenarios are needed to see it. */
export interface Focus {
  readonly rules?: readonly RadiusRule['kind'][];
  readonly happenings?: readonly Happening['kind'][];
}

export function scenariosOf({ rules = RULE_KINDS, happenings = HAPPENING_KINDS }: Focus = {}): fc.Arbitrary<Scenario> {
  return fc
    .record({
      seed: fc.nat(),
      fleet: fc.array(labels, { minLength: 1, maxLength: MOST_NODES }),
      rules: rulesOf(rules),
      runs: fc.array(run, { minLength: 1, maxLength: MOST_RUNS }),
      happenings: fc.array(fc.oneof(...happenings.map((kind) => HAPPENINGS[kind])), { maxLength: 10 }),
    })
    .map(fitToFleet);
}

/** Nodes are picked as if all fleets had the same size. */
function fitToFleet(scenario: Scenario): Scenario {
  const size = scenario.fleet.length;
  const fit = (numbers: readonly number[]): number[] => [...new Set(numbers.map((number) => number % size))];
  return {
    ...scenario,
    runs: scenario.runs.map((spec) => ({
      ...spec,
      stages: spec.stages.map((slots) =>
        slots.map((one) => {
          const nodes = fit(one.nodes);
          return { ...one, nodes, standby: fit(one.standby).filter((number) => !nodes.includes(number)) };
        }),
      ),
    })),
    happenings: scenario.happenings.map((one) => ('node' in one ? { ...one, node: one.node % size } : one)),
  };
}
