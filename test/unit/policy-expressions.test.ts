import { describe, expect, it } from 'vitest';
import { judgeExpressions, type ExpressionFacts } from '../../coordinator/core/policy-expressions.ts';
import { MOST_STEPS } from '../../coordinator/core/bounded-expression.ts';
import { compilePlan } from '../../coordinator/core/compile.ts';
import type { ExpressionRule } from '../../shared/domain/policy.ts';
import { troubleWithExpression } from '../../shared/schema/expression.ts';
import { buildExperiment, buildFleet, buildStep } from '../support/experiments.ts';

function buildFacts(more: Partial<ExpressionFacts> = {}): ExpressionFacts {
  const experiment = buildExperiment({
    stages: [
      {
        name: 'smoke',
        together: false,
        steps: [
          buildStep({ mode: { kind: 'count', count: 2 } }),
          buildStep({ fault: 'cpu-load', durationMs: 60_000, params: { load: 1, cores: 2, ramp: 0 } }),
        ],
      },
    ],
  });
  const inventory = buildFleet(6);
  return {
    experiment,
    plan: compilePlan({
      experiment,
      documentDigest: 'digest',
      seed: 'seed',
      environment: 'staging',
      inventory,
      names: new Map(),
    }),
    actor: { name: 'ana', roles: ['operator', 'approver'] },
    now: Date.parse('2026-11-26T10:30:00.250Z'),
    fleet: inventory.map(({ id, labels }, index) => ({ id, labels, connected: index !== 0 })),
    ...more,
  };
}

function rule(expression: string, more: Partial<ExpressionRule> = {}): ExpressionRule {
  return { name: 'rule', when: null, expression, message: 'it is so', ...more };
}

function messages(rules: readonly ExpressionRule[], facts = buildFacts()): string[] {
  return judgeExpressions(rules, facts).map(({ message }) => message);
}

describe('an expression that holds', () => {
  it.each([
    'experiment.name == "test" && experiment.environment == "staging"',
    'experiment.seed == "seed" && experiment.runbook == null',
    'experiment.targets.web.nodes.role == ["web"]',
    'experiment.stages[0].steps[0].mode.count == 2',
    'size(plan.slots) == 2',
    'plan.slots.all(slot, slot.offsetMs < 1000000 && slot.step <= 2)',
    'plan.slots.exists(slot, slot.fault == "cpu-load" && slot.params.load >= 0.8)',
    'plan.slots.filter(slot, slot.fault.startsWith("process-")).map(slot, size(slot.nodes)) == [2]',
    'plan.slots.map(slot, slot.fault) == ["process-kill", "cpu-load"]',
    '!has(plan.peers) && has(plan.standby)',
    '"operator" in actor.roles && actor.name != "ben"',
    'now > timestamp("2026-11-26T10:30:00Z") && now < timestamp("2026-11-26T10:30:01Z")',
    'now.getHours("Europe/Berlin") == 11 && now.getDayOfWeek() == 4',
    'now + duration("1h") > now',
    'fleet.size == 6 && fleet.connected == 5 && size(fleet.nodes) == fleet.size',
    'fleet.nodes.exists_one(node, !node.connected)',
    'fleet.nodes.filter(node, node.labels.zone == "a").all(node, node.id.startsWith("node-"))',
    'fleet.nodes.all(node, "role" in node.labels && node.labels.all(name, name != "tier"))',
    'size(fleet.nodes[0].labels) == 2',
    'plan.slots[0].nodes.all(id, fleet.nodes.exists(node, node.id == id))',
    '[[1], [2, 3]].map(list, list.map(x, x * 2)) == [[2], [4, 6]]',
    '[1, 2, 3].map(x, x > 1, x + 1) == [3, 4]',
    '"a,b".split(",") == ["a", "b"]',
    '{"a": 1}.a == 1',
  ])('%s', (expression) => {
    const refusals = messages([rule(expression)]);

    expect(troubleWithExpression(expression)).toBeNull();
    expect(refusals).toEqual([]);
  });

  it('counts with whole numbers, and with fractions even where these are whole', () => {
    const facts = buildFacts();

    const refusals = messages(
      [
        rule('plan.slots[0].offsetMs + 1 == 1'),
        rule('type(plan.slots[1].params.load) == double && plan.slots[1].params.load * 0.5 == 0.5'),
        rule('type(plan.slots[1].params.cores) == int && plan.slots[1].params.cores * 2 == 4'),
      ],
      facts,
    );

    expect(refusals).toEqual([]);
  });
});

describe('an expression that does not hold', () => {
  it('refuses with its message', () => {
    const refusals = judgeExpressions([rule('size(plan.slots) < 2', { message: 'at most one slot' })], buildFacts());

    expect(refusals).toEqual([{ rule: 'rule', code: 'POLICY_EXPRESSION', message: 'rule rule: at most one slot' }]);
  });

  it('refuses beside others that hold, each by itself', () => {
    const refusals = judgeExpressions(
      [rule('false', { name: 'first' }), rule('true', { name: 'second' }), rule('false', { name: 'third' })],
      buildFacts(),
    );

    expect(refusals.map((refusal) => refusal.rule)).toEqual(['first', 'third']);
  });

  it('does not matter where it does not apply', () => {
    const refusals = messages([
      rule('false', { when: 'experiment.environment == "qa"' }),
      rule('false', { when: 'experiment.environment == "staging"', message: 'applies' }),
    ]);

    expect(refusals).toEqual(['rule rule: applies']);
  });
});

describe('an expression that cannot be evaluated refuses', () => {
  it.each([
    ['fleet.nodes.all(node, node.labels.tier == "x")', 'cannot be evaluated: field not found: tier'],
    ['plan.slots[7].step == 1', 'cannot be evaluated: index 7 out of bounds'],
    ['experiment.name < 1', 'cannot be evaluated: found no matching overload'],
    ['actor.name.matches("(")', 'cannot be evaluated: error parsing regexp'],
    ['1 / (size(plan.slots) - 2) == 1', 'cannot be evaluated: '],
    ['now.getHours("Nowhere/Land") == 1', 'cannot be evaluated: Invalid time zone'],
    ['fleet.nodes[0].labels[1] == "x"', 'cannot be evaluated: '],
    ['fleet.nodes[0].constructor == "x"', 'cannot be evaluated: field not found: constructor'],
    ['experiment.name', 'is neither true nor false'],
    ['size(plan.slots)', 'is neither true nor false'],
    ['plan.nonsense == 1', 'cannot be evaluated: field not found: nonsense'],
    ['nonsense', 'cannot be evaluated: unresolved attribute'],
    ['nonsense(', 'cannot be evaluated: '],
  ])('%s', (expression, why) => {
    const [refusal] = messages([rule(expression)]);

    expect(refusal).toContain(`the expression of rule rule ${why}`);
  });

  it('also where it says when it applies', () => {
    const [failing, other] = messages([rule('true', { when: 'plan.nonsense' }), rule('true', { when: '1' })]);

    expect(failing).toBe('`when` of rule rule cannot be evaluated: field not found: nonsense');
    expect(other).toBe('`when` of rule rule is neither true nor false');
  });
});

describe('an expression over a large fleet', () => {
  const fleetOf = (size: number): ExpressionFacts =>
    buildFacts({
      fleet: Array.from({ length: size }, (_, index) => ({
        id: `node-${index}`,
        labels: { zone: `zone-${index % 3}`, role: 'web' },
        connected: true,
      })),
    });

  it('may loop over what another loop has picked', () => {
    const refusals = messages(
      [
        rule('fleet.nodes.filter(node, node.connected).all(node, node.labels.role == "web")'),
        rule('size(fleet.nodes.map(node, node.labels.zone).filter(zone, zone == "zone-1")) == 10000'),
      ],
      fleetOf(30_000),
    );

    expect(refusals).toEqual([]);
  });

  it.each([
    'fleet.nodes.all(node, fleet.nodes.exists(other, other.id == node.id))',
    'fleet.nodes.all(node, fleet.nodes.exists(other, other.id == node.id)) || true',
    'fleet.nodes.all(node, node.id in fleet.nodes.map(other, other.id))',
    'fleet.nodes.map(node, fleet.nodes.map(other, other.id)) != []',
    'fleet.nodes.all(node, [1, 2, 3, 4, 5].all(x, node.id != "" && "0123456789".split("").all(y, "abcdefghij".split("").all(z, y != z))))',
  ])('is given up when it looks at too much: %s', (expression) => {
    const refusals = messages([rule(expression), rule('true')], fleetOf(3000));

    expect(refusals).toEqual([
      `the expression of rule rule cannot be evaluated: it looks at more than ${MOST_STEPS} elements of lists`,
    ]);
  });
});

describe('facts', () => {
  it('are no more of a node than is promised', () => {
    const node = { id: 'a', labels: {}, connected: true, secret: 'x' };

    const refusals = messages(
      [rule('has(fleet.nodes[0].secret)', { message: 'hidden' })],
      buildFacts({ fleet: [node] }),
    );

    expect(refusals).toEqual(['rule rule: hidden']);
  });
});
