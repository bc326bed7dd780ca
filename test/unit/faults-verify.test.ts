import { describe, expect, it } from 'vitest';
import type { HostProbe, VerifyInput } from '../../agent/effects/contract.ts';
import { IMPLEMENTATIONS } from '../../agent/faults/index.ts';
import { buildIdentity } from '../support/orders.ts';

function nothing(): never {
  throw new Error('this host cannot tell');
}

/** A host whose time passes only while somebody sleeps, and whose facts are functions of that time. */
function buildHost(facts: (now: () => number) => Partial<HostProbe>): {
  probe: HostProbe;
  over: (atMs: number) => AbortSignal;
} {
  let time = 0;
  const now = (): number => time;
  const ends: { at: number; controller: AbortController }[] = [];
  const probe: HostProbe = {
    processState: nothing,
    successorsOf: () => [],
    bootTicks: () => 0,
    cpuTicks: nothing,
    processTicks: nothing,
    network: nothing,
    isUp: nothing,
    monotonic: now,
    sleep: (ms, signal) => {
      const end = ends.find(({ controller }) => controller.signal === signal)?.at ?? Number.POSITIVE_INFINITY;
      time = Math.min(time + ms, Math.max(time, end));
      for (const { at, controller } of ends) if (time >= at) controller.abort();
      return Promise.resolve();
    },
    ...facts(now),
  };
  return {
    probe,
    over: (at) => {
      const controller = new AbortController();
      ends.push({ at, controller });
      return controller.signal;
    },
  };
}

function buildInput(more: Partial<VerifyInput>): VerifyInput {
  return {
    params: {},
    targets: [],
    durationMs: null,
    drawKey: 'key',
    cpus: [0, 1],
    name: 'rlt00000000000',
    network: null,
    link: null,
    children: [],
    appliedTicks: 0,
    appliedAt: 0,
    ...more,
  };
}

describe('process-kill watches', () => {
  const one = buildIdentity({ pid: 1001 });
  const other = buildIdentity({ pid: 1002 });

  it('until each victim is gone and has a successor of its own', async () => {
    const successors = [buildIdentity({ pid: 2001 }), buildIdentity({ pid: 2002 })];
    const { probe, over } = buildHost((now) => ({
      processState: ({ pid }) => (now() >= (pid === one.pid ? 40 : 100) ? null : 'S'),
      successorsOf: () => successors.filter((_, index) => now() >= 200 + 100 * index),
    }));
    const input = buildInput({ targets: [one, other], params: { watch: 10_000 } });

    const seen = await IMPLEMENTATIONS['process-kill'].verify(input, probe, over(60_000));

    expect(probe.monotonic()).toBe(300);
    expect(seen).toMatchObject([
      {
        name: 'processes gone',
        asked: 2,
        achieved: 2,
        effective: true,
        note: 'pid 1001 after 40 ms, pid 1002 after 100 ms',
      },
      { name: 'successors', asked: null, achieved: 2, effective: null },
    ]);
    expect(seen[1]?.note).toBe('pid 2001 for pid 1001 after 200 ms, pid 2002 for pid 1002 after 300 ms');
  });

  it('no longer than it was told to', async () => {
    const { probe, over } = buildHost(() => ({ processState: () => 'S' }));
    const input = buildInput({ targets: [one], params: { watch: 500 } });

    const seen = await IMPLEMENTATIONS['process-kill'].verify(input, probe, over(60_000));

    expect(probe.monotonic()).toBe(500);
    expect(seen[0]).toMatchObject({ achieved: 0, effective: false, note: 'pid 1001 lives on' });
  });

  it('until it is halted', async () => {
    const { probe, over } = buildHost(() => ({ processState: () => null }));
    const input = buildInput({ targets: [one], params: { watch: 10_000 } });

    const seen = await IMPLEMENTATIONS['process-kill'].verify(input, probe, over(130));

    expect(probe.monotonic()).toBe(130);
    expect(seen[0]).toMatchObject({ achieved: 1, effective: true });
  });
});

describe('process-pause watches', () => {
  const target = buildIdentity({ pid: 1001 });
  const verify = async (stateAt: (ms: number) => string | null, endAt = 1000): Promise<unknown> => {
    const { probe, over } = buildHost((now) => ({ processState: () => stateAt(now()) }));
    const [seen] = await IMPLEMENTATIONS['process-pause'].verify(buildInput({ targets: [target] }), probe, over(endAt));
    return seen;
  };

  it.each([
    ['stopped all the time', () => 'T', 1, ''],
    ['stopped after a moment', (ms: number) => (ms < 300 ? 'D' : 'T'), 1, ''],
    ['woken by somebody', (ms: number) => (ms < 500 ? 'T' : 'S'), 0, 'pid 1001 went on, or ended, before the time'],
    [
      'woken and stopped again',
      (ms: number) => (ms < 500 || ms > 700 ? 'T' : 'S'),
      0,
      'pid 1001 went on, or ended, before the time',
    ],
    ['killed meanwhile', (ms: number) => (ms < 500 ? 'T' : null), 0, 'pid 1001 went on, or ended, before the time'],
    ['never stopped', () => 'S', 0, 'pid 1001 did not stop'],
  ])('a process that is %s', async (_, stateAt, achieved, note) => {
    const seen = await verify(stateAt);

    expect(seen).toMatchObject({ name: 'processes paused', asked: 1, achieved, effective: achieved === 1, note });
  });

  it('at the end even when that comes at once', async () => {
    const seen = await verify(() => 'T', 1);

    expect(seen).toMatchObject({ achieved: 1, effective: true });
  });
});

/** Ticks of a load on one core: half as much during the ramp of a second. */
function burnt(share: number, ms: number): number {
  return (share * (Math.min(ms, 1000) / 2 + Math.max(0, ms - 1000))) / 10;
}

describe('cpu-load measures', () => {
  const child = { pid: 1001, startTicks: '5' };
  it.each([
    [0.8, true],
    [0.42, true],
    [0.3, false],
  ])('a share of %d once the ramp is over, effective from half of what was asked', async (share, effective) => {
    const { probe, over } = buildHost((now) => ({
      processTicks: () => burnt(share, now()),
      cpuTicks: () => new Map([0, 1].map((cpu) => [cpu, { busy: burnt(0.9, now()), total: now() / 10 }])),
    }));
    const input = buildInput({ params: { load: 0.8, cores: 1, ramp: 1000 }, durationMs: 5000, children: [child] });

    const [load, busy] = await IMPLEMENTATIONS['cpu-load'].verify(input, probe, over(5000));

    expect(load).toMatchObject({ name: 'cpu load', unit: 'of 1 core', asked: 0.8, effective, note: 'over 4 s' });
    expect(load?.achieved).toBeCloseTo(share, 6);
    expect(busy).toMatchObject({ name: 'cpu busy', asked: null, effective: null });
    expect(busy?.achieved).toBeCloseTo(0.9, 6);
  });

  it('no share when the child is gone before the end', async () => {
    const { probe, over } = buildHost((now) => ({
      processTicks: () => (now() < 3000 ? now() : null),
      cpuTicks: () => new Map([[0, { busy: 0, total: now() / 10 }]]),
    }));
    const input = buildInput({
      params: { load: 0.8, cores: 1, ramp: 0 },
      cpus: [0],
      durationMs: 5000,
      children: [child],
    });

    const [load, busy] = await IMPLEMENTATIONS['cpu-load'].verify(input, probe, over(5000));

    expect(load).toMatchObject({ achieved: null, effective: false, note: 'the burning child was gone before the end' });
    expect(busy).toMatchObject({ achieved: 0 });
  });
});
