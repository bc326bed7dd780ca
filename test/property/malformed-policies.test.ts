import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../shared/package-root.ts';
import type { Checked } from '../../shared/schema/check.ts';
import { checkPolicyFile } from '../../shared/schema/policy.ts';
import { checkPolicyTest } from '../../shared/schema/policy-test.ts';
import { formatIssue, readSource } from '../../shared/schema/source.ts';

const FOLDER = path.join(packageRoot(), 'examples', 'policy');
const TEXTS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(path.join(FOLDER, name), 'utf8'));

function check(text: string): Checked<unknown>[] {
  const read = readSource(text, 'broken.yaml');
  return read.ok ? [checkPolicyFile(read.source), checkPolicyTest(read.source)] : [read];
}

const junk = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.json({ maxDepth: 2 }),
  fc.constantFrom(
    '100%',
    '1h',
    'kill',
    'all',
    '[]',
    '{}',
    '{ a: b }',
    'constructor',
    '((((',
    'a.b(c, d)',
    '"\\u{',
    ' - ',
  ),
);

describe('a policy that somebody broke', () => {
  it('is read, or every complaint has a place in it; nothing makes it throw', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TEXTS), fc.nat(), fc.nat(30), junk, (text, at, length, by) => {
        const start = at % text.length;
        const broken = `${text.slice(0, start)}${by}${text.slice(start + length)}`;

        const complaints = check(broken).flatMap((checked) =>
          checked.ok ? [] : checked.issues.map((issue) => formatIssue(issue)),
        );

        for (const complaint of complaints) expect(complaint).toMatch(/^broken\.yaml:[1-9]\d*:[1-9]\d*: [^\n]+$/u);
      }),
      { numRuns: 1000 },
    );
  });

  it('is read, or complained of, whatever stands in the place of an expression', () => {
    const expression = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
      fc
        .array(
          fc.constantFrom(
            'plan',
            '.',
            'slots',
            '.all(',
            'x',
            ',',
            '(',
            ')',
            '==',
            '&&',
            '1',
            '"a"',
            '[',
            ']',
            '-',
            '?',
            ':',
            '{',
            '}',
          ),
          {
            maxLength: 20,
          },
        )
        .map((tokens) => tokens.join(' ')),
    );

    fc.assert(
      fc.property(expression, (text) => {
        const rule = { name: 'a', expression: text, message: 'm' };
        const policy = { apiVersion: 'roulette/v1', kind: 'Policy', expressions: [rule] };

        const [checked] = check(JSON.stringify(policy));

        expect(checked?.ok === true || checked?.issues[0]?.path === 'expressions[0].expression').toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
