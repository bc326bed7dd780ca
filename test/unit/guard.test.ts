import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeGuard, guardRefusal, targetRefusal } from '../../agent/core/guard.ts';
import type { Guard } from '../../shared/domain/guard.ts';
import type { Hours } from '../../shared/domain/hours.ts';
import { ERRORS } from '../../shared/errors.ts';
import { isWithinHours } from '../../shared/hours.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { parseGuard } from '../../shared/schema/guard.ts';
import { formatIssue } from '../../shared/schema/source.ts';
import { buildGuard, buildHours, buildInjection, buildProcess, buildReading } from '../support/guard-builders.ts';

function issuesOf(source: string): string[] {
  const parsed = parseGuard(source, 'guard.yaml');
  return parsed.ok ? [] : parsed.issues.map((issue) => formatIssue(issue));
}

function hoursIn(source: string): readonly Hours[] {
  const parsed = parseGuard(`environment: staging\nhours: ${source}\n`, 'guard.yaml');
  if (!parsed.ok) throw new Error(parsed.issues.map((issue) => formatIssue(issue)).join('\n'));
  return parsed.value.hours;
}

describe('a guard file', () => {
  it('lets everything through in its environment when it says no more', () => {
    const parsed = parseGuard('environment: staging\n', 'guard.yaml');

    expect(parsed).toEqual({ ok: true, value: buildGuard() });
  });

  it('is read with every key that there is', () => {
    const source = `
environment: staging
allow: [process-kill, process-pause]
deny: [cpu-load]
targets:
  allow: [{ service: orders }, { unit: web.service, port: 80 }]
  deny: [{ name: postgres }]
most: 2
longest: 5m
hours: { days: mon-wed, from: "09:00", to: "17:30", timezone: Europe/Berlin }
`;

    const parsed = parseGuard(source, 'guard.yaml');

    expect(parsed).toEqual({
      ok: true,
      value: {
        environment: 'staging',
        allow: ['process-kill', 'process-pause'],
        deny: ['cpu-load'],
        targets: {
          allow: [{ service: 'orders' }, { unit: 'web.service', port: 80 }],
          deny: [{ name: 'postgres' }],
        },
        most: 2,
        longestMs: 300_000,
        hours: [{ days: ['mon', 'tue', 'wed'], fromMinute: 540, toMinute: 1050, timezone: 'Europe/Berlin' }],
      },
    });
  });

  it('as the documentation shows it is valid', () => {
    const page = readFileSync(path.join(packageRoot(), 'docs', 'guard.md'), 'utf8');
    const [, example = ''] = /```yaml\n([^`]*)```/u.exec(page) ?? [];

    const issues = issuesOf(example);

    expect(example).toContain('environment: staging');
    expect(issues).toEqual([]);
  });

  it('can allow nothing at all', () => {
    const parsed = parseGuard('environment: staging\nallow: []\ntargets: { allow: [] }\nmost: 0\n', 'guard.yaml');

    expect(parsed).toEqual({
      ok: true,
      value: buildGuard({ allow: [], targets: { allow: [], deny: [] }, most: 0 }),
    });
  });

  const REFUSED: [string, string, string][] = [
    ['an empty file', '', 'guard.yaml:1:1: environment: is missing: expected a text'],
    ['text that is no YAML', 'environment: [', 'guard.yaml:1:15: '],
    ['a list', '- staging\n', 'guard.yaml:1:1: expected the guard (an object)'],
    [
      'a key that is misspelt',
      'environment: staging\ndenny: [cpu-load]\n',
      'guard.yaml:2:1: `denny` is not a key of the guard; did you mean `deny`?',
    ],
    [
      'a misspelt key of the targets',
      'environment: staging\ntargets: { alow: [] }\n',
      'guard.yaml:2:12: targets: `alow` is not a key of targets; did you mean `allow`?',
    ],
    [
      'a misspelt key of a process',
      'environment: staging\ntargets:\n  deny:\n    - { servise: a }\n',
      'guard.yaml:4:9: targets.deny[0]: `servise` is not a key of processes; did you mean `service`?',
    ],
    ['a key that is there twice', 'environment: a\nenvironment: b\n', 'guard.yaml:2:1: the key `environment`'],
    [
      'an unknown fault',
      'environment: staging\nallow: [process-kill, proces-pause]\n',
      'guard.yaml:2:23: allow[1]: expected one of cpu-load, net-corrupt, net-delay, net-dns, net-down, net-duplicate, net-loss, net-partition, net-rate, net-reorder, net-reset, process-kill, process-pause, not "proces-pause"',
    ],
    ['one fault without a list', 'environment: staging\ndeny: cpu-load\n', 'guard.yaml:2:7: deny: expected a list'],
    [
      'an empty selector, which would mean every process',
      'environment: staging\ntargets: { deny: [{}] }\n',
      'guard.yaml:2:19: targets.deny[0]: expected at least one key',
    ],
    [
      'half an injection',
      'environment: staging\nmost: 1.5\n',
      'guard.yaml:2:7: most: expected a whole number from 0 to 10000, not 1.5',
    ],
    ['less than none', 'environment: staging\nmost: -1\n', 'guard.yaml:2:7: most: expected a whole number'],
    [
      'a duration without a unit',
      'environment: staging\nlongest: 30\n',
      'guard.yaml:2:10: longest: expected a duration greater than 0, such as 500ms, 30s or 2m, not 30',
    ],
    [
      'no hours',
      'environment: staging\nhours: []\n',
      'guard.yaml:2:8: hours: expected a list of hours that is not empty',
    ],
    // What is left blank must not pass for what is left out.
    ...['allow', 'deny', 'targets', 'most', 'longest', 'hours'].map((key): [string, string, string] => [
      `\`${key}\` without a value`,
      `environment: staging\n${key}:\n`,
      `guard.yaml:2:${key.length + 2}: ${key}`,
    ]),
  ];

  it.each(REFUSED)('refuses %s, and says where', (_, source, message) => {
    const [issue] = issuesOf(source);

    expect(issue?.startsWith(message), issue).toBe(true);
  });

  const WRONG_HOURS: [string, string][] = [
    ['{ days: mon, from: "9:00", to: "17:00", timezone: UTC }', '2:27: hours.from: expected a time of day in quotes'],
    ['{ days: mon, from: "24:00", to: "17:00", timezone: UTC }', '2:27: hours.from: expected a time of day'],
    ['{ days: mon, from: "09:00", to: "24:01", timezone: UTC }', '2:40: hours.to: expected a time of day'],
    ['{ days: mon, from: "09:60", to: "17:00", timezone: UTC }', '2:27: hours.from: expected a time of day'],
    ['{ days: mon, from: 540, to: "17:00", timezone: UTC }', '2:27: hours.from: expected a time of day'],
    ['{ days: monday, from: "09:00", to: "17:00", timezone: UTC }', '2:16: hours.days: expected days such as'],
    ['{ days: mon-, from: "09:00", to: "17:00", timezone: UTC }', '2:16: hours.days: expected days'],
    ['{ days: mon-tue-wed, from: "09:00", to: "17:00", timezone: UTC }', '2:16: hours.days: expected days'],
    ['{ days: [], from: "09:00", to: "17:00", timezone: UTC }', '2:16: hours.days: expected days'],
    ['{ days: mon, from: "09:00", to: "17:00" }', '2:8: hours.timezone: is missing: expected a time zone'],
    [
      '{ days: mon, from: "09:00", to: "17:00", timezone: Europe/Berlyn }',
      '2:59: hours.timezone: expected a time zone such as Europe/Berlin or UTC, not "Europe/Berlyn"',
    ],
    ['{ days: mon, from: "09:00", to: "17:00", timezone: "+01:00" }', '2:59: hours.timezone: expected a time zone'],
    [
      '[{ days: mon, from: "09:00", to: "17:00", timezone: UTC }, { day: mon }]',
      '2:69: hours[1]: `day` is not a key of hours; did you mean `days`?',
    ],
  ];

  it.each(WRONG_HOURS)('refuses the hours %s', (hours, message) => {
    const issues = issuesOf(`environment: staging\nhours: ${hours}\n`);

    expect(
      issues.some((issue) => issue.startsWith(`guard.yaml:${message}`)),
      issues.join('\n'),
    ).toBe(true);
  });

  it.each([
    ['mon', ['mon']],
    ['mon-wed', ['mon', 'tue', 'wed']],
    ['sat-mon', ['sat', 'sun', 'mon']],
    ['sun-sun', ['sun']],
    ['[mon, wed-thu, mon]', ['mon', 'wed', 'thu']],
  ])('reads the days %s', (days, expected) => {
    const [hours] = hoursIn(`{ days: ${days}, from: "00:00", to: "24:00", timezone: UTC }`);

    expect(hours).toEqual({ days: expected, fromMinute: 0, toMinute: 1440, timezone: 'UTC' });
  });

  it('can have several hours', () => {
    const hours = hoursIn(`
  - { days: mon-fri, from: "09:00", to: "12:00", timezone: Europe/Berlin }
  - { days: [sat, sun], from: "22:00", to: "02:00", timezone: UTC }`);

    expect(hours.map(({ fromMinute, toMinute }) => [fromMinute, toMinute])).toEqual([
      [540, 720],
      [1320, 120],
    ]);
  });
});

describe('hours', () => {
  const within = (hours: Partial<Hours>, at: string): boolean => isWithinHours(buildHours(hours), Date.parse(at));
  const NIGHT = { days: ['fri'], fromMinute: 22 * 60, toMinute: 2 * 60, timezone: 'UTC' } satisfies Partial<Hours>;

  it.each([
    ['before them', '2026-11-23T07:59:59.999Z', false],
    ['with their first moment', '2026-11-23T08:00:00Z', true],
    ['with their last moment', '2026-11-23T15:59:59.999Z', true],
    ['with the moment that ends them', '2026-11-23T16:00:00Z', false],
    ['on a Saturday', '2026-11-28T10:00:00Z', false],
  ])('are those of the time zone: %s', (_, at, expected) => {
    const answer = within({}, at);

    expect(answer).toBe(expected);
  });

  it('have the days of the time zone: Monday has long begun in Auckland when it is Sunday in UTC', () => {
    const answer = within({ timezone: 'Pacific/Auckland', days: ['mon'] }, '2026-11-22T21:00:00Z');

    expect(answer).toBe(true);
  });

  it.each([
    ['before they begin', '2026-11-27T21:59:00Z', false],
    ['on the evening of their day', '2026-11-27T22:00:00Z', true],
    ['after midnight', '2026-11-28T01:59:59Z', true],
    ['at their end', '2026-11-28T02:00:00Z', false],
    ['on the evening after', '2026-11-28T23:00:00Z', false],
    ['in the small hours of their day, which belong to the day before', '2026-11-27T01:00:00Z', false],
  ])('that run over midnight belong to the day on which they begin: %s', (_, at, expected) => {
    const answer = within(NIGHT, at);

    expect(answer).toBe(expected);
  });

  it('run from Sunday into Monday', () => {
    const answer = within({ ...NIGHT, days: ['sun'] }, '2026-11-23T01:00:00Z');

    expect(answer).toBe(true);
  });

  it('that end when they begin last a day', () => {
    const answers = [
      '2026-11-27T08:59:00Z',
      '2026-11-27T09:00:00Z',
      '2026-11-28T08:59:00Z',
      '2026-11-28T09:00:00Z',
    ].map((at) => within({ days: ['fri'], fromMinute: 540, toMinute: 540, timezone: 'UTC' }, at));

    expect(answers).toEqual([false, true, true, false]);
  });

  it('until 24:00 end with the day', () => {
    const answers = ['2026-11-27T23:59:59.999Z', '2026-11-28T00:00:00Z'].map((at) =>
      within({ days: ['fri'], fromMinute: 0, toMinute: 1440, timezone: 'UTC' }, at),
    );

    expect(answers).toEqual([true, false]);
  });

  it.each([
    ['the Friday before, in winter time', '2026-03-27T07:59:00Z', false],
    ['the Friday before, in winter time', '2026-03-27T08:00:00Z', true],
    ['the Monday after, in summer time', '2026-03-30T07:00:00Z', true],
    ['the Monday after, in summer time', '2026-03-30T15:00:00Z', false],
    ['the Friday before winter time', '2026-10-23T07:00:00Z', true],
    ['the Monday after the return to winter time', '2026-10-26T07:59:00Z', false],
    ['the Monday after the return to winter time', '2026-10-26T15:59:00Z', true],
  ])('begin at nine by the clock on the wall: %s, %s', (_, at, expected) => {
    const answer = within({}, at);

    expect(answer).toBe(expected);
  });

  it('lose the hour that is skipped on 29 March 2026', () => {
    const sunday: Partial<Hours> = { days: ['sun'], fromMinute: 90, toMinute: 210 };

    // 01:30 to 03:30, of which 02:00 to 03:00 do not happen.
    const answers = ['00:29', '00:30', '00:59', '01:00', '01:29', '01:30'].map((time) =>
      within(sunday, `2026-03-29T${time}:00Z`),
    );

    expect(answers).toEqual([false, true, true, true, true, false]);
  });

  it('that are skipped as a whole on 29 March 2026 do not come', () => {
    const skipped: Partial<Hours> = { days: ['sun'], fromMinute: 120, toMinute: 180 };

    const answers = ['00:59', '01:00', '01:30'].map((time) => within(skipped, `2026-03-29T${time}:00Z`));

    expect(answers).toEqual([false, false, false]);
  });

  it('come twice with the hour that is repeated on 25 October 2026', () => {
    const repeated: Partial<Hours> = { days: ['sun'], fromMinute: 120, toMinute: 150 };

    // 02:00 to 02:30 in summer time, and again in winter time.
    const answers = ['23:59', '00:00', '00:29', '00:30', '00:59', '01:00', '01:29', '01:30'].map((time, index) =>
      within(repeated, `2026-10-${index === 0 ? 24 : 25}T${time}:00Z`),
    );

    expect(answers).toEqual([false, true, true, false, false, true, true, false]);
  });

  it.each([
    ['29 March', '2026-03-29', ['00:59', '01:00']],
    ['25 October', '2026-10-25', ['01:59', '02:00']],
  ])('over midnight into %s 2026 end at three on the wall', (_, day, times) => {
    const night: Partial<Hours> = { days: ['sat'], fromMinute: 23 * 60, toMinute: 180 };

    const answers = times.map((time) => within(night, `${day}T${time}:00Z`));

    expect(answers).toEqual([true, false]);
  });
});

describe('what a guard says of an injection', () => {
  const MONDAY_NOON = Date.parse('2026-11-23T12:00:00Z');
  const STAGING = { environment: 'staging', now: MONDAY_NOON };

  it('is nothing when it has nothing against it', () => {
    const guard = buildReading({
      allow: ['process-kill'],
      deny: ['cpu-load'],
      most: 2,
      longestMs: 10_000,
      hours: [buildHours()],
    });

    const refusal = guardRefusal(guard, buildInjection({ others: 1, lengthMs: 10_000 }), STAGING);

    expect(refusal).toBeNull();
  });

  it('is no, with the reason, when the guard itself cannot be used', () => {
    const refusal = guardRefusal({ ok: false, why: 'there is no guard file' }, buildInjection(), STAGING);

    expect(refusal).toEqual({ code: 'GUARD_UNUSABLE', message: 'there is no guard file' });
  });

  const REFUSALS: [Partial<Guard>, Parameters<typeof buildInjection>[0], string, string][] = [
    [
      { environment: 'production' },
      {},
      'GUARD_ENVIRONMENT',
      'the guard says `environment: production`, and a node in production takes no fault',
    ],
    [
      { environment: 'qa' },
      {},
      'GUARD_ENVIRONMENT',
      'the guard says `environment: qa`, and that of the agent is staging',
    ],
    [
      { allow: ['process-kill', 'process-pause'] },
      { fault: 'cpu-load' },
      'GUARD_FAULT',
      'the guard says `allow: [process-kill, process-pause]`, and this is cpu-load',
    ],
    [{ allow: [] }, {}, 'GUARD_FAULT', 'the guard says `allow: []`, and this is process-kill'],
    [
      { allow: ['cpu-load'], deny: ['cpu-load'] },
      { fault: 'cpu-load' },
      'GUARD_FAULT',
      'the guard says `deny: [cpu-load]`, and this is cpu-load',
    ],
    [{ most: 2 }, { others: 2 }, 'GUARD_LIMIT', 'the guard says `most: 2`, and other injections active are 2'],
    [{ most: 0 }, {}, 'GUARD_LIMIT', 'the guard says `most: 0`, and other injections active are 0'],
    [
      { longestMs: 90_000 },
      { lengthMs: 90_001 },
      'GUARD_DURATION',
      'the guard says `longest: 1m30s`, and this may last 1m30s1ms',
    ],
    [
      { hours: [buildHours({ days: ['sat', 'sun'] }), buildHours({ toMinute: 12 * 60, timezone: 'UTC' })] },
      {},
      'GUARD_HOURS',
      'the guard says `hours: [sat sun 09:00-17:00 Europe/Berlin, mon tue wed thu fri 09:00-12:00 UTC]`, ' +
        'and it is mon 13:00 in Europe/Berlin, mon 12:00 in UTC',
    ],
  ];

  it.each(REFUSALS)('of %j for %j is %s', (guard, injection, code, message) => {
    const refusal = guardRefusal(buildReading(guard), buildInjection(injection), STAGING);

    expect(refusal).toEqual({ code, message });
  });

  it.each(['production', 'Production', 'PRODUCTION', ' production '])(
    'in the environment %j is no, even to an agent of that environment',
    (environment) => {
      const refusal = guardRefusal(buildReading({ environment }), buildInjection(), { environment, now: MONDAY_NOON });

      expect(refusal?.code).toBe('GUARD_ENVIRONMENT');
    },
  );

  it('is no when the agent is in production, whatever the guard says', () => {
    const refusal = guardRefusal(buildReading(), buildInjection(), { environment: 'production', now: MONDAY_NOON });

    expect(refusal).toEqual({
      code: 'GUARD_ENVIRONMENT',
      message: 'the environment of the agent is production, and a node in production takes no fault',
    });
  });

  it('is yes within any of several hours', () => {
    const hours = [buildHours({ days: ['sun'] }), buildHours({ days: ['mon'] })];

    const refusal = guardRefusal(buildReading({ hours }), buildInjection(), STAGING);

    expect(refusal).toBeNull();
  });

  it('has a code that the command line leaves with 4', () => {
    const codes = Object.entries(ERRORS).filter(([code]) => code.startsWith('GUARD_'));

    expect(codes.map(([, { exit }]) => exit)).toEqual(Array.from({ length: 7 }, () => 4));
  });
});

describe('what a guard says of a process', () => {
  const services = { orders: { unit: 'orders.service' }, web: { name: 'nginx' } };
  const say = (targets: Partial<Guard['targets']>): string | null =>
    targetRefusal(buildGuard({ targets: { allow: null, deny: [], ...targets } }), buildProcess(), services);

  it.each<[Partial<Guard['targets']>, string | null]>([
    [{}, null],
    [{ allow: [{ service: 'orders' }] }, null],
    [{ allow: [{ service: 'web' }, { port: 8080 }] }, null],
    [
      { allow: [{ service: 'web' }] },
      'the guard says `targets: { allow: [{ service: web }] }`, and it is none of those',
    ],
    [{ allow: [] }, 'the guard says `targets: { allow: [] }`, and it is none of those'],
    [
      { allow: [{ service: 'orders' }], deny: [{ name: 'sshd' }, { user: 'app', port: 8080 }] },
      'the guard says `targets: { deny: [{ user: app, port: 8080 }] }`, and it is one of those',
    ],
    [{ deny: [{ user: 'app', port: 9090 }] }, null],
  ])('with the targets %j is %j', (targets, expected) => {
    const said = say(targets);

    expect(said).toBe(expected);
  });

  it('is no when it denies a service that the agent does not know: it may be that one', () => {
    const said = say({ deny: [{ service: 'oders' }] });

    expect(said).toBe(
      'the guard says `targets: { deny: [{ service: oders }] }`, ' +
        'and the configuration of the agent defines no such service',
    );
  });

  it('is no in production', () => {
    const said = targetRefusal(buildGuard({ environment: 'production' }), buildProcess(), services);

    expect(said).toBe('the guard says `environment: production`, and a node in production takes no fault');
  });

  it('stays short when the guard is long', () => {
    const allow = Array.from({ length: 1000 }, (_, index) => ({ name: `process-${index}` }));

    const said = say({ allow });

    expect(said?.length).toBeLessThan(400);
  });
});

describe('a guard in one line', () => {
  it.each<[Partial<Guard>, string]>([
    [{}, 'staging: every fault'],
    [{ allow: [] }, 'staging: no fault'],
    [{ environment: 'production' }, 'refuses everything: a node in production takes no fault'],
    [
      {
        allow: ['process-kill', 'process-pause'],
        deny: ['cpu-load'],
        targets: { allow: [{ service: 'orders' }], deny: [{ name: 'postgres' }] },
        most: 2,
        longestMs: 300_000,
        hours: [buildHours({ days: ['mon', 'tue'] })],
      },
      'staging: process-kill process-pause, not cpu-load, on { service: orders }, not on { name: postgres }, ' +
        '2 at once, 5m at most, at mon tue 09:00-17:00 Europe/Berlin',
    ],
  ])('says what it lets through: %j', (guard, expected) => {
    const line = describeGuard(buildReading(guard));

    expect(line).toBe(expected);
  });

  it('says why it lets nothing through when it cannot be used', () => {
    const line = describeGuard({ ok: false, why: 'there is no guard file' });

    expect(line).toBe('refuses everything: there is no guard file');
  });
});
