import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderId } from '../../shared/domain/ids.ts';
import type { RunInput } from '../../coordinator/core/run-state.ts';
import { buildCondition, buildExperiment, buildFleet, buildMonitor, buildStep } from '../support/experiments.ts';
import { buildEnd, RunPlayer, START } from '../support/run-player.ts';

/** What may happen to a run, in any order: also what a correct node would never say. */
type Happening = (run: RunPlayer) => RunInput | number;

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 4000 }).map((ms) => () => ms) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(1, 1, 1, 0, null).map((value) => (run: RunPlayer): RunInput => ({
      type: 'sample',
      sample: { monitor: 'ok', at: run.now, value, why: value === null ? 'x' : null },
    })),
  },
  {
    weight: 3,
    arbitrary: fc.nat().map(
      (pick) =>
        (run: RunPlayer): RunInput | number =>
          withOrder(run, pick, (orderId) => ({
            type: 'answer',
            answer: { kind: 'started', orderId, at: run.now, targets: [], skipped: [] },
          })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat().map(
      (pick) =>
        (run: RunPlayer): RunInput | number =>
          withOrder(run, pick, (orderId) => ({
            type: 'answer',
            answer: { kind: 'refused', orderId, at: run.now, code: 'FAULT_NO_MATCH', message: 'x', skipped: [] },
          })),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(), fc.boolean()).map(
      ([pick, reverted]) =>
        (run: RunPlayer): RunInput | number =>
          withOrder(run, pick, (orderId) => ({
            type: 'end',
            end: buildEnd(orderId, run.now, { reverted, revertErrors: reverted ? [] : ['x'] }),
          })),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat({ max: 4 }), fc.boolean(), fc.constantFrom('all', 'none', null))
      .map(([index, connected, knows]) => (run: RunPlayer): RunInput => ({
        type: 'node',
        node: FLEET[index]?.id ?? FIRST,
        connected,
        known: knows === null ? null : knows === 'all' ? run.open() : [],
      })),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((told) => (): RunInput => ({ type: 'halt', by: 'ann', reason: 'r', ref: null, told })),
  },
);

const FLEET = buildFleet(5);
const FIRST =
  FLEET[0]?.id ??
  (() => {
    throw new Error('a fleet has nodes');
  })();

function withOrder(run: RunPlayer, pick: number, make: (id: OrderId) => RunInput): RunInput | number {
  const orders = [...run.state.orders.keys()];
  const id = orders[pick % Math.max(1, orders.length)];
  return id === undefined ? 1 : make(id);
}

function buildRun(): RunPlayer {
  const step = buildStep({
    mode: { kind: 'count', count: 2 },
    repeat: { kind: 'every', times: 3, everyMs: 2000, jitterMs: 0 },
    params: { signal: 'KILL', watch: 1000 },
  });
  const pause = buildStep({ fault: 'process-pause', durationMs: 5000, params: {} });
  const experiment = buildExperiment({
    monitors: { ok: buildMonitor() },
    steadyState: [buildCondition('ok >= 1')],
    abort: [buildCondition('ok < 1 for 3s')],
    stages: [
      { name: 'smoke', together: false, steps: [step] },
      { name: 'edge', together: true, steps: [step, pause] },
    ],
    recoveryWithinMs: 5000,
  });
  return new RunPlayer(experiment, FLEET);
}

function play(happenings: readonly Happening[], check: (run: RunPlayer) => void): RunPlayer {
  const run = buildRun().give(START);
  for (const happen of happenings) {
    const what = happen(run);
    if (typeof what === 'number') run.wait(what);
    else run.give(what);
    check(run);
  }
  return run;
}

const lives = fc.array(happening, { maxLength: 80 });

describe('whatever happens to a run', () => {
  it('no order leaves that was not recorded, and none twice but to a node that does not know it', () => {
    fc.assert(
      fc.property(lives, (happenings) => {
        const run = play(happenings, () => undefined);
        const sent = run.acts.flatMap((act) => (act.type === 'send' ? [act.order.id] : []));
        const recorded = run.events.flatMap((event) =>
          event.type === 'order.sent' || event.type === 'order.repeated' ? [event.order] : [],
        );

        expect(sent).toEqual(recorded);
        expect(new Set(sent).size).toBe(sent.length - run.count('order.repeated'));
      }),
    );
  });

  it('it is never called halted while an order is open, and nothing is ordered after a halt was asked for', () => {
    fc.assert(
      fc.property(lives, (happenings) => {
        let confirmed = 0;
        const run = play(happenings, (playing) => {
          const now = playing.count('halt.confirmed');
          if (now > confirmed) expect(playing.open()).toEqual([]);
          confirmed = now;
        });
        const types = run.types();
        const halt = types.indexOf('halt.requested');

        const after = halt >= 0 ? types.slice(halt) : [];
        expect(after.filter((type) => type === 'order.sent' || type === 'order.repeated')).toEqual([]);
      }),
    );
  });

  it('every order is settled exactly once, and the run ends exactly once', () => {
    fc.assert(
      fc.property(lives, (happenings) => {
        const run = play(happenings, () => undefined);
        // Time alone must bring every run to its end: nothing can hang.
        for (let minutes = 0; minutes < 10 && run.state.phase !== 'ended'; minutes += 1) run.wait(60_000);
        const settled = run.events.flatMap((event) =>
          'order' in event && /^injection\.(?:ended|refused|lost)$/u.test(event.type) ? [event.order] : [],
        );

        expect(run.state.phase).toBe('ended');
        expect(run.count('run.ended')).toBe(1);
        expect(settled.toSorted()).toEqual([...run.state.orders.keys()].toSorted());
      }),
    );
  });

  it('a run is called passed only when every injection took effect and the steady state returned', () => {
    fc.assert(
      fc.property(lives, (happenings) => {
        const run = play(happenings, () => undefined);

        if (run.state.ending?.verdict === 'passed') {
          expect(run.count('injection.ended')).toBe(run.count('order.sent'));
          expect(run.count('recovery.measured')).toBe(2);
          expect(run.types()).not.toContain('abort.breached');
        }
      }),
    );
  });
});
