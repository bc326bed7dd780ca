import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Schedules } from '../../coordinator/services/schedules.ts';
import type { Store } from '../../coordinator/store/port.ts';
import { runId } from '../../shared/domain/ids.ts';
import { RouletteError } from '../../shared/errors.ts';
import { createFailingStore } from '../support/failing-store.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { buildDocument } from '../support/documents.ts';
import { buildRun } from '../support/store-builders.ts';

/** The manual clock begins at midnight, UTC. */
const TEN = Date.UTC(2026, 0, 1, 10, 0);
const DAY_MS = 86_400_000;
const DAILY = `${buildDocument()}schedule: { cron: '0 10 * * *', timezone: UTC }\n`;

interface Bench {
  readonly schedules: Schedules;
  readonly clock: ManualClock;
  readonly store: Store;
  readonly seeds: string[];
  readonly started: string[];
  readonly playing: Set<string>;
  readonly log: () => Promise<string[]>;
}

function buildBench({ store = createMemoryStore(), refuse }: { store?: Store; refuse?: RouletteError } = {}): Bench {
  const clock = createManualClock();
  const [seeds, started, playing] = [[] as string[], [] as string[], new Set<string>()];
  const schedules = new Schedules({
    store,
    clock,
    log: pino({ level: 'silent' }),
    policies: { require: (name) => ({ name, roles: ['operator'] }) },
    prepared: {
      prepare: ({ seed }) => {
        seeds.push(seed ?? '');
        const record = buildRun({ id: runId(`run-${seeds.length}`) });
        return Promise.resolve({ record, verdict: NO_VERDICT });
      },
      start: (run) => {
        if (refuse !== undefined) return Promise.reject(refuse);
        started.push(run);
        playing.add(run);
        return Promise.resolve(buildRun({ id: run }));
      },
    },
    runs: { isPlaying: (run) => playing.has(run) },
  });
  const log = async (): Promise<string[]> => (await store.listAudit(0, 100)).map(({ action }) => action);
  return { schedules, clock, store, seeds, started, playing, log };
}

const NO_VERDICT = { policyDigest: null, refusals: [], slots: [], approvals: { needed: 0, because: [] }, lengthMs: 0 };

function add({ schedules }: Bench): Promise<unknown> {
  return schedules.put({ document: DAILY, file: 'daily.yaml', seed: 'base', requestedBy: 'ana' });
}

describe('a schedule', () => {
  it('plays once at its time, with a seed that says which firing it is', async () => {
    const bench = buildBench();
    await add(bench);

    bench.clock.setWall(TEN - 1);
    await bench.schedules.fire();
    const before = bench.started.length;
    bench.clock.setWall(TEN);
    await bench.schedules.fire();
    await bench.schedules.fire();

    expect(before).toBe(0);
    expect(bench.seeds).toEqual(['base@2026-01-01T10:00:00Z']);
    expect(bench.started).toEqual(['run-1']);
    expect(await bench.log()).toEqual(['schedule.added', 'schedule.fired']);
  });

  it('records what it missed while nobody was there, and plays none of it', async () => {
    const bench = buildBench();
    await add(bench);

    bench.clock.setWall(TEN + 3 * DAY_MS + 60_000);
    await bench.schedules.fire();
    const rows = await bench.store.listAudit(1, 10);

    expect(bench.started).toEqual([]);
    expect(rows.map(({ action }) => action)).toEqual(['schedule.missed']);
    expect(JSON.parse(rows[0]?.detail ?? '')).toMatchObject({
      count: 4,
      firstAt: TEN,
      lastAt: TEN + 3 * DAY_MS,
      why: 'the coordinator was not there at the time',
    });
  });

  it('is not played while its run before is not over, which is recorded', async () => {
    const bench = buildBench();
    await add(bench);
    bench.clock.setWall(TEN);
    await bench.schedules.fire();

    bench.clock.setWall(TEN + DAY_MS);
    await bench.schedules.fire();
    bench.playing.clear();
    bench.clock.setWall(TEN + 2 * DAY_MS);
    await bench.schedules.fire();

    expect(bench.started).toEqual(['run-1', 'run-2']);
    expect(await bench.log()).toEqual(['schedule.added', 'schedule.fired', 'schedule.missed', 'schedule.fired']);
  });

  it('fires nothing twice, over a restart and with a clock that was put back', async () => {
    const bench = buildBench();
    await add(bench);
    bench.clock.setWall(TEN + 5000);
    await bench.schedules.fire();
    const restarted = buildBench({ store: bench.store });
    await restarted.schedules.load();

    for (const at of [TEN + 6000, TEN - 60_000, TEN, TEN + 1000]) {
      restarted.clock.setWall(at);
      await restarted.schedules.fire();
    }

    expect(restarted.started).toEqual([]);
  });

  it('that is refused is on record with the reason, and goes on', async () => {
    const bench = buildBench({ refuse: new RouletteError('POLICY_APPROVAL', 'nobody has approved') });
    await add(bench);

    bench.clock.setWall(TEN);
    await bench.schedules.fire();
    const rows = await bench.store.listAudit(2, 10);

    expect(rows.map(({ action }) => action)).toEqual(['schedule.refused']);
    expect(JSON.parse(rows[0]?.detail ?? '')).toMatchObject({
      run: 'run-1',
      code: 'POLICY_APPROVAL',
      why: 'nobody has approved',
      firingAt: TEN,
    });
    expect(bench.schedules.list()[0]?.nextAt).toBe(TEN + DAY_MS);
  });

  it('is not played when that cannot be written down, and is played as soon as it can', async () => {
    const store = createMemoryStore();
    let isGone = false;
    const failing = createFailingStore(store);
    const bench = buildBench({ store: { ...store, append: (batch) => (isGone ? failing : store).append(batch) } });
    await add(bench);
    bench.clock.setWall(TEN);

    isGone = true;
    await bench.schedules.fire();
    const meanwhile = bench.started.length;
    isGone = false;
    bench.clock.setWall(TEN + 1000);
    await bench.schedules.fire();

    expect(meanwhile).toBe(0);
    expect(bench.started).toEqual(['run-1']);
  });
});
