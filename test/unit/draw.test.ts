import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScorer, drawKey, fingerprint, openStream, rankBy } from '../../shared/draw.ts';

const SCOPE = { seed: 'game-day-7', stage: 'scale', step: 1, repetition: 2, purpose: 'nodes' };

/** Sum of squared deviations from the same count in every class, in units of that count. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function countInto(classes: number, values: readonly number[]): number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

describe('a draw key', () => {
  it('spells seed, stage, step, repetition and purpose as a JSON list', () => {
    expect(drawKey(SCOPE)).toBe('["game-day-7","scale",1,2,"nodes"]');
  });

  it('is another one as soon as any part differs', () => {
    const scope = fc.record({
      seed: fc.string(),
      stage: fc.string(),
      step: fc.nat(),
      repetition: fc.nat(),
      purpose: fc.string(),
    });

    fc.assert(
      fc.property(scope, scope, (one, other) => {
        expect(drawKey(one) === drawKey(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });
});

describe('a stream', () => {
  it('gives the numbers that it always gave for its key', () => {
    const stream = openStream(drawKey(SCOPE));

    const drawn = [stream.fraction(), stream.fraction(), stream.integer(1, 100), stream.integer(1, 100)];

    expect(drawn).toEqual([0.6209870962512265, 0.779062243913918, 17, 47]);
  });

  it('keeps to its bounds, and needs no numbers between them', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: -50, max: 50 }), fc.nat(50), (key, least, span) => {
        const drawn = openStream(key).integer(least, least + span);

        expect(Number.isInteger(drawn) && drawn >= least && drawn <= least + span).toBe(true);
      }),
    );
  });

  it('draws every whole number about as often as any other', () => {
    const stream = openStream('uniform');

    const drawn = Array.from({ length: 20_000 }, () => stream.integer(0, 19));

    // 19 degrees of freedom: a fair draw exceeds 43.8 for one key in a thousand, and this key is fixed.
    expect(chiSquare(countInto(20, drawn))).toBeLessThan(43.8);
  });
});

describe('a score', () => {
  it('is what it always was for its key and candidate', () => {
    const score = createScorer(drawKey(SCOPE));

    expect(['orders-a', 'orders-b', ''].map((id) => score(fingerprint(id)))).toEqual([
      7_682_282_084_144_029, 6_596_359_279_752_225, 8_281_804_620_820_164,
    ]);
  });

  it('is a whole number below 2^53', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (key, id) => {
        const points = createScorer(key)(fingerprint(id));

        expect(Number.isSafeInteger(points) && points >= 0).toBe(true);
      }),
    );
  });

  it('is uniform over ids that hardly differ, under one key', () => {
    const score = createScorer(drawKey(SCOPE));

    const classes = Array.from({ length: 20_000 }, (_, index) =>
      Math.floor((score(fingerprint(`node-${index}`)) / 2 ** 53) * 20),
    );

    expect(chiSquare(countInto(20, classes))).toBeLessThan(43.8);
  });

  it('is uniform over keys that hardly differ, for one id', () => {
    const candidate = fingerprint('node-1');

    const classes = Array.from({ length: 20_000 }, (_, index) =>
      Math.floor((createScorer(drawKey({ ...SCOPE, repetition: index }))(candidate) / 2 ** 53) * 20),
    );

    expect(chiSquare(countInto(20, classes))).toBeLessThan(43.8);
  });

  it('puts two candidates in either order equally often, whatever the order of their ids', () => {
    const [one, other] = [fingerprint('node-1'), fingerprint('node-2')];

    const wins = Array.from({ length: 20_000 }, (_, index) => {
      const score = createScorer(drawKey({ ...SCOPE, repetition: index }));
      return Number(score(one) > score(other));
    });

    // One degree of freedom: exceeded for one choice of keys in a thousand.
    expect(chiSquare(countInto(2, wins))).toBeLessThan(10.83);
  });

  it('tells apart ids in the lower bits too', () => {
    const score = createScorer(drawKey(SCOPE));

    const low = Array.from({ length: 20_000 }, (_, index) => score(fingerprint(`node-${index}`)) % 16);

    // 15 degrees of freedom.
    expect(chiSquare(countInto(16, low))).toBeLessThan(37.7);
  });
});

describe('a ranking', () => {
  const ids = fc.uniqueArray(fc.string({ maxLength: 5 }), { maxLength: 20 });

  it('holds each candidate once, best score first', () => {
    fc.assert(
      fc.property(fc.string(), ids, (key, candidates) => {
        const ranked = rankBy(key, candidates, (id) => id);
        const score = createScorer(key);

        expect(ranked.toSorted()).toEqual(candidates.toSorted());
        const scores = ranked.map((id) => score(fingerprint(id)));
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      }),
    );
  });

  it('does not depend on the order of the candidates, nor on who else is one', () => {
    fc.assert(
      fc.property(fc.string(), ids, fc.nat(), (key, candidates, index) => {
        const ranked = rankBy(key, candidates, (id) => id);
        const lost = candidates[index % Math.max(1, candidates.length)];

        const without = rankBy(
          key,
          candidates.toReversed().filter((id) => id !== lost),
          (id) => id,
        );

        expect(without).toEqual(ranked.filter((id) => id !== lost));
      }),
    );
  });

  it('keeps equal ids in the order in which they came', () => {
    const twins = [
      { id: 'a', number: 1 },
      { id: 'a', number: 2 },
      { id: 'a', number: 3 },
    ];

    expect(rankBy('key', twins, ({ id }) => id)).toEqual(twins);
  });
});
