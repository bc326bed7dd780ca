import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../shared/schema/document.ts';
import { formatIssue } from '../../shared/schema/source.ts';
import { exampleDocument, FULL_DOCUMENT } from '../support/documents.ts';

const MUTATIONS = 1500;

const documents = fc.constantFrom(FULL_DOCUMENT, exampleDocument('game-day'), exampleDocument('double-charge'));

/** Each takes a document's lines, and numbers to choose with. */
type Mutation = (lines: readonly string[], at: number, other: number, junk: string) => string;

const replaceLine = (lines: readonly string[], at: number, line: string): string =>
  lines.toSpliced(at, 1, line).join('\n');

const mutations: readonly Mutation[] = [
  (lines, at) => lines.toSpliced(at, 1).join('\n'),
  (lines, at) => lines.toSpliced(at, 0, lines[at] ?? '').join('\n'),
  (lines, at, other) =>
    lines
      .with(at, lines[other] ?? '')
      .with(other, lines[at] ?? '')
      .join('\n'),
  (lines, at) => lines.slice(0, at).join('\n'),
  (lines, at, other) => lines.join('\n').slice(0, at * 7 + other),
  (lines, at, _, junk) => replaceLine(lines, at, junk),
  (lines, at, other, junk) =>
    replaceLine(lines, at, `${(lines[at] ?? '').slice(0, other)}${junk}${(lines[at] ?? '').slice(other)}`),
  (lines, at, other) => replaceLine(lines, at, `${' '.repeat(other % 9)}${lines[at] ?? ''}`),
  (lines, at) => replaceLine(lines, at, (lines[at] ?? '').trimStart()),
  (lines, at) => replaceLine(lines, at, `\t${lines[at] ?? ''}`),
  (lines, at, _, junk) => replaceLine(lines, at, (lines[at] ?? '').replace(/:.*$/u, `: ${JSON.stringify(junk)}`)),
  (lines, at, other) => replaceLine(lines, at, (lines[at] ?? '').replace(/\d+/u, String(10 ** (other % 40)))),
  (lines, at) =>
    replaceLine(
      lines,
      at,
      (lines[at] ?? '').replace(/[a-z]+:/u, (key) => `${key.slice(1)}`),
    ),
  (lines, at) => replaceLine(lines, at, (lines[at] ?? '').replace(/: .*$/u, ': { a: [1, { b: null }] }')),
  (lines, at) => replaceLine(lines, at, (lines[at] ?? '').replace(/: .*$/u, ': null')),
  (lines, at) => replaceLine(lines, at, (lines[at] ?? '').replace(/[{}[\]"]/u, '')),
  (lines, at) => replaceLine(lines, at, `${lines[at] ?? ''} &x *x`),
  (lines, at, _, junk) => replaceLine(lines, at, `__proto__: ${JSON.stringify(junk)}`),
];

const junk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '---',
    '...',
    '&a',
    '*a',
    '!!js/function "x"',
    '? ',
    '<<: *x',
    '{',
    ']',
    '%',
    '@',
    '`',
    '- - -',
    'constructor: 1',
    '\u0000',
    '\uFEFF',
  ),
  fc.json({ maxDepth: 2 }),
);

const malformed = fc
  .record({ document: documents, kind: fc.nat(), at: fc.nat(), other: fc.nat({ max: 60 }), junk })
  .map(({ document, kind, at, other, junk: text }) => {
    const lines = document.split('\n');
    const mutate = mutations[kind % mutations.length];
    return mutate === undefined ? document : mutate(lines, at % lines.length, other % lines.length, text);
  });

function examine(text: string): 'ok' | 'refused' {
  const parsed = parseExperiment(text, 'experiment.yaml');
  if (parsed.ok) return 'ok';
  expect(parsed.issues.length).toBeGreaterThan(0);
  for (const issue of parsed.issues) {
    expect(formatIssue(issue)).toMatch(/^experiment\.yaml:[1-9]\d*:[1-9]\d*: /u);
    expect(issue.message.length).toBeGreaterThan(3);
    expect(issue.message).not.toMatch(/\n\s+at |undefined|\[object Object\]/u);
  }
  return 'refused';
}

describe('malformed documents', () => {
  it('are refused with a position, never with a stack trace', () => {
    const results = { ok: 0, refused: 0 };

    fc.assert(
      fc.property(malformed, (text) => {
        results[examine(text)] += 1;
      }),
      { numRuns: MUTATIONS },
    );

    // Some mutations leave a valid document; if most did, nothing would be shown.
    expect(results.refused).toBeGreaterThan(MUTATIONS / 2);
  });

  it('are refused with a position when they are no documents at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(examine(text)).toBe('refused');
      }),
    );
  });

  it('cost nothing by aliases that stand for a lot', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]}, `.repeat(9)}x]`),
    ];

    expect(examine(bomb.join('\n'))).toBe('refused');
  });

  it('that are valid stay valid', () => {
    const results = [FULL_DOCUMENT, exampleDocument('game-day'), exampleDocument('double-charge')].map((text) =>
      examine(text),
    );

    expect(results).toEqual(['ok', 'ok', 'ok']);
  });
});
