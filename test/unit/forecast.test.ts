import { describe, expect, it } from 'vitest';
import { bookingsOf } from '../../coordinator/core/blast-radius/bookings.ts';
import { forecastPlan, type SlotForecast } from '../../coordinator/core/blast-radius/forecast.ts';
import { createLedger } from '../../coordinator/core/blast-radius/ledger.ts';
import type { FleetMember } from '../../coordinator/core/blast-radius/membership.ts';
import type { RunContext, RunInput } from '../../coordinator/core/run-state.ts';
import { prepareRun, reduceRun } from '../../coordinator/core/run.ts';
import { nodeId, runId, slotId, type SlotId } from '../../shared/domain/ids.ts';
import type { Plan, Slot } from '../../shared/domain/plan.ts';
import type { RadiusRule } from '../../shared/domain/policy.ts';
import type { RunEventBody } from '../../shared/domain/run.ts';
import { buildCondition, buildExperiment, buildMonitor } from '../support/experiments.ts';
import {
  buildApart,
  buildCoolDown,
  buildExclude,
  buildFloor,
  buildLimit,
  buildMember,
  buildRate,
  PER_ROLE,
} from '../support/radius-builders.ts';
import { buildEnd, START } from '../support/run-player.ts';

const SECOND = 1000;
const LENGTH = 10 * SECOND;

interface SlotSketch {
  readonly at?: number;
  readonly nodes: readonly string[];
  readonly standby?: readonly string[];
  readonly slack?: number;
  readonly service?: string;
}

/** One list per stage; injections last ten seconds, and slots wait a minute unless they say otherwise. */
function buildPlan(...stages: readonly (readonly SlotSketch[])[]): Plan {
  const slots = stages.flatMap((sketches, stage) =>
    sketches.map((sketch, step) => ({ sketch, slot: buildSlot(sketch, `s${stage}`, step + 1) })),
  );
  return {
    apiVersion: 'roulette/v1',
    kind: 'Plan',
    experiment: { name: 'test', owner: 'tester', environment: 'staging', digest: 'd' },
    seed: 's',
    stages: stages.map((sketches, stage) => ({
      name: `s${stage}`,
      together: true,
      lengthMs: Math.max(...sketches.map(({ at = 0 }) => at)) + LENGTH,
      steps: [],
    })),
    slots: slots.map(({ slot }) => slot),
    standby: Object.fromEntries(slots.map(({ sketch, slot }) => [slot.id, (sketch.standby ?? []).map(nodeId)])),
    problems: [],
  };
}

function buildSlot(sketch: SlotSketch, stage: string, step: number): Slot {
  const { at = 0, nodes, slack = 60 * SECOND, service } = sketch;
  return {
    id: slotId(stage, step, 1),
    stage,
    step,
    repetition: 1,
    offsetMs: at,
    fault: 'process-pause',
    params: {},
    durationMs: LENGTH,
    slackMs: slack,
    target: 'web',
    processes: service === undefined ? null : { service },
    pick: { kind: 'all' },
    nodes: nodes.map(nodeId),
    drawKey: '',
  };
}

const WEB: readonly FleetMember[] = ['a', 'b', 'c', 'd'].map((id) => buildMember(id, { role: 'web' }));

function forecast(rules: readonly RadiusRule[], plan: Plan, fleet = WEB): SlotForecast[] {
  const ledger = createLedger(rules);
  for (const member of fleet) ledger.setNode(member);
  return forecastPlan(plan, ledger.membership(), 1000 * SECOND);
}

function waits(found: readonly SlotForecast[]): number[] {
  return found.map(({ waitsMs }) => waitsMs);
}

describe('what a plan would come to', () => {
  it('is nothing special where there is room: what binds is told with what it leaves', () => {
    const rules = [buildLimit(3, { name: 'wide' }), buildFloor(1, { name: 'tight', ...PER_ROLE })];

    const [slot] = forecast(rules, buildPlan([{ nodes: ['a', 'b'] }]));

    expect(slot).toMatchObject({ waitsMs: 0, substitutedCount: 0, unfitCount: 0 });
    expect(slot?.binding).toEqual({ rule: 'wide', group: 'the fleet', headroom: 1 });
  });

  it('waits for an injection of its own to be over', () => {
    const plan = buildPlan([{ nodes: ['a'] }, { at: 4 * SECOND, nodes: ['b'] }]);

    expect(waits(forecast([buildLimit(1)], plan))).toEqual([0, 6 * SECOND]);
  });

  it('lets those wait longest who come last', () => {
    const found = forecast([buildLimit(1)], buildPlan([{ nodes: ['a', 'b', 'c'] }, { nodes: ['d'] }]));

    expect(waits(found)).toEqual([20 * SECOND, 30 * SECOND]);
  });

  it('takes the next by rank in the place of a node that is away, or that a rule protects', () => {
    const fleet = [buildMember('a', {}, false), buildMember('b', { role: 'db' }), buildMember('c'), buildMember('d')];
    const plan = buildPlan([{ nodes: ['a', 'b'], standby: ['c', 'd'] }]);

    const [slot] = forecast([buildExclude({ nodes: { role: ['db'] } })], plan, fleet);

    expect(slot).toMatchObject({ substitutedCount: 2, unfitCount: 0, waitsMs: 0 });
    expect(slot?.substituted.map(({ node, by, why }) => [node, by, why.code])).toEqual([
      ['a', 'c', 'NODE_AWAY'],
      ['b', 'd', 'POLICY_EXCLUDED'],
    ]);
  });

  it('goes without a node for which there is no room in time, and says why', () => {
    const plan = buildPlan([{ nodes: ['a'] }, { nodes: ['b'], slack: 9 * SECOND }]);

    const [, second] = forecast([buildLimit(1)], plan);

    expect(second).toMatchObject({ unfitCount: 1, waitsMs: 0 });
    expect(second?.unfit).toEqual([
      {
        node: 'b',
        why: expect.objectContaining({ rule: 'r', message: expect.stringContaining('at most 1 may be impaired') }),
      },
    ]);
  });

  it('counts nodes that are away against the limits', () => {
    const fleet = [...WEB.slice(1), buildMember('a', { role: 'web' }, false)];

    const [slot] = forecast([buildLimit(1)], buildPlan([{ nodes: ['b'], slack: 0 }]), fleet);

    expect(slot?.unfitCount).toBe(1);
  });

  it('tells of many nodes the number and only the first', () => {
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
    const fleet = names.map((name) => buildMember(name));

    const [slot] = forecast([buildExclude()], buildPlan([{ nodes: names, slack: 0 }]), fleet);

    expect(slot?.unfitCount).toBe(50);
    expect(slot?.unfit).toHaveLength(20);
  });
});

describe('rules that are about time', () => {
  it('a rate lets the next one in as soon as the first start has left its window', () => {
    const plan = buildPlan([{ nodes: ['a', 'b'] }, { nodes: ['c'] }]);

    expect(waits(forecast([buildRate(2, 25 * SECOND)], plan))).toEqual([0, 25 * SECOND]);
  });

  it('a cool-down lets the next one in as soon as its group has rested', () => {
    const plan = buildPlan([{ nodes: ['a'] }, { nodes: ['b'] }, { nodes: ['c'] }]);

    expect(waits(forecast([buildCoolDown(5 * SECOND)], plan))).toEqual([0, 15 * SECOND, 30 * SECOND]);
  });

  it('what started before the plan is left out', () => {
    const ledger = createLedger([buildRate(1, 3600 * SECOND)]);
    for (const member of WEB) ledger.setNode(member);

    const [slot] = forecastPlan(buildPlan([{ nodes: ['a'] }]), ledger.membership(), 0);

    expect(slot).toMatchObject({ waitsMs: 0, unfitCount: 0 });
  });
});

describe('stages in a row', () => {
  it('the next one begins when the last injection is over, also when that began late', () => {
    const plan = buildPlan([{ nodes: ['a'] }, { nodes: ['b'] }], [{ nodes: ['c'] }]);

    expect(waits(forecast([buildLimit(1)], plan))).toEqual([0, 10 * SECOND, 0]);
  });

  it('a rate looks back over them', () => {
    const plan = buildPlan([{ nodes: ['a'] }], [{ nodes: ['b'] }]);

    expect(waits(forecast([buildRate(1, 25 * SECOND)], plan))).toEqual([0, 15 * SECOND]);
  });
});

/** What dispatch makes of a plan, on nodes that do what they are told and a system that is always well. */
function dispatch(rules: readonly RadiusRule[], plan: Plan, fleet = WEB): Map<SlotId, Dispatched> {
  const ledger = createLedger(rules);
  for (const member of fleet) ledger.setNode(member);
  const experiment = buildExperiment({
    monitors: { ok: buildMonitor() },
    steadyState: [buildCondition('ok >= 1')],
    recoveryWithinMs: SECOND,
  });
  const context: RunContext = { run: runId('run-1'), experiment, plan, term: 1, leaseMs: 5000, graceMs: 2000 };
  let state = prepareRun(
    context,
    fleet.filter(({ connected }) => connected).map(({ id }) => id),
  );
  const found = new Map(
    plan.slots.map(({ id }): [SlotId, Dispatched] => [id, { sent: [], waitsMs: 0, skipped: 0, dueAt: null }]),
  );
  let inputs: RunInput[] = [START];
  const due: { readonly at: number; readonly input: RunInput }[] = [];
  for (let now = 0; state.phase !== 'ended' && now < 1000 * SECOND; now += TICK) {
    const sample = { monitor: 'ok', at: now, value: 1, why: null };
    const come = due.filter(({ at }) => at === now).map(({ input }) => input);
    inputs = [...inputs, ...come, { type: 'sample', sample }];
    const turn = reduceRun(context, state, inputs, { mono: now, wall: now, room: ledger.room(now) });
    ledger.put(
      bookingsOf(turn.events, {
        held: ledger.open(),
        slotOf: (id) => plan.slots.find((slot) => slot.id === id),
        now,
        expiryMs: 7000,
        recoveryMs: SECOND,
      }),
    );
    for (const event of turn.events) note(found, event, now);
    for (const act of turn.acts) {
      if (act.type !== 'send') continue;
      const { id } = act.order;
      const answer = { kind: 'started' as const, orderId: id, at: now, targets: [], skipped: [] };
      due.push({ at: now + TICK, input: { type: 'answer', answer } });
      // So that the steady state is seen again when the injection is over, and not later.
      due.push({ at: now + LENGTH - TICK, input: { type: 'end', end: buildEnd(id, now) } });
    }
    state = turn.state;
    inputs = [];
  }
  return found;
}

const TICK = 100;

interface Dispatched {
  readonly sent: string[];
  waitsMs: number;
  skipped: number;
  dueAt: number | null;
}

function note(found: ReadonlyMap<SlotId, Dispatched>, event: RunEventBody, now: number): void {
  if (event.type !== 'order.sent' && event.type !== 'slot.waiting' && event.type !== 'slot.skipped') return;
  const slot = found.get(event.slot);
  if (slot === undefined) return;
  slot.dueAt ??= now;
  if (event.type === 'slot.skipped') slot.skipped += 1;
  if (event.type !== 'order.sent') return;
  slot.sent.push(event.node);
  slot.waitsMs = Math.max(slot.waitsMs, now - slot.dueAt);
}

describe('what is foretold is what dispatch then does', () => {
  it.each<[string, readonly RadiusRule[], Plan]>([
    ['a limit', [buildLimit(2)], buildPlan([{ nodes: ['a', 'b', 'c'] }, { at: 3 * SECOND, nodes: ['d'] }])],
    [
      'a limit with little slack',
      [buildLimit(1)],
      buildPlan([{ nodes: ['a'] }, { at: SECOND, nodes: ['b'], slack: 2 * SECOND }, { at: 2 * SECOND, nodes: ['c'] }]),
    ],
    ['a rate', [buildRate(2, 25 * SECOND)], buildPlan([{ nodes: ['a', 'b', 'c'] }], [{ nodes: ['d'] }])],
    ['a cool-down', [buildCoolDown(5 * SECOND)], buildPlan([{ nodes: ['a', 'b', 'c', 'd'] }])],
    [
      'sides apart',
      [buildApart({ kind: 'groups', groups: [{ node: ['a', 'b'] }, { node: ['c', 'd'] }] })],
      buildPlan([{ nodes: ['a', 'c'] }, { at: SECOND, nodes: ['b'] }, { at: SECOND, nodes: ['d'] }]),
    ],
    [
      'an exclusion with a stand-in',
      [buildExclude({ nodes: { node: ['a'] } })],
      buildPlan([{ nodes: ['a', 'b'], standby: ['c'] }], [{ nodes: ['d'] }]),
    ],
  ])('under %s', (_, rules, plan) => {
    const foretold = forecast(rules, plan);

    const done = dispatch(rules, plan);

    for (const { slot, waitsMs, unfitCount, substituted } of foretold) {
      const { sent, skipped, waitsMs: waited } = done.get(slot) ?? { sent: [], skipped: -1, waitsMs: -1 };
      expect([slot, skipped]).toEqual([slot, unfitCount]);
      expect(sent).toEqual(expect.arrayContaining(substituted.map(({ by }) => by)));
      // An injection takes a moment to begin, and another to be known as over.
      expect(Math.abs(waited - waitsMs), `${slot} waits ${waitsMs}, waited ${waited}`).toBeLessThan(SECOND);
    }
  });
});
