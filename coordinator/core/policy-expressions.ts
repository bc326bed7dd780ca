// What the expressions of the policy say to a plan. Whatever is not plainly true refuses: false, no boolean, a
// failure, or more work than an expression may make. Each refusal names its rule.

import type { CelValue } from '@bufbuild/cel';
import type { Experiment } from '../../shared/domain/experiment.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import type { Actor, ExpressionRule, Refusal } from '../../shared/domain/policy.ts';
import { shorten } from '../../shared/schema/reader.ts';
import { createEvaluator, type Evaluated, type Variables } from './bounded-expression.ts';
import { toFact, type Fact } from './policy-facts.ts';

export interface ExpressionFacts {
  readonly experiment: Experiment;
  readonly plan: Plan;
  readonly actor: Actor;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** All nodes that are known, connected or not. */
  readonly fleet: readonly ExpressionNode[];
}

export interface ExpressionNode {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly connected: boolean;
}

/** In the order of the rules. */
export function judgeExpressions(rules: readonly ExpressionRule[], facts: ExpressionFacts): Refusal[] {
  if (rules.length === 0) return [];
  const evaluate = createEvaluator(variablesOf(facts));
  return rules.flatMap((rule) => {
    const message = judgeRule(rule, evaluate);
    return message === null ? [] : [{ rule: rule.name, code: 'POLICY_EXPRESSION' as const, message }];
  });
}

function judgeRule(rule: ExpressionRule, evaluate: (text: string) => Evaluated): string | null {
  const { name, when, expression, message } = rule;
  if (when !== null) {
    const applies = toBoolean(evaluate(when));
    if (typeof applies !== 'boolean') return `\`when\` of rule ${name} ${applies.why}`;
    if (!applies) return null;
  }
  const holds = toBoolean(evaluate(expression));
  if (typeof holds !== 'boolean') return `the expression of rule ${name} ${holds.why}`;
  return holds ? null : `rule ${name}: ${message}`;
}

function toBoolean(evaluated: Evaluated): boolean | { readonly why: string } {
  if (!evaluated.ok) return { why: `cannot be evaluated: ${shorten(evaluated.why)}` };
  return typeof evaluated.value === 'boolean' ? evaluated.value : { why: 'is neither true nor false' };
}

/** Each is made when an expression first asks for it, and then kept for the others. */
function variablesOf({ experiment, plan, actor, now, fleet }: ExpressionFacts): Variables {
  const made = new Map<string, Fact | CelValue>();
  const once = (name: string, make: () => Fact | CelValue): Fact | CelValue => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const value = make();
    made.set(name, value);
    return value;
  };
  return {
    get experiment() {
      return once('experiment', () => toFact(experiment));
    },
    get plan() {
      return once('plan', () => toFact(plan));
    },
    get actor() {
      return once('actor', () => toFact({ name: actor.name, roles: actor.roles }));
    },
    get now() {
      return once('now', () => timestampOf(now));
    },
    get fleet() {
      return once('fleet', () => toFact(fleetOf(fleet)));
    },
  };
}

/** Nothing of a node but what docs/policy.md promises. */
function fleetOf(fleet: readonly ExpressionNode[]): object {
  const nodes = fleet.map(({ id, labels, connected }) => ({ id, labels, connected }));
  return { nodes, size: nodes.length, connected: nodes.filter(({ connected }) => connected).length };
}

/** The library makes no timestamp of a number of milliseconds. */
function timestampOf(now: number): CelValue {
  const evaluated = createEvaluator({ sinceEpoch: `${now}ms` })(EPOCH_PLUS);
  if (!evaluated.ok) throw new RangeError(`${now} is no time: ${evaluated.why}`);
  return evaluated.value;
}

const EPOCH_PLUS = 'timestamp("1970-01-01T00:00:00Z") + duration(sinceEpoch)';
