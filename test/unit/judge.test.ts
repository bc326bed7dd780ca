import { describe, expect, it } from 'vitest';
import {
  addSample,
  baselineMedians,
  createHistory,
  evaluate,
  holds,
  isBreached,
  median,
  type Evaluation,
  type History,
  type JudgeContext,
} from '../../coordinator/core/judge.ts';
import { buildCondition, buildExperiment, buildMonitor } from '../support/experiments.ts';

/** A second between two values, stale after three. */
const MONITORS = { load: buildMonitor(), queue: buildMonitor() };

/** One entry per second from 1 s on: a value, or why there is none, or nothing at all (undefined). */
type Series = readonly (number | string | undefined)[];

function historyOf(series: Readonly<Record<string, Series>>, abort: readonly string[] = []): History {
  const experiment = buildExperiment({ monitors: MONITORS, abort: abort.map((text) => buildCondition(text)) });
  let history = createHistory(experiment);
  for (const [monitor, entries] of Object.entries(series)) {
    for (const [index, entry] of entries.entries()) {
      if (entry === undefined) continue;
      const at = (index + 1) * 1000;
      const known = typeof entry === 'number';
      history = addSample(history, { monitor, at, value: known ? entry : null, why: known ? null : entry });
    }
  }
  return history;
}

/** Judged at the newest second of any series, unless another moment is given. */
function judge(
  text: string,
  series: Readonly<Record<string, Series>>,
  more: Partial<Omit<JudgeContext, 'history'>> = {},
): Evaluation {
  const newest = Math.max(0, ...Object.values(series).map((entries) => entries.length * 1000));
  const context = { monitors: MONITORS, baseline: {}, now: newest, since: 0, ...more };
  return evaluate(buildCondition(text), { ...context, history: historyOf(series, [text]) });
}

describe('a comparison', () => {
  it.each([
    ['load < 2', 1, 'true'],
    ['load < 2', 2, 'false'],
    ['load <= 2', 2, 'true'],
    ['load <= 2', 2.1, 'false'],
    ['load > 2', 2, 'false'],
    ['load > 2', 3, 'true'],
    ['load >= 2', 2, 'true'],
    ['load >= 2', 1.9, 'false'],
    ['load == 2', 2, 'true'],
    ['load == 2', 3, 'false'],
    ['load != 2', 2, 'false'],
    ['load != 2', 3, 'true'],
    ['load >= 95%', 0.95, 'true'],
    ['load > 1s500ms', 1.4, 'false'],
  ])('%s with %d is %s', (text, value, expected) => {
    expect(judge(text, { load: [value] }).state).toBe(expected);
  });

  it('says the value and the bound, on whichever side it is', () => {
    expect(judge('load > 90%', { load: [0.951_234_5] }).why).toBe('load 0.9512 > 0.9');
    expect(judge('load > 90%', { load: [0.5] }).why).toBe('not load 0.5 > 0.9');
  });

  it('is about the newest value only', () => {
    expect(judge('load > 5', { load: [9, 9, 1] }).state).toBe('false');
    expect(judge('load > 5', { load: [1, 1, 9] }).state).toBe('true');
  });

  it('counts a value as fresh until it is older than staleAfter', () => {
    const [fresh, stale] = [4000, 4001].map((now) => judge('load > 5', { load: [9] }, { now }));

    expect(fresh?.state).toBe('true');
    expect(stale).toEqual({ state: 'blind', why: 'load has no fresh value for 3 s (stale after 3 s)' });
  });

  it('says why there is no value', () => {
    const evaluation = judge('load > 5', { load: [9, 'status 503', 'status 500'] }, { now: 9000 });

    expect(evaluation).toEqual({
      state: 'blind',
      why: 'load has no fresh value for 8 s (stale after 3 s): status 500',
    });
  });

  it('is not made blind by one missing value while the last one is fresh', () => {
    expect(judge('load > 5', { load: [9, 'status 503'] }).state).toBe('true');
  });

  it('is pending before the first value, and blind once that is late', () => {
    const states = [10_000, 13_000, 13_001].map((now) => judge('load > 5', {}, { since: 10_000, now }).state);

    expect(states).toEqual(['pending', 'pending', 'blind']);
  });

  it('counts only values from after judging began', () => {
    const series = { load: [9, 9] };

    expect(judge('load > 5', series, { since: 2000, now: 3000 }).state).toBe('pending');
    expect(judge('load > 5', series, { since: 1999, now: 3000 }).state).toBe('true');
  });

  it('is blind for a monitor that there is not', () => {
    expect(judge('other > 5', {})).toEqual({ state: 'blind', why: 'there is no monitor other' });
  });
});

describe('a comparison with the baseline', () => {
  it('takes the factor times the median', () => {
    const states = [6, 6.1].map(
      (value) => judge('load > 3x baseline', { load: [value] }, { baseline: { load: 2 } }).state,
    );

    expect(states).toEqual(['false', 'true']);
  });

  it('is blind without one', () => {
    expect(judge('load > 3x baseline', { load: [9] }, { baseline: { queue: 1 } })).toEqual({
      state: 'blind',
      why: 'load has no baseline',
    });
  });
});

describe('a condition that must last', () => {
  it('is true once every sample of that time was true', () => {
    const states = [[9], [9, 9], [9, 9, 9], [9, 9, 9, 9], [9, 9, 9, 9, 9]].map(
      (load) => judge('load > 5 for 3s', { load }).state,
    );

    expect(states).toEqual(['false', 'false', 'false', 'true', 'true']);
  });

  it('says how long it has lasted', () => {
    expect(judge('load > 5 for 3s', { load: [9, 9, 9] }).why).toBe('load 9 > 5 for 2 s of 3 s');
  });

  it('begins anew after one sample that was not', () => {
    expect(judge('load > 5 for 3s', { load: [9, 9, 1, 9, 9, 9] }).state).toBe('false');
    expect(judge('load > 5 for 3s', { load: [9, 9, 1, 9, 9, 9, 9] }).state).toBe('true');
  });

  it('begins anew after a time without a value', () => {
    expect(judge('load > 5 for 3s', { load: [9, 9, 'status 503', 9, 9, 9] }).state).toBe('false');
    expect(judge('load > 5 for 3s', { load: [9, 9, 'status 503', 9, 9, 9, 9] }).state).toBe('true');
  });

  it('does not count what it has lasted when the newest value is missing', () => {
    expect(judge('load > 5 for 3s', { load: [9, 9, 9, 9, 9, 'status 503'] }).state).toBe('false');
  });

  it('begins anew after silence longer than staleAfter, and bears a shorter one', () => {
    const short = [9, 9, 9, undefined, undefined, 9, 9];
    const long = [9, 9, 9, undefined, undefined, undefined, 9, 9];

    expect(judge('load > 5 for 5s', { load: short }).state).toBe('true');
    expect(judge('load > 5 for 5s', { load: long }).state).toBe('false');
  });

  it('does not reach back to before judging began', () => {
    const series = { load: [9, 9, 9, 9, 9, 9] };

    expect(judge('load > 5 for 3s', series, { since: 3000 }).state).toBe('false');
    expect(judge('load > 5 for 3s', series, { since: 2999 }).state).toBe('true');
  });

  it('is judged the same by a history that has forgotten what is too old', () => {
    const long = Array.from({ length: 500 }, () => 9);
    const series = { load: long };

    expect(judge('load > 5 for 3s', series).state).toBe('true');
    expect(historyOf(series, ['load > 5 for 3s']).monitors['load']?.values.length).toBeLessThan(15);
  });
});

describe('AND and OR', () => {
  it('say why with the parts that decided', () => {
    const series = { load: [9], queue: [1] };

    expect(judge('load > 5 AND queue > 5', series).why).toBe('not queue 1 > 5');
    expect(judge('load > 5 OR queue > 5', series).why).toBe('load 9 > 5');
    expect(judge('load > 50 OR queue > 50', series).why).toBe('not load 9 > 50, not queue 1 > 50');
  });

  it('nest', () => {
    const series = { load: [9], queue: [1] };

    expect(judge('(load > 50 OR queue < 5) AND load > 5', series).state).toBe('true');
    expect(judge('load > 50 OR queue < 5 AND load > 50', series).state).toBe('false');
  });
});

describe('what follows from an evaluation', () => {
  it.each([
    ['true', true, true],
    ['false', false, false],
    ['blind', false, true],
    ['pending', false, false],
  ] as const)('%s: holds %s, is breached %s', (state, held, breached) => {
    expect(holds({ state, why: '' })).toBe(held);
    expect(isBreached({ state, why: '' })).toBe(breached);
  });
});

describe('a baseline', () => {
  it.each([
    [[3], 3],
    [[3, 1], 2],
    [[9, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])('of %j has the median %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('of no values has none', () => {
    expect(() => median([])).toThrow(RangeError);
  });

  it('is made of the values within its time, and left out for a monitor without any', () => {
    const history = historyOf({ load: [100, 1, 2, 3, 100], queue: ['status 503', 'status 503'] });

    expect(baselineMedians(history, 2000, 4000)).toEqual({ load: 2 });
  });
});
