import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addSample,
  baselineMedians,
  createHistory,
  evaluate,
  median,
  type Evaluation,
  type Sample,
} from '../../coordinator/core/judge.ts';
import type { Comparison, Expression } from '../../shared/domain/experiment.ts';
import { buildExperiment, buildMonitor } from '../support/experiments.ts';

const STALE_AFTER_MS = 3000;
const MONITORS = { a: buildMonitor(), b: buildMonitor(), c: buildMonitor() };
type State = Evaluation['state'];

/** Samples in order of time, some without a value. All times are full half seconds, so that bounds are met exactly. */
const samples: fc.Arbitrary<Sample[]> = fc
  .array(
    fc.record({
      monitor: fc.constantFrom('a', 'b', 'c'),
      after: fc.nat(2),
      value: fc.option(fc.integer({ min: 0, max: 4 }), { freq: 6 }),
    }),
    { maxLength: 60 },
  )
  .map((entries) => {
    let at = 0;
    return entries.map(({ monitor, after, value }) => {
      at += after * 500;
      return { monitor, at, value, why: value === null ? 'no answer' : null };
    });
  });

const comparison: fc.Arbitrary<Comparison> = fc.record({
  kind: fc.constant('compare' as const),
  monitor: fc.constantFrom('a', 'b', 'c'),
  operator: fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const, '==' as const, '!=' as const),
  value: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constant({ timesBaseline: 1.5 })),
  forMs: fc.constantFrom(0, 1000, 4000, 10_000),
});
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    comparison,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

const moment = { later: fc.nat(7).map((halves) => halves * 500), since: fc.nat(8).map((halves) => halves * 500) };

interface Judged {
  readonly expression: Expression;
  readonly samples: readonly Sample[];
  readonly later: number;
  readonly since: number;
}

function judge({ expression: judged, samples: list, later, since }: Judged): State {
  const condition = { text: '', expression: judged };
  const now = Math.max(since, list.at(-1)?.at ?? 0) + later;
  const history = list.reduce(
    (known, sample) => addSample(known, sample),
    createHistory(buildExperiment({ monitors: MONITORS, abort: [condition] })),
  );
  return evaluate(condition, { history, monitors: MONITORS, baseline: { a: 1, b: 2 }, now, since }).state;
}

function testOf({ operator, value, monitor }: Comparison): ((sample: number) => boolean) | null {
  const base = { a: 1, b: 2 }[monitor] ?? null;
  const bound = typeof value === 'number' ? value : base === null ? null : value.timesBaseline * base;
  if (bound === null) return null;
  const tests = {
    '<': (sample: number) => sample < bound,
    '<=': (sample: number) => sample <= bound,
    '>': (sample: number) => sample > bound,
    '>=': (sample: number) => sample >= bound,
    '==': (sample: number) => sample === bound,
    '!=': (sample: number) => sample !== bound,
  };
  return tests[operator];
}

/** As the contract words it, over all samples and without any bookkeeping. */
function expectedState(judged: Comparison, { samples: list, later, since }: Omit<Judged, 'expression'>): State {
  const now = Math.max(since, list.at(-1)?.at ?? 0) + later;
  const test = testOf(judged);
  if (test === null) return 'blind';
  const own = list.filter(({ monitor, at }) => monitor === judged.monitor && at > since);
  const values = own.flatMap(({ at, value }) => (value === null ? [] : [{ at, value }]));
  const newest = values.at(-1);
  if (newest === undefined) return now - since <= STALE_AFTER_MS ? 'pending' : 'blind';
  if (now - newest.at > STALE_AFTER_MS) return 'blind';
  if (!test(newest.value)) return 'false';
  if (judged.forMs === 0) return 'true';
  const starts = values.map(({ at }) => at).filter((at) => newest.at - at >= judged.forMs);
  const lasted = starts.some((start) => {
    const row = own.filter(({ at }) => at >= start);
    const whole = row.every(({ value }) => value !== null && test(value));
    const near = row.every(({ at }, index) => index === 0 || at - (row[index - 1]?.at ?? at) <= STALE_AFTER_MS);
    return whole && near;
  });
  return lasted ? 'true' : 'false';
}

describe('a condition', () => {
  it('is judged as it is worded, whatever the samples', () => {
    // Samples of one monitor at the same instant have no order between them, so none are made.
    const apart = samples.map((list) =>
      list.filter(
        ({ monitor, at }, index) => !list.slice(0, index).some((one) => one.monitor === monitor && one.at === at),
      ),
    );

    fc.assert(
      fc.property(comparison, fc.record({ samples: apart, ...moment }), (judged, seen) => {
        expect(judge({ ...seen, expression: judged })).toBe(expectedState(judged, seen));
      }),
      { numRuns: 2000 },
    );
  });

  it('joins its parts by three-valued logic: only what decides counts, and what is not known is never taken for good', () => {
    fc.assert(
      fc.property(fc.record({ expression, samples, ...moment }), (judged) => {
        const whole = judge(judged);
        const { expression: joined } = judged;
        if (joined.kind === 'compare') return;
        const parts = joined.operands.map((operand) => judge({ ...judged, expression: operand }));
        const decides = joined.kind === 'and' ? 'false' : 'true';
        const neutral = joined.kind === 'and' ? 'true' : 'false';

        expect(whole === decides).toBe(parts.includes(decides));
        expect(whole === neutral).toBe(parts.every((part) => part === neutral));
        expect(whole === 'blind').toBe(!parts.includes(decides) && parts.includes('blind'));
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same whatever the order of its parts', () => {
    fc.assert(
      fc.property(fc.record({ expression, samples, ...moment }), (judged) => {
        const { expression: joined } = judged;
        if (joined.kind === 'compare') return;
        const turned = { ...joined, operands: joined.operands.toReversed() };

        expect(judge({ ...judged, expression: turned })).toBe(judge(judged));
      }),
    );
  });

  it('becomes blind when nothing more is seen, and stays so', () => {
    fc.assert(
      fc.property(fc.record({ expression, samples, since: moment.since }), fc.nat(100_000), (judged, later) => {
        expect(judge({ ...judged, later: STALE_AFTER_MS + 1 + later })).toBe('blind');
      }),
    );
  });

  it('does not depend on samples from before judging began', () => {
    fc.assert(
      fc.property(fc.record({ expression, samples, ...moment }), (judged) => {
        const now = Math.max(judged.since, judged.samples.at(-1)?.at ?? 0) + judged.later;
        const kept = judged.samples.filter(({ at }) => at > judged.since);
        const later = now - Math.max(judged.since, kept.at(-1)?.at ?? 0);

        expect(judge({ ...judged, samples: kept, later })).toBe(judge(judged));
      }),
    );
  });
});

describe('a median', () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 30 });

  it('has as many values on one side as on the other, and no order of them matters', () => {
    fc.assert(
      fc.property(values, (list) => {
        const middle = median(list);

        expect(list.filter((value) => value < middle).length).toBeLessThanOrEqual(list.length / 2);
        expect(list.filter((value) => value > middle).length).toBeLessThanOrEqual(list.length / 2);
        expect(median(list.toReversed())).toBe(middle);
      }),
    );
  });

  it('of a baseline is that of the values within it', () => {
    const window = fc.integer({ min: 0, max: 60_000 });
    fc.assert(
      fc.property(samples, window, window, (list, one, other) => {
        const [since, until] = [Math.min(one, other), Math.max(one, other)];
        const known = createHistory(buildExperiment({ monitors: MONITORS, baselineMs: 1_000_000 }));
        const history = list.reduce((all, sample) => addSample(all, sample), known);

        const medians = baselineMedians(history, since, until);

        for (const monitor of Object.keys(MONITORS)) {
          const own = list.flatMap((sample) =>
            sample.monitor === monitor && sample.value !== null && sample.at >= since && sample.at <= until
              ? [sample.value]
              : [],
          );
          expect(medians[monitor]).toBe(own.length === 0 ? undefined : median(own));
        }
      }),
    );
  });
});
