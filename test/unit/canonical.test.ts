import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digestOf, sha256 } from '../../shared/canonical.ts';

const member = fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__');
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(member, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

/** The same value, its keys inserted the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => reversed(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

describe('canonical JSON', () => {
  it.each([
    [null, 'null'],
    [-0, '0'],
    [1e21, '1e+21'],
    [0.1 + 0.2, '0.30000000000000004'],
    ['\u2028 "ü"\n', '"\u2028 \\"ü\\"\\n"'],
    [[3, [], {}], '[3,[],{}]'],
    [{ b: 1, a: { d: 1, c: 2 } }, '{"a":{"c":2,"d":1},"b":1}'],
    // By code unit: capitals first, and no sorting of numbers by value.
    [{ a: 1, B: 1, 10: 1, 9: 1, '': 1 }, '{"":1,"10":1,"9":1,"B":1,"a":1}'],
  ])('of %j is %s', (value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it('is JSON of an equal value, and one text whatever the order of keys', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const text = canonicalJson(value);

        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });

  it('differs for values that differ', () => {
    fc.assert(
      fc.property(tree, tree, (one, other) => {
        expect(canonicalJson(one) === canonicalJson(other)).toBe(
          JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)),
        );
      }),
    );
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a member that is undefined', { a: undefined }],
    ['a hole', [undefined]],
    ['NaN', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['a function', () => 1],
    ['a bigint', 1n],
    ['a symbol', Symbol('a')],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe('a digest', () => {
  it('is the SHA-256 of the canonical JSON in UTF-8', () => {
    const text = '{"a":"ü","b":1}';

    expect(digestOf({ b: 1, a: 'ü' })).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

/** With the keys of every object in order, made apart from the code under test. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([key, item]) => [key, sorted(item), 'member'])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
    .concat([['object', null, 'end']]);
}
