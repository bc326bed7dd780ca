import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExperiment, type ParsedExperiment } from '../../shared/schema/document.ts';
import { validDocuments } from '../support/documents.ts';

const FILE = 'broken.yaml';
const documents = validDocuments();

/** A change of a text; `at` and `other` are shares of its length or of its number of lines. */
type Mutation = (text: string) => string;

const share = fc.nat(999_999).map((millionths) => millionths / 1_000_000);
const junk = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom(
    '\t',
    '\r',
    '\0',
    '"',
    "'",
    '`',
    '{',
    '}',
    '[',
    ']',
    ':',
    '- ',
    '#',
    '&a ',
    '*a',
    '!!binary ',
    '!x ',
    '|',
    '>',
    '%',
    '@',
    '\n---\n',
    '\n...\n',
    '? ',
    '<<: *a',
    '__proto__',
    'constructor',
    '\u{feff}',
    '\u2028',
    '\ud800',
    '.inf',
    '.nan',
    '1e999',
    '~',
  ),
);
const json = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    '[]',
    '{}',
    'null',
    '-1',
    '0',
    '1e308',
    '""',
    '"__proto__"',
    '{"__proto__":1}',
    '{"toString":{}}',
    '['.repeat(200),
  ),
);
const name = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'nodes',
    'name',
    'mode',
    '"a b"',
    '1',
    '~',
    '',
    '[a]',
    '{ a: b }',
    '*a',
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);

function onLines(change: (lines: string[], index: number) => string[]): fc.Arbitrary<Mutation> {
  return share.map((at) => (text) => {
    const lines = text.split('\n');
    return change(lines, Math.floor(at * lines.length)).join('\n');
  });
}

function replaceMatch(text: string, pattern: RegExp, at: number, by: string): string {
  const matches = [...text.matchAll(pattern)];
  const match = matches[Math.floor(at * matches.length)];
  return match === undefined ? text : text.slice(0, match.index) + by + text.slice(match.index + match[0].length);
}

const mutations: Readonly<Record<string, fc.Arbitrary<Mutation>>> = {
  'a line deleted': onLines((lines, index) => lines.toSpliced(index, 1)),
  'a line duplicated': onLines((lines, index) => lines.toSpliced(index, 0, lines[index] ?? '')),
  'two lines swapped': fc.tuple(share, share).map(([first, second]) => (text) => {
    const lines = text.split('\n');
    const [a, b] = [Math.floor(first * lines.length), Math.floor(second * lines.length)];
    return lines
      .with(a, lines[b] ?? '')
      .with(b, lines[a] ?? '')
      .join('\n');
  }),
  'random text inserted': fc.tuple(share, junk).map(([at, piece]) => (text) => {
    const index = Math.floor(at * text.length);
    return text.slice(0, index) + piece + text.slice(index);
  }),
  'random text in place of some': fc.tuple(share, fc.nat(20), junk).map(([at, length, piece]) => (text) => {
    const index = Math.floor(at * text.length);
    return text.slice(0, index) + piece + text.slice(index + length);
  }),
  'a value replaced by random JSON': fc.tuple(share, json).map(
    ([at, value]) =>
      (text) =>
        replaceMatch(text, /(?<=: )[^\s{[][^,}\]\n]*/gu, at, value),
  ),
  'a key renamed': fc.tuple(share, name).map(
    ([at, key]) =>
      (text) =>
        replaceMatch(text, /[A-Za-z_0-9]+(?=:)/gu, at, key),
  ),
  'a letter of a word lost': share.map((at) => (text) => replaceMatch(text, /(?<=[a-z])[a-z](?=[a-z])/gu, at, '')),
  'the end cut off': share.map((at) => (text) => text.slice(0, Math.floor(at * text.length))),
  'the beginning cut off': share.map((at) => (text) => text.slice(Math.floor(at * text.length))),
  'an indentation changed': fc.tuple(share, fc.nat(9), fc.boolean()).map(([at, width, tab]) => (text) => {
    const lines = text.split('\n');
    const index = Math.floor(at * lines.length);
    return lines.with(index, (tab ? '\t' : ' ').repeat(width) + (lines[index] ?? '').trimStart()).join('\n');
  }),
  'deep nesting': fc.tuple(share, fc.constantFrom('[', '{ a: ', '- '), fc.integer({ min: 20, max: 2000 })).map(
    ([at, piece, times]) =>
      (text) =>
        replaceMatch(text, /(?<=: )[^\s{[][^,}\]\n]*/gu, at, piece.repeat(times)),
  ),
};

const broken = (mutation: fc.Arbitrary<Mutation>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...documents), fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([document, changes]) => changes.reduce((text, change) => change(text), document));

function expectPlainAnswer(text: string): ParsedExperiment {
  const result = parseExperiment(text, FILE);
  if (result.ok) {
    expect(result.digest).toMatch(/^[0-9a-f]{64}$/u);
    return result;
  }
  const lines = text.split(/\r\n|\n/u).length;
  expect(result.issues.length).toBeGreaterThan(0);
  for (const issue of result.issues) {
    expect(issue.code).toMatch(/^DOCUMENT_/u);
    expect(issue.file).toBe(FILE);
    expect(Number.isInteger(issue.line) && issue.line >= 1 && issue.line <= lines).toBe(true);
    expect(Number.isInteger(issue.column) && issue.column >= 1).toBe(true);
    expect(issue.message.trim()).not.toBe('');
    expect(issue.message).not.toMatch(
      /\n\s+at |\.[jt]s:\d+|Error:|undefined|\[object|call stack|Invalid (?:input|key)/u,
    );
  }
  return result;
}

describe('a malformed document', () => {
  it.each([...documents.entries()])('was valid before it was changed (%i)', (_, document) => {
    const result = parseExperiment(document, FILE);

    expect(result).toMatchObject({ ok: true });
  });

  it.each(Object.entries(mutations))('with %s is read or refused with positions, and nothing throws', (_, mutation) => {
    let refused = 0;

    fc.assert(
      fc.property(broken(mutation), (text) => {
        if (!expectPlainAnswer(text).ok) refused += 1;
      }),
      { numRuns: 150 },
    );

    expect(refused).toBeGreaterThan(10);
  });

  it('with changes of every kind at once is read or refused with positions, and nothing throws', () => {
    fc.assert(
      fc.property(broken(fc.oneof(...Object.values(mutations))), (text) => {
        expectPlainAnswer(text);
      }),
      { numRuns: 400 },
    );
  });

  it('of any text at all is read or refused with positions, and nothing throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.array(junk).map((pieces) => pieces.join('')),
        ),
        (text) => {
          expect(expectPlainAnswer(text).ok).toBe(false);
        },
      ),
      { numRuns: 400 },
    );
  });
});
