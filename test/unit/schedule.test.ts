import { describe, expect, it } from 'vitest';
import { dueFirings, firingSeed, nextFiring } from '../../coordinator/core/schedule.ts';
import { firingAfter, firingUpTo } from '../../shared/recurrence.ts';

const TOLERANCE_MS = 30_000;

function buildSchedule(settled: string, more: { cron?: string; timezone?: string } = {}) {
  return { cron: '0 * * * *', timezone: 'UTC', ...more, settledAt: Date.parse(settled) };
}

function at(text: string): number {
  return Date.parse(text);
}

function firingsOf(cron: string, timezone: string, from: string, count: number): string[] {
  const times: number[] = [];
  for (let next = firingAfter({ cron, timezone }, at(from)); next !== null && times.length < count;) {
    times.push(next);
    next = firingAfter({ cron, timezone }, next);
  }
  return times.map((time) => new Date(time).toISOString().slice(0, 16));
}

describe('a schedule', () => {
  it('has nothing to do before its time', () => {
    const due = dueFirings(buildSchedule('2026-11-23T10:00:00Z'), at('2026-11-23T10:59:59.999Z'), TOLERANCE_MS);

    expect(due).toEqual({
      fire: null,
      missed: null,
      settledAt: at('2026-11-23T10:00:00Z'),
      nextAt: at('2026-11-23T11:00:00Z'),
    });
  });

  it.each(['2026-11-23T11:00:00Z', '2026-11-23T11:00:00.999Z', '2026-11-23T11:00:30Z'])(
    'fires at its time: %s',
    (now) => {
      const due = dueFirings(buildSchedule('2026-11-23T10:00:00Z'), at(now), TOLERANCE_MS);

      expect(due).toEqual({
        fire: at('2026-11-23T11:00:00Z'),
        missed: null,
        settledAt: at('2026-11-23T11:00:00Z'),
        nextAt: at('2026-11-23T12:00:00Z'),
      });
    },
  );

  it('misses a firing that is older than the tolerance', () => {
    const due = dueFirings(buildSchedule('2026-11-23T10:00:00Z'), at('2026-11-23T11:00:30.001Z'), TOLERANCE_MS);

    const time = at('2026-11-23T11:00:00Z');
    expect(due).toMatchObject({
      fire: null,
      missed: { count: 1, andMore: false, firstAt: time, lastAt: time },
      settledAt: time,
    });
  });

  it('plays the newest of several and misses the others', () => {
    const due = dueFirings(buildSchedule('2026-11-23T10:00:00Z'), at('2026-11-23T14:00:01Z'), TOLERANCE_MS);

    expect(due).toMatchObject({
      fire: at('2026-11-23T14:00:00Z'),
      missed: { count: 3, andMore: false, firstAt: at('2026-11-23T11:00:00Z'), lastAt: at('2026-11-23T13:00:00Z') },
      settledAt: at('2026-11-23T14:00:00Z'),
    });
  });

  it('of every minute that slept for months stops counting, and still knows the first and the last', () => {
    const schedule = buildSchedule('2026-01-01T00:00:00Z', { cron: '* * * * *' });

    const due = dueFirings(schedule, at('2026-11-23T14:00:00Z'), TOLERANCE_MS);

    expect(due).toMatchObject({
      fire: at('2026-11-23T14:00:00Z'),
      missed: { count: 1000, andMore: true, firstAt: at('2026-01-01T00:01:00Z'), lastAt: at('2026-11-23T13:59:00Z') },
    });
  });

  it('whose clock was put back does nothing until it comes to what is not settled', () => {
    const schedule = buildSchedule('2026-11-23T14:00:00Z');

    const due = dueFirings(schedule, at('2026-11-23T12:00:00Z'), TOLERANCE_MS);

    expect(due).toEqual({
      fire: null,
      missed: null,
      settledAt: schedule.settledAt,
      nextAt: at('2026-11-23T15:00:00Z'),
    });
  });

  it('settles what it was not asked about for the second time as nothing', () => {
    const schedule = buildSchedule('2026-11-23T10:00:00Z');
    const now = at('2026-11-23T11:00:01Z');

    const first = dueFirings(schedule, now, TOLERANCE_MS);
    const second = dueFirings({ ...schedule, settledAt: first.settledAt }, now, TOLERANCE_MS);

    expect(second).toMatchObject({ fire: null, missed: null });
  });

  it('says when it fires next', () => {
    const next = nextFiring(buildSchedule('2026-11-23T10:00:00Z'), at('2026-11-23T12:30:00Z'));

    expect(next).toBe(at('2026-11-23T13:00:00Z'));
  });

  it('has a seed for each firing', () => {
    const seed = firingSeed('game-day-7', at('2026-11-23T09:00:00Z'));

    expect(seed).toBe('game-day-7@2026-11-23T09:00:00Z');
  });
});

describe('the times of a cron pattern', () => {
  it.each<[string, [string, string], string, string[]]>([
    [
      'by the clocks of a zone',
      ['0 10 * * mon-thu', 'Europe/Berlin'],
      '2026-11-19T12:00Z',
      ['2026-11-23T09:00', '2026-11-24T09:00'],
    ],
    [
      'once, at the moment of the skip, when clocks are put forward over it',
      ['30 2 * * *', 'Europe/Berlin'],
      '2026-03-28T00:00Z',
      ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      'once, the first time, when clocks are put back over it',
      ['30 2 * * *', 'Europe/Berlin'],
      '2026-10-24T00:00Z',
      ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'the same for lists of hours',
      ['30 2,14 * * *', 'Europe/Berlin'],
      '2026-10-24T22:00Z',
      ['2026-10-25T00:30', '2026-10-25T13:30', '2026-10-26T01:30'],
    ],
    [
      'once for two times that are skipped together',
      ['0,30 2 * * *', 'Europe/Berlin'],
      '2026-03-28T12:00Z',
      ['2026-03-29T01:00', '2026-03-30T00:00', '2026-03-30T00:30'],
    ],
    [
      'in both hours that come twice, when it is about intervals',
      ['*/30 * * * *', 'Europe/Berlin'],
      '2026-10-24T23:59Z',
      ['2026-10-25T00:00', '2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30', '2026-10-25T02:00'],
    ],
    [
      'not in an hour that is skipped, when it is about intervals',
      ['*/30 2 * * *', 'Europe/Berlin'],
      '2026-03-28T12:00Z',
      ['2026-03-30T00:00', '2026-03-30T00:30'],
    ],
    [
      'where clocks are moved by half an hour',
      ['15 2 * * *', 'Australia/Lord_Howe'],
      '2026-10-02T20:00Z',
      ['2026-10-03T15:30', '2026-10-04T15:15'],
    ],
    ['on a leap day', ['0 0 29 2 *', 'UTC'], '2026-01-01T00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['on the last day of a month', ['0 0 L * *', 'UTC'], '2026-01-01T00:00Z', ['2026-01-31T00:00', '2026-02-28T00:00']],
    [
      'on either day when both are given',
      ['0 0 1 * mon', 'UTC'],
      '2026-01-29T00:00Z',
      ['2026-02-01T00:00', '2026-02-02T00:00'],
    ],
  ])('are %s', (_, [cron, timezone], from, expected) => {
    const times = firingsOf(cron, timezone, from, expected.length);

    expect(times).toEqual(expected);
  });

  it('are after a moment, and up to one', () => {
    const hourly = { cron: '0 * * * *', timezone: 'UTC' };
    const hour = at('2026-11-23T10:00:00Z');

    const answers = [hour - 1, hour, hour + 1].map((moment) => [
      firingAfter(hourly, moment),
      firingUpTo(hourly, moment),
    ]);

    const [before, after] = [hour - 3_600_000, hour + 3_600_000];
    expect(answers).toEqual([
      [hour, before],
      [after, hour],
      [after, hour],
    ]);
  });
});
