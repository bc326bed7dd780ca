import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { ProcessSelector } from '../../shared/domain/experiment.ts';
import {
  ancestorsOf,
  descendantsOf,
  matchesSelector,
  selectProcesses,
  type HostProcess,
} from '../../agent/core/match.ts';
import { applyPick } from '../../agent/core/pick.ts';

const CONTAINER_ID = 'ab'.repeat(32);

function buildProcess(more: Partial<HostProcess> = {}): HostProcess {
  return {
    pid: 500,
    ppid: 400,
    startTicks: '9000',
    startedAt: 0,
    name: 'node',
    argv: ['node', 'orders.js', '--group', 'a'],
    exe: '/usr/bin/node',
    user: 'app',
    uid: 1001,
    unit: 'orders.service',
    cgroup: '/system.slice/orders.service',
    container: { id: CONTAINER_ID, name: 'orders-1' },
    ports: [8080],
    ...more,
  };
}

const services = { orders: { cmdline: 'orders\\.js' }, web: { name: 'nginx' } };
const protection = { selfPid: 10, ancestors: new Set([9]), descendants: new Set([11]) };

describe('a process selector', () => {
  const cases: [ProcessSelector, boolean][] = [
    [{ service: 'orders' }, true],
    [{ service: 'web' }, false],
    [{ service: 'unheard-of' }, false],
    [{ service: 'constructor' }, false],
    [{ name: 'node' }, true],
    [{ name: 'nod' }, false],
    [{ cmdline: '^node orders\\.js --group a$' }, true],
    [{ cmdline: 'group b' }, false],
    [{ exe: '/usr/bin/node' }, true],
    [{ exe: '/usr/bin' }, false],
    [{ user: 'app' }, true],
    [{ user: '1001' }, true],
    [{ user: 'root' }, false],
    [{ unit: 'orders.service' }, true],
    [{ unit: 'orders' }, false],
    [{ cgroup: '/system.slice' }, true],
    [{ cgroup: '/system.slice/' }, true],
    [{ cgroup: '/system.sli' }, false],
    [{ port: 8080 }, true],
    [{ port: 80 }, false],
    [{ container: CONTAINER_ID.slice(0, 12) }, true],
    [{ container: CONTAINER_ID.slice(0, 11) }, false],
    [{ container: 'orders-1' }, true],
    [{ name: 'node', port: 8080, user: 'app' }, true],
    [{ name: 'node', port: 81 }, false],
  ];

  it.each(cases)('%j matches: %s', (selector, expected) => {
    const matched = matchesSelector(buildProcess(), selector, services);

    expect(matched).toBe(expected);
  });

  it('matches a process outside of containers and cgroups by nothing of them', () => {
    const bare = buildProcess({ container: null, cgroup: null, unit: null });

    const matched = [{ container: 'orders-1' }, { cgroup: '/' }, { unit: 'x' }].map((selector) =>
      matchesSelector(bare, selector, services),
    );

    expect(matched).toEqual([false, false, false]);
  });
});

describe('protected processes', () => {
  it.each([
    ['PID 1', { pid: 1, ppid: 0 }],
    ['a kernel thread', { pid: 77, ppid: 2 }],
    ['kthreadd', { pid: 2, ppid: 0 }],
    ['sshd', { name: 'sshd' }],
    ["sshd's sessions", { name: 'sshd-session' }],
    ['the agent', { pid: 10 }],
    ['what the agent runs below', { pid: 9 }],
    ['what the agent started', { pid: 11 }],
    ['everything of Roulette', { name: 'roulette-coordi' }],
  ])('%s is never matched, and is named as skipped', (_, more) => {
    const process = buildProcess(more);

    const found = selectProcesses({
      processes: [process],
      selector: { user: 'app' },
      services,
      protection,
      veto: () => null,
      drawKey: 'k',
    });

    expect(found.matches).toEqual([]);
    expect(found.skipped).toMatchObject([{ pid: process.pid, name: process.name }]);
  });

  it('finds the whole line of parents and of children, in a cycle too', () => {
    const all = [
      { pid: 1, ppid: 0 },
      { pid: 5, ppid: 1 },
      { pid: 6, ppid: 5 },
      { pid: 7, ppid: 6 },
      { pid: 90, ppid: 91 },
      { pid: 91, ppid: 90 },
    ];

    expect([...ancestorsOf(6, all)]).toEqual([5, 1]);
    expect([...descendantsOf(5, all)]).toEqual([6, 7]);
    expect([...descendantsOf(90, all)]).toEqual([91, 90]);
  });
});

describe('ranking of processes', () => {
  it('does not depend on PIDs: the same service after a restart gives the same choice', () => {
    const workers = (pids: readonly number[]): HostProcess[] =>
      pids.map((pid, index) =>
        buildProcess({ pid, startTicks: String(1000 + pid), argv: ['node', 'orders.js', `--worker=${index}`] }),
      );
    const choose = (processes: readonly HostProcess[]): string[] =>
      selectProcesses({
        processes,
        selector: { service: 'orders' },
        services,
        protection,
        veto: () => null,
        drawKey: 'key',
      }).matches.map(({ argv }) => argv.join(' '));

    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 100, max: 60_000 }), { minLength: 4, maxLength: 4 }), (pids) => {
        expect(choose(workers(pids))).toEqual(choose(workers([101, 102, 103, 104])));
      }),
    );
  });

  it('tells processes that are alike apart by age', () => {
    const alike = [
      buildProcess({ pid: 3000, startTicks: '20' }),
      buildProcess({ pid: 2000, startTicks: '30' }),
      buildProcess({ pid: 1000, startTicks: '10' }),
    ];

    const { matches } = selectProcesses({
      processes: alike,
      selector: { name: 'node' },
      services,
      protection,
      veto: () => null,
      drawKey: null,
    });

    expect(matches.map(({ pid, ageRank }) => [pid, ageRank])).toEqual([
      [1000, 0],
      [3000, 1],
      [2000, 2],
    ]);
    expect(new Set(matches.map(({ identity }) => identity)).size).toBe(1);
  });
});

describe('a pick', () => {
  const ranked = ['a', 'b', 'c', 'd', 'e'];

  it.each([
    [{ kind: 'one' } as const, 1],
    [{ kind: 'all' } as const, 5],
    [{ kind: 'count', count: 3 } as const, 3],
    [{ kind: 'count', count: 9 } as const, 5],
    [{ kind: 'percent', percent: 50 } as const, 2],
    [{ kind: 'percent', percent: 1 } as const, 1],
    [{ kind: 'percent', percent: 100 } as const, 5],
  ])('%j takes the best %i', (pick, size) => {
    expect(applyPick(pick, ranked)).toEqual(ranked.slice(0, size));
  });

  it('takes nothing of nothing', () => {
    expect(applyPick({ kind: 'percent', percent: 50 }, [])).toEqual([]);
  });
});
