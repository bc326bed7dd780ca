import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration, parsePercent, parseRate, parseSize } from '../../shared/units.ts';

const WEEK_MS = 604_800_000;

/** Of no unit, whatever the quantity. */
const NONSENSE = ['', ' ', '5', '-1', '1 ', '.5', '1.', '1e3', 'NaN', '∞', '٣', '9'.repeat(400)];

describe('a duration', () => {
  it.each([
    ['0ms', 0],
    ['500ms', 500],
    ['2s', 2000],
    ['1.5s', 1500],
    ['1.005s', 1005],
    ['0.5m', 30_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1m30s', 90_000],
    ['1h1m1s1ms', 3_661_001],
    ['168h', WEEK_MS],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    ...NONSENSE,
    '1d',
    '1S',
    '2 s',
    '-1s',
    '+1s',
    '.5s',
    '1.s',
    '1e3s',
    's',
    '1m30',
    '1s1s',
    '5ms5h',
    '1.5ms',
    '169h',
    '1s\n',
    `${'9'.repeat(400)}s`,
  ])('is not read from %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it('is read back from how it is shown', () => {
    fc.assert(
      fc.property(fc.nat(WEEK_MS), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  it.each([
    [0, '0s'],
    [-5, '0s'],
    [999, '999ms'],
    [1500, '1s500ms'],
    [90_000, '1m30s'],
    [3_600_000, '1h'],
  ])('of %i ms is shown as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('a percentage', () => {
  it('is the very number that the fraction is', () => {
    fc.assert(
      fc.property(fc.nat(200_000), (thousandths) => {
        const fraction = `${Math.floor(thousandths / 100_000)}.${String(thousandths % 100_000).padStart(5, '0')}`;

        expect(parsePercent(`${thousandths / 1000}%`)).toBe(Number(fraction));
      }),
    );
  });

  it.each([...NONSENSE, '%', '-5%', '5 %', '1e1%', `${'9'.repeat(400)}%`])('is not read from %j', (text) => {
    expect(parsePercent(text)).toBeNull();
  });
});

describe('a rate', () => {
  it.each([
    ['20/s', 20],
    ['0.5/s', 0.5],
    ['90/m', 1.5],
    ['100/m', 100 / 60],
    ['5/h', 5 / 3600],
  ])('of %s is %d per second', (text, perSecond) => {
    expect(parseRate(text)).toBe(perSecond);
  });

  it.each([...NONSENSE, '5/d', '/s', '5/ s', '5s', '-5/s', `${'9'.repeat(400)}/s`])('is not read from %j', (text) => {
    expect(parseRate(text)).toBeNull();
  });
});

describe('a size', () => {
  it.each([
    ['7B', 7],
    ['1KiB', 1024],
    ['512MiB', 536_870_912],
    ['1.5GiB', 1_610_612_736],
    ['2TiB', 2_199_023_255_552],
  ])('of %s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each([...NONSENSE, '1KB', '1kib', '1 MiB', 'MiB', '-1B', `${'9'.repeat(308)}TiB`])(
    'is not read from %j',
    (text) => {
      expect(parseSize(text)).toBeNull();
    },
  );
});
