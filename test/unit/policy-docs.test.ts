import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeExpressions } from '../../coordinator/core/policy-expressions.ts';
import { compilePlan } from '../../coordinator/core/compile.ts';
import { FAULT_CLASSES } from '../../shared/faults/spec.ts';
import { packageRoot } from '../../shared/package-root.ts';
import type { Checked } from '../../shared/schema/check.ts';
import { troubleWithExpression } from '../../shared/schema/expression.ts';
import { checkPolicyFile } from '../../shared/schema/policy.ts';
import { checkPolicyTest } from '../../shared/schema/policy-test.ts';
import { formatIssue, readSource } from '../../shared/schema/source.ts';
import { buildExperiment, buildFleet } from '../support/experiments.ts';

const PAGE = readFileSync(path.join(packageRoot(), 'docs', 'policy.md'), 'utf8');

function blocks(language: string): string[] {
  const found = PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(?<text>.*?)^\`\`\`$`, 'gmsu'));
  return [...found].map(({ groups }) => groups?.['text'] ?? '');
}

function complaints(text: string): string[] {
  const read = readSource(text, 'policy.md');
  const checked: Checked<unknown> = !read.ok
    ? read
    : text.includes('kind: PolicyTest')
      ? checkPolicyTest(read.source)
      : checkPolicyFile(read.source);
  return checked.ok ? [] : checked.issues.map((issue) => formatIssue(issue));
}

const EXPRESSIONS = blocks('cel').flatMap((block) => block.trim().split('\n'));

describe('the page on the policy', () => {
  it('has whole files that are valid', () => {
    const whole = blocks('yaml').filter((block) => block.startsWith('apiVersion:'));

    expect(whole.length).toBeGreaterThan(5);
    expect(whole.flatMap((block) => complaints(block))).toEqual([]);
  });

  it('has every section in an example', () => {
    const shown = blocks('yaml').join('\n');
    const sections = ['limits', 'rates', 'coolDowns', 'floors', 'apart', 'exclude', 'require', 'expressions'];

    const missing = [...sections, 'approvals', 'windows', 'freezes', 'people', 'expiry'].filter(
      (section) => !new RegExp(`^${section}:`, 'mu').test(shown),
    );

    expect(missing).toEqual([]);
  });

  it('has every class of faults', () => {
    expect(FAULT_CLASSES.filter((name) => !PAGE.includes(`\`${name}\``))).toEqual([]);
  });

  it('has expressions', () => {
    expect(EXPRESSIONS.length).toBeGreaterThan(5);
  });

  it.each(EXPRESSIONS)('has an expression that can be evaluated: %s', (expression) => {
    const experiment = buildExperiment({ owner: 'orders-oncall', runbook: 'https://wiki.example/orders' });
    const inventory = buildFleet(10);
    const plan = compilePlan({
      experiment,
      documentDigest: 'digest',
      seed: 'seed',
      environment: 'staging',
      inventory,
      names: new Map(),
    });
    const actor = { name: 'ana', roles: ['operator'] } as const;
    const fleet = inventory.map(({ id, labels }) => ({ id, labels, connected: true }));
    const now = Date.parse('2026-11-26T10:00:00Z');

    const trouble = troubleWithExpression(expression);
    const refusals = judgeExpressions([{ name: 'a', when: null, expression, message: 'false' }], {
      experiment,
      plan,
      actor,
      now,
      fleet,
    });

    expect(trouble).toBeNull();
    expect(refusals).toEqual([]);
  });
});
