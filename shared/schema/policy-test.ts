// Tests of a policy (docs/policy.md): a fleet, and what the policy is expected to say to a document there.

import type { z } from 'zod';
import { check, type Checked } from './check.ts';
import { complain, flag, isObject, labelValue, list, named, object, oneOf, reads, text, whole } from './reader.ts';
import type { Source } from './source.ts';

export interface PolicyTest {
  readonly nodes: readonly TestNode[];
  readonly cases: readonly PolicyCase[];
}

export interface TestNode {
  readonly node: string;
  /** With the built-in label `node`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly connected: boolean;
}

export interface PolicyCase {
  readonly name: string;
  readonly document: CaseDocument;
  /** Who asks. */
  readonly as: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly seed: string;
  readonly expect: 'allowed' | 'refused';
  /** Rules that must be among those that refuse. */
  readonly by: readonly string[];
  /** How many people have to approve; `null` = not asked. */
  readonly approvals: number | null;
}

/** A path is relative to the folder of the test. */
export type CaseDocument =
  { readonly kind: 'path'; readonly path: string } | { readonly kind: 'text'; readonly text: string };

const nodeName = reads('a name of letters, digits, `.`, `_` and `-`', (value) =>
  typeof value === 'string' && /^[A-Za-z0-9._-]{1,100}$/u.test(value) ? value : null,
);

const node: z.ZodType<TestNode> = object('a node', {
  node: nodeName,
  labels: named('labels', labelValue).default({}),
  connected: flag.default(true),
}).transform(({ node: name, labels, connected }) => ({ node: name, labels: { ...labels, node: name }, connected }));

const nodes = list('nodes', node, 1).superRefine((found, context) => {
  for (const [index, { node: name }] of found.entries()) {
    if (found.findIndex((other) => other.node === name) !== index)
      complain(context, `a node before is called ${name} too`, { path: [index, 'node'] });
  }
});

const document = reads('the path of a document, or a document', (value): CaseDocument | null => {
  if (isObject(value)) return { kind: 'text', text: JSON.stringify(value) };
  if (typeof value !== 'string' || value.trim() === '') return null;
  return value.includes('\n') ? { kind: 'text', text: value } : { kind: 'path', path: value };
});

const instant = reads('a time with its zone, such as "2026-11-26T10:00:00Z"', (value) => {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/u.test(value))
    return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at;
});

const policyCase: z.ZodType<PolicyCase> = object('a case', {
  name: text,
  document,
  as: text,
  at: instant,
  seed: text.default('seed'),
  expect: oneOf(['allowed', 'refused']),
  by: list('names of rules', text, 1).optional(),
  approvals: whole(0, 100).optional(),
}).transform(({ by = [], approvals = null, ...found }, context) => {
  if (by.length > 0 && found.expect === 'allowed')
    complain(context, 'goes with `expect: refused`: what is allowed is refused by no rule', { path: ['by'] });
  return { ...found, by, approvals };
});

const policyTest: z.ZodType<PolicyTest> = object('a policy test', {
  apiVersion: oneOf(['roulette/v1']),
  kind: oneOf(['PolicyTest']),
  nodes,
  cases: list('cases', policyCase, 1),
}).transform((found) => ({ nodes: found.nodes, cases: found.cases }));

export function checkPolicyTest(source: Source): Checked<PolicyTest> {
  return check(source, policyTest);
}
