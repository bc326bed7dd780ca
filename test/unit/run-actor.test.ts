import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { RunInput } from '../../coordinator/core/run-state.ts';
import { BlastRadius } from '../../coordinator/services/blast-radius.ts';
import { Fleet } from '../../coordinator/services/fleet.ts';
import { RunActor } from '../../coordinator/services/run-actor.ts';
import { buildCondition, buildExperiment, buildFleet, buildMonitor } from '../support/experiments.ts';
import { buildIntroduction } from '../support/introductions.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { buildEnd, RunPlayer, START } from '../support/run-player.ts';
import { buildRun } from '../support/store-builders.ts';

describe('a run in motion', () => {
  it('records what becomes clean while its last facts are being written', async () => {
    const [clock, log, inner] = [createManualClock(), pino({ level: 'silent' }), createMemoryStore()];
    // Something comes in while the end of the run is on its way to the disk.
    let meanwhile = (): void => undefined;
    const store: typeof inner = {
      ...inner,
      append: async (batch) => {
        if (batch.events?.some(({ body }) => body.type === 'run.ended') === true) meanwhile();
        return inner.append(batch);
      },
    };
    const fleet = new Fleet({ clock, silenceMs: 3000 });
    const radius = new BlastRadius({ store, clock, log, fleet, leaseMs: 5000, graceMs: 2000 });
    const [node] = buildFleet(1);
    if (node === undefined) throw new Error('a fleet has nodes');
    fleet.admit(buildIntroduction(node.id), { send: () => undefined, close: () => undefined });
    const experiment = buildExperiment({
      monitors: { ok: buildMonitor() },
      steadyState: [buildCondition('ok >= 1')],
    });
    const { context, state } = new RunPlayer(experiment, [node]);
    const record = buildRun({ id: context.run, phase: 'prepared' });
    const perform = (): void => undefined;
    const finished = perform;
    const actor = new RunActor({ context, record, state, lastSeq: 0, store, clock, radius, log, perform, finished });
    const sample = (): RunInput => {
      return { type: 'sample', sample: { monitor: 'ok', at: clock.monotonic(), value: 1, why: null } };
    };
    await actor.post(START);
    await clock.advance(10);
    await actor.post(sample());
    const [order] = [...actor.state.orders.keys()];
    if (order === undefined) throw new Error('nothing was sent');
    await actor.post({ type: 'end', end: buildEnd(order, 1, { reverted: false, revertErrors: ['busy'] }) });
    let taken = Promise.resolve();
    meanwhile = () => {
      taken = actor.post({ type: 'end', end: buildEnd(order, 2) });
    };

    await clock.advance(10);
    await actor.post(sample());
    await taken;

    const types = (await store.listEvents(context.run, 0)).map(({ body }) => body.type);
    expect(types.slice(-2)).toEqual(['run.ended', 'revert.confirmed']);
    expect(radius.reservations).toEqual([]);
  });
});
