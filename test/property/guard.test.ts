import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardRefusal, targetRefusal } from '../../agent/core/guard.ts';
import type { HostProcess } from '../../agent/core/match.ts';
import type { ProcessSelector } from '../../shared/domain/experiment.ts';
import type { Guard } from '../../shared/domain/guard.ts';
import { DAYS, type Hours } from '../../shared/domain/hours.ts';
import { FAULT_KINDS } from '../../shared/faults/index.ts';
import { isWithinHours } from '../../shared/hours.ts';
import { buildProcess } from '../support/guard-builders.ts';

const MINUTE_MS = 60_000;
const MINUTES_OF_DAY = 24 * 60;
const MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY;

const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }).map(Number);
const fault = fc.constantFrom(...FAULT_KINDS);
const hours: fc.Arbitrary<Hours> = fc.record({
  days: fc.subarray([...DAYS], { minLength: 1 }),
  fromMinute: fc.integer({ min: 0, max: MINUTES_OF_DAY - 1 }),
  toMinute: fc.integer({ min: 0, max: MINUTES_OF_DAY }),
  timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland', 'Asia/Kolkata'),
});

const services = { orders: { unit: 'orders.service' }, web: { name: 'nginx' } };
const selector: fc.Arbitrary<ProcessSelector> = fc.constantFrom(
  { service: 'orders' },
  { service: 'web' },
  { service: 'unheard-of' },
  { name: 'node' },
  { name: 'nginx', port: 80 },
  { port: 8080 },
  { user: 'app' },
);
const process: fc.Arbitrary<HostProcess> = fc
  .record({
    name: fc.constantFrom('node', 'nginx', 'postgres'),
    unit: fc.constantFrom('orders.service', 'web.service', null),
    user: fc.constantFrom('app', 'root'),
    ports: fc.constantFrom([], [80], [8080]),
  })
  .map(buildProcess);

const selectors = fc.array(selector, { maxLength: 3 });
/** Mostly the agent's own, so that the other lines of a guard have a say. */
const environment = fc.oneof(
  { arbitrary: fc.constant('staging'), weight: 8 },
  { arbitrary: fc.constantFrom('qa', 'production'), weight: 1 },
);
const guard: fc.Arbitrary<Guard> = fc.record({
  environment,
  allow: fc.option(fc.subarray([...FAULT_KINDS])),
  deny: fc.subarray([...FAULT_KINDS]),
  targets: fc.record({ allow: fc.option(selectors), deny: selectors }),
  most: fc.option(fc.nat({ max: 4 })),
  longestMs: fc.option(fc.integer({ min: 1, max: 100 })),
  hours: fc.array(hours, { maxLength: 3 }),
});
const injection = fc.record({ fault, lengthMs: fc.nat({ max: 100 }), others: fc.nat({ max: 4 }) });

type Restriction = (guard: Guard) => Guard;

/** Less of a list, or any list where there was none, which meant everything. */
function fewer<T>(list: readonly T[] | null, kept: readonly T[], keep: (element: T, index: number) => boolean): T[] {
  return list === null ? [...kept] : list.filter((element, index) => keep(element, index));
}

/** Without hours every hour is allowed: the last of them never goes. */
function fewerHours(list: readonly Hours[], one: Hours, dropped: number): Hours[] {
  return list.length === 0 ? [one] : list.filter((_, index) => list.length === 1 || index !== dropped % list.length);
}

const restriction: fc.Arbitrary<Restriction> = fc.oneof(
  fc.subarray([...FAULT_KINDS]).map((kinds): Restriction => (from) => ({
    ...from,
    allow: fewer(from.allow, kinds, (kind) => kinds.includes(kind)),
  })),
  fault.map((kind): Restriction => (from) => ({ ...from, deny: [...from.deny, kind] })),
  fc.tuple(selectors, fc.nat({ max: 2 })).map(([list, dropped]): Restriction => ({ targets, ...from }) => ({
    ...from,
    targets: { ...targets, allow: fewer(targets.allow, list, (_, index) => index !== dropped) },
  })),
  selector.map((one): Restriction => ({ targets, ...from }) => ({
    ...from,
    targets: { ...targets, deny: [...targets.deny, one] },
  })),
  fc.nat({ max: 4 }).map((most): Restriction => (from) => ({ ...from, most: Math.min(from.most ?? most, most) })),
  fc.integer({ min: 1, max: 100 }).map((longest): Restriction => (from) => ({
    ...from,
    longestMs: Math.min(from.longestMs ?? longest, longest),
  })),
  fc.tuple(hours, fc.nat({ max: 2 })).map(([one, dropped]): Restriction => (from) => ({
    ...from,
    hours: fewerHours(from.hours, one, dropped),
  })),
  fc.constant<Restriction>((from) => ({ ...from, environment: 'production' })),
);
const restrictions = fc.array(restriction, { minLength: 1, maxLength: 4 });

function restrict(from: Guard, by: readonly Restriction[]): Guard {
  return by.reduce((restricted, one) => one(restricted), from);
}

describe('a guard', () => {
  it('that refuses an injection refuses it still when it is restricted further', () => {
    let refused = 0;
    fc.assert(
      fc.property(guard, restrictions, injection, moment, (loose, by, asked, now) => {
        const context = { environment: 'staging', now };
        fc.pre(guardRefusal({ ok: true, guard: loose }, asked, context) !== null);
        refused += 1;

        const refusal = guardRefusal({ ok: true, guard: restrict(loose, by) }, asked, context);

        expect(refusal).not.toBeNull();
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBe(1000);
  });

  it('that refuses a process refuses it still when it is restricted further', () => {
    fc.assert(
      fc.property(guard, restrictions, process, (loose, by, target) => {
        fc.pre(targetRefusal(loose, target, services) !== null);

        const refusal = targetRefusal(restrict(loose, by), target, services);

        expect(refusal).not.toBeNull();
      }),
      { numRuns: 1000 },
    );
  });

  it('lets through exactly what each of its lines lets through', () => {
    fc.assert(
      fc.property(guard, injection, moment, (whole, asked, now) => {
        const { fault: kind, lengthMs, others } = asked;
        const { allow, deny, most, longestMs } = whole;
        const isAllowed =
          whole.environment === 'staging' &&
          (allow ?? FAULT_KINDS).filter((one) => !deny.includes(one)).includes(kind) &&
          others + 1 <= (most ?? Number.POSITIVE_INFINITY) &&
          lengthMs <= (longestMs ?? Number.POSITIVE_INFINITY) &&
          (whole.hours.length === 0 || whole.hours.some((window) => isWithinHours(window, now)));

        const refusal = guardRefusal({ ok: true, guard: whole }, asked, { environment: 'staging', now });

        expect(refusal === null).toBe(isAllowed);
      }),
      { numRuns: 1000 },
    );
  });

  it('of production refuses everything, whatever else it says and whatever the agent says', () => {
    const production = fc
      .tuple(guard, fc.mixedCase(fc.constant('production')))
      .map(([whole, name]) => ({ ...whole, environment: name }));
    const context = fc.record({ environment, now: moment });
    fc.assert(
      fc.property(production, injection, context, process, (whole, asked, about, target) => {
        const refusal = guardRefusal({ ok: true, guard: whole }, asked, about);
        const said = targetRefusal(whole, target, services);

        expect(refusal?.code).toBe('GUARD_ENVIRONMENT');
        expect(said).toContain('production');
      }),
    );
  });

  it('refuses everything to an agent in production, whatever it says itself', () => {
    fc.assert(
      fc.property(guard, injection, moment, (whole, asked, now) => {
        const refusal = guardRefusal({ ok: true, guard: whole }, asked, { environment: 'production', now });

        expect(refusal?.code).toBe('GUARD_ENVIRONMENT');
      }),
    );
  });
});

/** Walks through the week a minute at a time, beginning hours on each of their days. */
function minutesOf({ days, fromMinute, toMinute }: Hours): Set<number> {
  const length = toMinute > fromMinute ? toMinute - fromMinute : toMinute + MINUTES_OF_DAY - fromMinute;
  return new Set(
    days.flatMap((day) => {
      const begin = DAYS.indexOf(day) * MINUTES_OF_DAY + fromMinute;
      return Array.from({ length }, (_, minute) => (begin + minute) % MINUTES_OF_WEEK);
    }),
  );
}

/** 5 January 1970 was a Monday. */
const A_MONDAY = Date.UTC(1970, 0, 5);

describe('hours', () => {
  it('in UTC are those of a model that walks through the week a minute at a time', () => {
    fc.assert(
      fc.property(hours, fc.array(moment, { minLength: 1, maxLength: 20 }), (window, moments) => {
        const inside = minutesOf(window);
        const edges = [window.fromMinute, window.toMinute].flatMap((minute) => [
          A_MONDAY + minute * MINUTE_MS - 1,
          A_MONDAY + minute * MINUTE_MS,
        ]);

        for (const now of [...moments, ...edges]) {
          const minuteOfWeek = Math.floor((now - A_MONDAY) / MINUTE_MS) % MINUTES_OF_WEEK;
          const model = inside.has((minuteOfWeek + MINUTES_OF_WEEK) % MINUTES_OF_WEEK);

          expect(isWithinHours({ ...window, timezone: 'UTC' }, now)).toBe(model);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('in any time zone last a day when they end as they begin, and then cover every moment of all days', () => {
    fc.assert(
      fc.property(hours, moment, (window, now) => {
        const always = { ...window, days: DAYS, toMinute: window.fromMinute };

        const answer = isWithinHours(always, now);

        expect(answer).toBe(true);
      }),
    );
  });
});
