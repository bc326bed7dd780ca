import { describe, expect, it } from 'vitest';
import { haltedNodes, isHaltProved } from '../../coordinator/core/run-halt.ts';
import type { OrderState, RunInput } from '../../coordinator/core/run-state.ts';
import { reduceRun, resumeForClosing } from '../../coordinator/core/run.ts';
import type { Experiment } from '../../shared/domain/experiment.ts';
import type { OrderId } from '../../shared/domain/ids.ts';
import { buildCondition, buildExperiment, buildFleet, buildMonitor, buildStep } from '../support/experiments.ts';
import { ENDLESS_ROOM, buildEnd, RunPlayer, START } from '../support/run-player.ts';

function buildRun(more: Partial<Experiment> = {}, nodes = 3): RunPlayer {
  const experiment = buildExperiment({
    monitors: { ok: buildMonitor() },
    steadyState: [buildCondition('ok >= 1')],
    ...more,
  });
  return new RunPlayer(experiment, buildFleet(nodes));
}

const twoStages = (['smoke', 'scale'] as const).map((name) => ({ name, together: false, steps: [buildStep()] }));

describe('before the first injection', () => {
  it('nothing is sent until every monitor has a value and the steady state holds', () => {
    const run = buildRun().give(START).wait(500);
    expect(run.acts).toEqual([{ type: 'start-monitors' }]);

    run.sample('ok', 1);

    expect(run.acts.map(({ type }) => type)).toEqual(['start-monitors', 'send']);
    expect(run.types().slice(-3)).toEqual(['gate.passed', 'stage.started', 'order.sent']);
  });

  it('the baseline is watched for its whole length', () => {
    const run = buildRun({ baselineMs: 3000 }).give(START).second('ok', 1).second('ok', 1);
    expect(run.state.phase).toBe('baseline');

    run.second('ok', 3);

    expect(run.events).toContainEqual({ type: 'baseline.measured', medians: { ok: 1 } });
    expect(run.state.phase).toBe('playing');
  });

  it.each([
    ['the steady state does not hold', {}, 0],
    ['a gate does not hold', { gates: [buildCondition('ok > 5')] }, 1],
    ['an abort rule is breached already', { abort: [buildCondition('ok < 2')] }, 1],
  ])('the run is refused when %s', (_, more, value) => {
    const run = buildRun(more).give(START).second('ok', value);

    expect(run.state.ending?.verdict).toBe('refused');
    expect(run.count('order.sent')).toBe(0);
  });

  it('the run is refused when a monitor is blind', () => {
    const run = buildRun().give(START).wait(3001);

    expect(run.state.ending).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('no fresh value') });
  });
});

describe('playing', () => {
  it('sends each order at its time and not before', () => {
    const steps = [
      buildStep({
        repeat: { kind: 'every', times: 3, everyMs: 10_000, jitterMs: 0 },
        params: { signal: 'KILL', watch: 1000 },
      }),
    ];
    const run = buildRun({ stages: [{ name: 'smoke', together: false, steps }] })
      .give(START)
      .second('ok', 1);
    expect(run.count('order.sent')).toBe(1);

    run.startAll().endAll().wait(9999);
    expect(run.count('order.sent')).toBe(1);

    run.wait(1);
    expect(run.count('order.sent')).toBe(2);
  });

  it('goes through recovery to the next stage, and passes', () => {
    const run = buildRun({ stages: twoStages }).give(START).second('ok', 1).startAll().endAll();
    expect(run.state.phase).toBe('recovering');

    run.second('ok', 1).startAll().endAll().second('ok', 1);

    expect(run.types().filter((type) => type.startsWith('stage.') || type.startsWith('recovery.'))).toEqual([
      'stage.started',
      'recovery.started',
      'recovery.confirmed',
      'recovery.measured',
      'stage.ended',
      'stage.started',
      'recovery.started',
      'recovery.confirmed',
      'recovery.measured',
      'stage.ended',
    ]);
    expect(run.state.ending?.verdict).toBe('passed');
  });

  it('does not take a value from before the end of the stage for a recovery', () => {
    const run = buildRun().give(START).second('ok', 1).startAll().wait(900).endAll();

    expect(run.state.phase).toBe('recovering');
  });

  it('is refuted when the steady state does not return in time', () => {
    const run = buildRun({ recoveryWithinMs: 2000 }).give(START).second('ok', 1).startAll().endAll();

    run.second('ok', 0).second('ok', 0);

    expect(run.state.ending?.verdict).toBe('refuted');
    expect(run.types()).toContain('steady.lost');
  });

  it('is inconclusive when a monitor is blind after the stage', () => {
    const run = buildRun({ recoveryWithinMs: 4000 }).give(START).second('ok', 1).startAll().endAll();

    run.wait(4000);

    expect(run.state.ending?.verdict).toBe('inconclusive');
  });

  it.each([
    ['took no effect', { observations: [{ name: 'x', unit: '', asked: 1, achieved: 0, effective: false, note: '' }] }],
    ['could not be read back', { observations: [] }],
    ['ended with its lease', { reason: 'lease-expired' as const }],
    ['was recovered by a restarted agent', { reason: 'recovered' as const }],
  ])('is inconclusive when an injection %s', (_, more) => {
    const run = buildRun().give(START).second('ok', 1).startAll().endAll(more).second('ok', 1);

    expect(run.state.ending?.verdict).toBe('inconclusive');
  });

  it('is inconclusive when a node refuses', () => {
    const run = buildRun().give(START).second('ok', 1);
    const [orderId] = run.waiting();
    if (orderId === undefined) throw new Error('an order was expected');

    run
      .give({
        type: 'answer',
        answer: { kind: 'refused', orderId, at: 0, code: 'FAULT_NO_MATCH', message: 'nobody', skipped: [] },
      })
      .second('ok', 1);

    expect(run.state.ending).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('nobody') });
  });

  it('gives an order up when the node says nothing for lease and grace', () => {
    const run = buildRun({ monitors: { ok: buildMonitor({ staleAfterMs: 60_000 }) } })
      .give(START)
      .second('ok', 1);

    run.wait(6999);
    expect(run.count('injection.lost')).toBe(0);
    run.wait(1);

    expect(run.count('injection.lost')).toBe(1);
  });

  it('is an error when an undo failed, whatever else is true', () => {
    const run = buildRun()
      .give(START)
      .second('ok', 1)
      .startAll()
      .endAll({ reverted: false, revertErrors: ['pid 7 is stuck'] })
      .second('ok', 1);

    expect(run.state.ending).toMatchObject({ verdict: 'error', reason: expect.stringContaining('pid 7 is stuck') });
  });
});

describe('halting', () => {
  const pause = buildStep({
    fault: 'process-pause',
    durationMs: 60_000,
    params: {},
    mode: { kind: 'count', count: 2 },
  });
  const pausing = { stages: [{ name: 'edge', together: false, steps: [pause] }] };

  function paused(more: Partial<Experiment> = {}): RunPlayer {
    return buildRun({ ...pausing, ...more })
      .give(START)
      .second('ok', 1)
      .startAll();
  }

  const halt = { type: 'halt', by: 'ann', reason: 'enough', ref: 'T-1', told: false } as const;

  it('is called halted only when every open injection is over', () => {
    const run = paused().give(halt);
    const [first] = run.open();
    if (first === undefined) throw new Error('an open order was expected');
    expect(run.acts.filter(({ type }) => type === 'revert')).toHaveLength(2);

    run.give({
      type: 'end',
      end: {
        orderId: first,
        startedAt: 0,
        endedAt: 1,
        reason: 'halted',
        observations: [],
        reverted: true,
        revertErrors: [],
      },
    });
    expect(run.count('halt.confirmed')).toBe(0);
    run.endAll({ reason: 'halted' });

    expect(run.events.find(({ type }) => type === 'halt.confirmed')).toMatchObject({
      nodes: [{ state: 'reverted' }, { state: 'reverted' }],
    });
    expect(run.state.ending).toEqual({ verdict: 'aborted', reason: 'halted by ann: enough' });
  });

  it('says by when the lease has run out, and no more, of a node that does not answer', () => {
    const run = paused().give(halt).wait(7000);

    expect(run.events.find(({ type }) => type === 'halt.confirmed')).toMatchObject({
      nodes: [{ state: 'expires' }, { state: 'expires' }],
    });
  });

  it('asks a node again that comes back while the run is halting', () => {
    const run = paused();
    const node = run.state.orders.values().next().value?.node;
    if (node === undefined) throw new Error('an order was expected');
    run.give({ type: 'node', node, connected: false, known: null }).give(halt);
    const before = run.acts.filter(({ type }) => type === 'revert').length;

    run.give({ type: 'node', node, connected: true, known: run.open() });

    expect(run.acts.filter(({ type }) => type === 'revert')).toHaveLength(before + 1);
  });

  it('tells only those orders again to end whose answer is out, when every node has been told already', () => {
    const run = paused();
    const [answered] = run.open();
    const told = buildRun(pausing).give(START).second('ok', 1);

    run.give({ ...halt, told: true });
    told.give({ ...halt, told: true });

    expect(answered).toBeDefined();
    expect(run.acts.filter(({ type }) => type === 'revert')).toEqual([]);
    expect(told.acts.filter(({ type }) => type === 'revert')).toHaveLength(2);
  });

  it('is proved when all that is left lies on nodes that are away, with the time by which it expires', () => {
    const run = paused().give(halt);
    const [first, second] = [...run.state.orders.values()];
    if (first === undefined || second === undefined) throw new Error('two orders were expected');
    const before = isHaltProved(run.state);

    run.give({ type: 'node', node: first.node, connected: false, known: null });
    run.give({ type: 'end', end: buildEnd(second.id, run.now, { reason: 'halted' }) });

    expect(before).toBe(false);
    expect(isHaltProved(run.state)).toBe(true);
    expect(haltedNodes(run.state, { mono: run.now, wall: 1_000_000, room: ENDLESS_ROOM })).toMatchObject([
      { order: first.id, state: 'expires', at: 1_007_000, why: 'the node is not connected' },
      { order: second.id, state: 'reverted' },
    ]);
  });

  it('ends without an error when an undo that had failed succeeds before the end of the run', () => {
    const run = paused();
    const [first, second] = run.open();
    if (first === undefined || second === undefined) throw new Error('two orders were expected');

    run.give({ type: 'end', end: buildEnd(first, run.now, { reverted: false, revertErrors: ['it hangs'] }) });
    run.give({ type: 'end', end: buildEnd(first, run.now, { reverted: true }) });
    run.give({ type: 'end', end: buildEnd(second, run.now) });
    run.second('ok', 1);

    expect(run.count('revert.confirmed')).toBe(1);
    expect(run.state.ending?.verdict).not.toBe('error');
  });

  it('after a rule watches for the recovery: aborted when it comes', () => {
    const run = paused({ abort: [buildCondition('ok < 1')] }).second('ok', 0);
    expect(run.state.phase).toBe('halting');

    run.endAll({ reason: 'halted' }).second('ok', 1);

    expect(run.state.ending?.verdict).toBe('aborted');
  });

  it('after a rule watches for the recovery: refuted when it does not come', () => {
    const run = paused({ abort: [buildCondition('ok < 1')], recoveryWithinMs: 1000 })
      .second('ok', 0)
      .endAll({ reason: 'halted' })
      .second('ok', 0);

    expect(run.state.ending?.verdict).toBe('refuted');
  });

  it('comes by itself when an abort rule is blind, and then nothing was learned', () => {
    const run = paused({ abort: [buildCondition('ok < 1')] })
      .wait(3001)
      .endAll({ reason: 'halted' });

    expect(run.events.find(({ type }) => type === 'abort.breached')).toMatchObject({ blind: true });
    expect(run.state.ending?.verdict).toBe('inconclusive');
  });

  it('waits for a rule to be true as long as the rule says', () => {
    const run = paused({ abort: [buildCondition('ok < 1 for 2s')] })
      .second('ok', 0)
      .second('ok', 0);
    expect(run.state.phase).toBe('playing');

    run.second('ok', 0);

    expect(run.state.phase).toBe('halting');
  });

  it('sends no order any more', () => {
    const steps = [pause, buildStep({ repeat: { kind: 'every', times: 5, everyMs: 1000, jitterMs: 0 } })];
    const run = buildRun({ stages: [{ name: 'edge', together: true, steps }] })
      .give(START)
      .second('ok', 1)
      .give(halt);
    const sent = run.count('order.sent');

    run.wait(2000).wait(2000);

    expect(run.count('order.sent')).toBe(sent);
  });
});

describe('a node that has come back', () => {
  const step = buildStep({ fault: 'process-pause', durationMs: 30_000, params: {} });
  const sent = (): RunPlayer =>
    buildRun({ stages: [{ name: 'edge', together: false, steps: [step] }] })
      .give(START)
      .second('ok', 1);
  function onlyOrder(run: RunPlayer): OrderState {
    const [order] = run.state.orders.values();
    if (order === undefined) throw new Error('an order was expected');
    return order;
  }
  function comeBack(run: RunPlayer, known: readonly OrderId[]): RunPlayer {
    const { node } = onlyOrder(run);
    return run
      .give({ type: 'node', node, connected: false, known: null })
      .give({ type: 'node', node, connected: true, known });
  }
  const sends = (run: RunPlayer): number => run.acts.filter(({ type }) => type === 'send').length;

  it('gets an order again that it does not know, as long as it may begin, and with what is left of its time', () => {
    const run = sent();
    run.now += 1000;

    comeBack(run, []);

    expect(run.count('order.repeated')).toBe(1);
    expect(run.acts.findLast(({ type }) => type === 'send')).toMatchObject({
      order: { id: onlyOrder(run).id, notAfterMs: 4000 },
    });
  });

  it('gets no order again that it knows', () => {
    const run = sent();

    comeBack(run, [onlyOrder(run).id]);

    expect(sends(run)).toBe(1);
    expect(onlyOrder(run).stage).toBe('sent');
  });

  it.each([
    ['too late', (run: RunPlayer): unknown => (run.now += 5000)],
    [
      'of a run that is halting',
      (run: RunPlayer): unknown => run.give({ type: 'halt', by: 'ann', reason: 'enough', ref: null, told: false }),
    ],
  ])('gets no order again that is %s: it is taken back, and over with the word of the node', (_, pass) => {
    const run = sent();
    const { id: orderId } = onlyOrder(run);
    pass(run);

    comeBack(run, []);

    expect(sends(run)).toBe(1);
    expect(run.acts.at(-1)).toMatchObject({ type: 'revert', order: orderId });
    // It may have left after the node said what it knows.
    expect(onlyOrder(run).stage).toBe('sent');
    run.give({
      type: 'answer',
      answer: { kind: 'refused', orderId, at: run.now, code: 'ORDER_REVERTED', message: 'taken back', skipped: [] },
    });
    expect(onlyOrder(run)).toMatchObject({ stage: 'over', outcome: { state: 'reverted' } });
  });

  it('that has forgotten what was active there leaves it unproved, and a late end still proves it', () => {
    const run = sent().startAll();
    const { id } = onlyOrder(run);

    comeBack(run, []);
    const lost = onlyOrder(run).outcome?.state;
    run.give({ type: 'end', end: buildEnd(id, run.now) });

    expect(lost).toBe('expires');
    expect(run.count('injection.lost')).toBe(1);
    expect(run.count('revert.confirmed')).toBe(1);
    expect(onlyOrder(run).outcome?.state).toBe('reverted');
  });
});

describe('what comes in together', () => {
  it('is taken in to the last: what becomes clean as the run ends is still recorded', () => {
    const run = buildRun().give(START).second('ok', 1).startAll();
    const [id] = run.open();
    if (id === undefined) throw new Error('nothing was sent');
    run.endAll({ reverted: false, revertErrors: ['busy'] });
    run.now += 1;
    const sample: RunInput = { type: 'sample', sample: { monitor: 'ok', at: run.now, value: 1, why: null } };

    const turn = reduceRun(run.context, run.state, [sample, { type: 'end', end: buildEnd(id, run.now) }], {
      mono: run.now,
      wall: run.now,
      room: ENDLESS_ROOM,
    });

    expect(turn.events.slice(-2).map(({ type }) => type)).toEqual(['run.ended', 'revert.confirmed']);
  });

  it('is judged sample by sample: a breach does not hide behind the next value', () => {
    const run = buildRun({ abort: [buildCondition('ok < 1')] })
      .give(START)
      .second('ok', 1);
    const sample = (value: number): RunInput => ({
      type: 'sample',
      sample: { monitor: 'ok', at: run.now, value, why: null },
    });

    const turn = reduceRun(run.context, run.state, [sample(0), sample(1)], {
      mono: run.now,
      wall: run.now,
      room: ENDLESS_ROOM,
    });

    expect(turn.state.phase).toBe('halting');
  });
});

describe('a run that an earlier coordinator left open', () => {
  it('is closed at once when nothing of it was active', () => {
    const run = buildRun();
    run.state = resumeForClosing(run.context, [], 'baseline', { mono: 0, wall: 0, room: ENDLESS_ROOM });

    run.give({ type: 'tick' });

    expect(run.state.ending).toEqual({
      verdict: 'error',
      reason:
        'the coordinator stopped while the run was baseline; of its open injections 0 of 0 were confirmed as ended',
    });
  });

  it('waits for its open injections, and says of how many the end is confirmed', () => {
    const before = buildRun().give(START).second('ok', 1).startAll();
    const open = before.open().map((id) => ({ id, begun: true }));
    const run = buildRun();
    run.state = resumeForClosing(before.context, open, 'playing', { mono: run.now, wall: run.now, room: ENDLESS_ROOM });
    run.give({ type: 'tick' });
    expect(run.state.phase).toBe('halting');

    run.endAll({ reason: 'recovered' });

    expect(run.state.ending?.reason).toContain('of its open injections 1 of 1 were confirmed');
  });
});
