// One file of the policy (docs/policy.md): its rules, or every issue with its position. What only several files
// together can have wrong is the business of policy-files.ts.

import { z } from 'zod';
import {
  ROLES,
  type ApprovalRule,
  type ExpressionRule,
  type Freeze,
  type RadiusRule,
  type Role,
  type WindowRule,
} from '../domain/policy.ts';
import { localToEpoch } from '../hours.ts';
import { check, type Checked } from './check.ts';
import { troubleWithExpression } from './expression.ts';
import { hoursShape, timezone, toHours } from './hours.ts';
import { amount, faults, label, per, perOrService } from './policy-scope.ts';
import {
  complain,
  isObject,
  list,
  object,
  oneOf,
  passOn,
  positiveDuration,
  reads,
  slug,
  text,
  whole,
} from './reader.ts';
import type { Source } from './source.ts';
import { nodeSelector } from './target.ts';

export interface PolicyFile {
  readonly rules: readonly RadiusRule[];
  readonly expressions: readonly ExpressionRule[];
  readonly approvals: readonly ApprovalRule[];
  readonly windows: readonly WindowRule[];
  readonly freezes: readonly Freeze[];
  readonly people: Readonly<Record<string, readonly Role[]>>;
  /** `null` when the file has no such section. */
  readonly expiry: Expiry | null;
}

export interface Expiry {
  readonly preparedForMs: number;
  readonly approvedForMs: number;
}

export const DEFAULT_EXPIRY: Expiry = { preparedForMs: 24 * 3_600_000, approvedForMs: 8 * 3_600_000 };

const MOST_INJECTIONS = 1_000_000;
const MOST_APPROVALS = 10;

const nodes = nodeSelector.default('all');

const limit = object('a limit', { name: slug, most: amount, nodes, faults, per }).transform((rule): RadiusRule => ({
  kind: 'limit',
  ...rule,
}));

const rate = object('a rate', {
  name: slug,
  most: whole(0, MOST_INJECTIONS),
  within: positiveDuration,
  nodes,
  faults,
  per: perOrService,
}).transform(({ within, ...rule }): RadiusRule => ({ kind: 'rate', ...rule, withinMs: within }));

const coolDown = object('a cool-down', {
  name: slug,
  length: positiveDuration,
  nodes,
  faults,
  per: perOrService,
}).transform(({ length, ...rule }): RadiusRule => ({ kind: 'coolDown', ...rule, lengthMs: length }));

/** No `faults`: a node is healthy or not, whatever impairs it. */
const floor = object('a floor', { name: slug, healthy: amount, nodes, per }).transform((rule): RadiusRule => ({
  kind: 'floor',
  ...rule,
  faults: null,
}));

const apart = object('a rule of `apart`', {
  name: slug,
  by: label.optional(),
  groups: list('groups', nodeSelector).optional(),
  nodes,
  faults,
  per,
}).transform(({ by, groups, ...scope }, context): RadiusRule => {
  if (by !== undefined && groups === undefined) return { kind: 'apart', ...scope, sides: { kind: 'label', label: by } };
  if (groups !== undefined && by === undefined) {
    if (groups.length < 2) complain(context, 'expected two groups or more', { path: ['groups'] });
    return { kind: 'apart', ...scope, sides: { kind: 'groups', groups } };
  }
  complain(context, 'expected either `by` with a label, or `groups` with what is not hit together');
  return z.NEVER;
});

const exclude = object('an exclusion', { name: slug, nodes: nodeSelector.optional(), faults }).transform(
  ({ name, nodes: excluded, faults: kinds }, context): RadiusRule => {
    if (excluded === undefined && kinds === null) complain(context, 'expected `nodes`, `faults` or both');
    return { kind: 'exclude', name, nodes: excluded ?? 'all', faults: kinds, per: { kind: 'fleet' } };
  },
);

const require = object('a rule of `require`', { name: slug, labels: nodeSelector, nodes, faults }).transform(
  ({ labels, ...rule }, context): RadiusRule => {
    if (labels !== 'all') return { kind: 'require', ...rule, labels, per: { kind: 'fleet' } };
    complain(context, 'expected labels such as { env: staging }', { path: ['labels'] });
    return z.NEVER;
  },
);

const cel = text.superRefine((value, context) => {
  const trouble = troubleWithExpression(value);
  if (trouble !== null) complain(context, trouble.message, { offset: trouble.offset });
});

const expression = object('an expression', {
  name: slug,
  when: cel.optional(),
  expression: cel,
  message: text,
}).transform((rule): ExpressionRule => ({ ...rule, when: rule.when ?? null }));

const approval: z.ZodType<ApprovalRule> = object('an approval', {
  name: slug,
  needs: whole(1, MOST_APPROVALS),
  nodes,
  faults,
});

const window = object('a window', { name: slug, ...hoursShape }).transform(({ name, ...hours }): WindowRule => ({
  name,
  hours: toHours(hours),
}));

/** Whether there is such a day is the same everywhere; when it begins is not. */
const day = reads('a day or a time in quotes, such as "2026-11-23" or "2026-11-30T06:00"', (value) =>
  typeof value === 'string' && localToEpoch(value, 'UTC') !== null ? value : null,
);

const freeze = object('a freeze', { name: slug, from: day, to: day, timezone }).transform(
  ({ name, from, to, timezone: zone }, context): Freeze => {
    const [fromAt, toAt] = [localToEpoch(from, zone), localToEpoch(to, zone)];
    if (fromAt !== null && toAt !== null && fromAt < toAt) return { name, fromAt, toAt };
    complain(context, `must be later than \`from\`, which is ${from}`, { path: ['to'] });
    return z.NEVER;
  },
);

const oneRole = oneOf(ROLES);
const severalRoles = list('roles', oneRole, 1);

/** Checked as what it is, so that the positions of errors are right for both. */
const roles = z.unknown().transform((value, context): readonly Role[] => {
  const parsed = Array.isArray(value) ? severalRoles.safeParse(value) : oneRole.safeParse(value);
  if (parsed.success) return [parsed.data].flat();
  passOn(context, parsed.error.issues);
  return z.NEVER;
});

const person = z.string().refine((name) => name === '*' || (/^[\w.@+-]{1,100}$/u.test(name) && !(name in {})), {
  error: 'a person has a name of 1 to 100 letters, digits, `_`, `-`, `+`, `.` and `@`; `*` is everybody else',
});

const people = z.record(person, roles, {
  error: ({ code }) => (code === 'invalid_type' ? 'expected roles by name of the person (an object)' : undefined),
});

const expiry = object('expiry', {
  prepared: positiveDuration.optional(),
  approval: positiveDuration.optional(),
}).transform(({ prepared, approval: approved }): Expiry => ({
  preparedForMs: prepared ?? DEFAULT_EXPIRY.preparedForMs,
  approvedForMs: approved ?? DEFAULT_EXPIRY.approvedForMs,
}));

const sections = {
  limits: list('limits', limit).default([]),
  rates: list('rates', rate).default([]),
  coolDowns: list('cool-downs', coolDown).default([]),
  floors: list('floors', floor).default([]),
  apart: list('rules', apart).default([]),
  exclude: list('exclusions', exclude).default([]),
  require: list('rules', require).default([]),
  expressions: list('expressions', expression).default([]),
  approvals: list('approvals', approval).default([]),
  windows: list('windows', window).default([]),
  freezes: list('freezes', freeze).default([]),
};

const policyFile: z.ZodType<PolicyFile> = object('a policy', {
  apiVersion: oneOf(['roulette/v1']),
  kind: oneOf(['Policy']),
  ...sections,
  people: people.default({}),
  expiry: expiry.optional(),
}).transform((found) => ({
  rules: [
    ...found.limits,
    ...found.rates,
    ...found.coolDowns,
    ...found.floors,
    ...found.apart,
    ...found.exclude,
    ...found.require,
  ],
  expressions: found.expressions,
  approvals: found.approvals,
  windows: found.windows,
  freezes: found.freezes,
  people: found.people,
  expiry: found.expiry ?? null,
}));

export function checkPolicyFile(source: Source): Checked<PolicyFile> {
  return check(source, policyFile);
}

export interface NamedRule {
  readonly name: string;
  /** `limits`, `rates`, … */
  readonly section: string;
  readonly index: number;
}

/** Where each rule of a file is written that `checkPolicyFile` accepts. */
export function namedRules({ value }: Source): NamedRule[] {
  return Object.keys(sections).flatMap((section) => {
    const rules: unknown = isObject(value) ? value[section] : [];
    return (Array.isArray(rules) ? rules : []).flatMap((rule: unknown, index) =>
      isObject(rule) ? [{ name: String(rule['name']), section, index }] : [],
    );
  });
}
