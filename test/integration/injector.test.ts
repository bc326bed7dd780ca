import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGuardFile } from '../../agent/effects/guard-file.ts';
import { createHostProbe } from '../../agent/effects/host-probe.ts';
import type { HostProbe } from '../../agent/effects/contract.ts';
import type { Injections } from '../../agent/effects/injections.ts';
import { createInjections, type InjectorDeps } from '../../agent/effects/injector.ts';
import { openJournal, type Journal } from '../../agent/effects/journal.ts';
import { createNetworkFacts } from '../../agent/effects/network/facts.ts';
import { createNodeGuard } from '../../agent/effects/node-guard.ts';
import { recover } from '../../agent/effects/recover.ts';
import type { StuckInjection } from '../../agent/effects/stuck.ts';
import { openTermFile } from '../../agent/effects/term-file.ts';
import { undo } from '../../agent/effects/undo.ts';
import { readArgv } from '../../agent/targets/proc.ts';
import { createTargets } from '../../agent/targets/targets.ts';
import { systemClock } from '../../shared/clock.ts';
import type { InjectionEnd, InjectOrder, OrderAnswer } from '../../shared/domain/order.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { spawnAgent } from '../support/agent-daemon.ts';
import { OPEN_GUARD } from '../support/guards.ts';
import { fullAfter } from '../support/journals.ts';
import { buildOrder } from '../support/orders.ts';
import { startScriptedCoordinator } from '../support/scripted-coordinator.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { eventually, startVictim, stateOf, type Victim } from '../support/victims.ts';

const BOOT = 'this-boot';
const log = pino({ level: 'silent' });
/** Not this process: the victims are its children, and an agent never touches its own. */
const realTargets = createTargets({ services: {}, selfPid: -1, veto: () => null });

interface Bed {
  readonly injections: Injections;
  /** An order that has just come, and whose lease begins now. */
  readonly inject: (order: InjectOrder) => Promise<OrderAnswer>;
  readonly ends: InjectionEnd[];
  readonly journalFile: string;
  readonly until: (count: number) => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

function startBed(more: Partial<InjectorDeps> & { wrap?: (journal: Journal) => Journal } = {}): Bed {
  const { wrap = (journal: Journal) => journal, ...deps } = more;
  const folder = makeTemporaryDirectory();
  const journalFile = path.join(folder, 'journal');
  const journal = openJournal(journalFile, BOOT);
  const ends: InjectionEnd[] = [];
  const injections = createInjections({
    journal: wrap(journal),
    clock: systemClock,
    targets: realTargets,
    probe: createHostProbe({ clock: systemClock, targets: realTargets }),
    capabilities: ['taskset'],
    network: createNetworkFacts('127.0.0.1:1', systemClock),
    prove: () => Promise.resolve(true),
    guard: OPEN_GUARD,
    term: openTermFile(path.join(folder, 'term')),
    isKept: () => Promise.resolve(true),
    left: [],
    log,
    onEnd: (end) => ends.push(end),
    ...deps,
  });
  return {
    injections,
    inject: (order) => injections.inject({ order, beatAt: systemClock.monotonic() }),
    ends,
    journalFile,
    until: (count) => eventually(`${count} injections have ended`, () => ends.length >= count),
    [Symbol.asyncDispose]: () => injections.stop(),
  };
}

/** A mark that no other test's victims have; as a selector it matches its own victims only. */
function makeMark(): { readonly mark: string; readonly processes: { readonly cmdline: string } } {
  const mark = `victim-${randomUUID()}`;
  return { mark, processes: { cmdline: mark } };
}

function pidsOf(answer: OrderAnswer): number[] {
  return answer.kind === 'started' ? answer.targets.map(({ pid }) => pid) : [];
}

/** Lets something happen to the chosen processes between the choice and the act. */
function meddle(act: (pids: readonly number[]) => Promise<void>): InjectorDeps['targets'] {
  return {
    select: async (...question) => {
      const selection = await realTargets.select(...question);
      await act(selection.matches.map(({ pid }) => pid));
      return selection;
    },
  };
}

/** A signal is on its way for a moment. */
function untilStopped(...victims: readonly Victim[]): Promise<void> {
  return eventually('the victims are stopped', () => victims.every(({ pid }) => stateOf(pid) === 'T'));
}

async function stopByHand(victim: Victim): Promise<void> {
  victim.process.kill('SIGSTOP');
  await untilStopped(victim);
}

describe('process-kill', () => {
  it('ends the process by exactly the signal, and sees the successor', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using victim = await startVictim(mark);
    const successor = victim.ended.then(() => startVictim(mark));

    const answer = await bed.inject(buildOrder('process-kill', { processes, params: { signal: 'ABRT', watch: 8000 } }));
    await using replaced = await successor;
    await bed.until(1);

    expect(await victim.ended).toBe('SIGABRT');
    expect(pidsOf(answer)).toEqual([victim.pid]);
    expect(bed.ends).toMatchObject([{ reason: 'completed', reverted: true }]);
    expect(bed.ends[0]?.observations).toMatchObject([
      { name: 'processes gone', asked: 1, achieved: 1, effective: true },
      { name: 'successors', achieved: 1, note: expect.stringContaining(`pid ${replaced.pid} for pid ${victim.pid}`) },
    ]);
  });

  it('says when nobody brings the process back', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using victim = await startVictim(mark);

    await bed.inject(buildOrder('process-kill', { processes, params: { signal: 'KILL', watch: 200 } }));
    await bed.until(1);

    expect(bed.ends[0]?.observations).toMatchObject([
      { name: 'processes gone', achieved: 1 },
      { name: 'successors', achieved: 0, note: `none for pid ${victim.pid}` },
    ]);
  });

  it('shows that a process which ignores the signal lives on', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using victim = await startVictim(mark, "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)");

    await bed.inject(buildOrder('process-kill', { processes, params: { signal: 'TERM', watch: 300 } }));
    await bed.until(1);

    expect(stateOf(victim.pid)).not.toBeNull();
    expect(bed.ends[0]?.observations[0]).toMatchObject({ asked: 1, achieved: 0, effective: false });
  });
});

describe('process-pause', () => {
  it('stops the process, and lets it go on after the duration', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using victim = await startVictim(mark);

    await bed.inject(buildOrder('process-pause', { processes, durationMs: 500 }));
    await untilStopped(victim);
    await bed.until(1);

    expect(stateOf(victim.pid)).not.toBe('T');
    expect(bed.ends).toMatchObject([{ reason: 'completed', reverted: true, revertErrors: [] }]);
    expect(bed.ends[0]?.observations).toMatchObject([{ asked: 1, achieved: 1, effective: true }]);
  });

  it('shows that somebody woke the process before the time', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using victim = await startVictim(mark);

    await bed.inject(buildOrder('process-pause', { processes, durationMs: 1000 }));
    await untilStopped(victim);
    const wake = setInterval(() => victim.process.kill('SIGCONT'), 200);
    await bed.until(1);
    clearInterval(wake);

    expect(bed.ends[0]?.observations).toMatchObject([{ asked: 1, achieved: 0, effective: false }]);
  });

  it('does not wake what somebody else has stopped', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using victim = await startVictim(mark);
    await stopByHand(victim);

    const answer = await bed.inject(buildOrder('process-pause', { processes }));

    expect(answer).toMatchObject({
      kind: 'refused',
      code: 'FAULT_NO_MATCH',
      skipped: [{ pid: victim.pid, why: 'somebody else has stopped it already' }],
    });
    expect(stateOf(victim.pid)).toBe('T');
  });
});

describe('cpu-load', () => {
  it('loads a core, shows how much, and leaves no child', async () => {
    await using bed = startBed();
    const params = { load: 0.5, cores: 1, ramp: 200 };

    await bed.inject(buildOrder('cpu-load', { params, durationMs: 2500 }));
    const second = await bed.inject(buildOrder('cpu-load', { params, durationMs: 2500 }));
    await bed.until(1);

    expect(second).toMatchObject({ kind: 'refused', code: 'FAULT_CONFLICT' });
    expect(bed.ends).toMatchObject([{ reason: 'completed', reverted: true }]);
    const [load, busy] = bed.ends[0]?.observations ?? [];
    expect(load).toMatchObject({ name: 'cpu load', asked: 0.5, effective: true });
    expect(busy?.achieved).toBeGreaterThan(0.25);
  });
});

describe('the burner', () => {
  const script = path.join(packageRoot(), 'dist', 'agent', 'burner', 'main.js');

  it('ends at its own deadline', async () => {
    const burner = spawn(process.execPath, [script, '0.1', '1', '0', '300'], { stdio: ['pipe', 'ignore', 'ignore'] });

    const [code] = (await once(burner, 'exit')) as [number | null];

    expect(code).toBe(0);
  });

  it('ends when its parent is gone, however that ended', async () => {
    const parent = `
      const child = require('node:child_process').spawn(process.execPath, ${JSON.stringify([script, '0.1', '2', '0', '60000'])},
        { stdio: ['pipe', 'ignore', 'ignore'] });
      console.log(child.pid); setInterval(() => {}, 1000);`;
    await using agent = await startProgram(parent);
    const burner = Number(agent.line);
    await eventually('the burner works', () => stateOf(burner) !== null);

    agent.kill();

    await eventually('the burner has ended', () => [null, 'Z'].includes(stateOf(burner)));
  });
});

/** A Node program that prints one line when it is ready. */
async function startProgram(
  program: string,
): Promise<{ line: string; kill: () => void; [Symbol.asyncDispose]: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const kill = (): void => void child.kill('SIGKILL');
  return {
    line: line.toString(),
    kill,
    [Symbol.asyncDispose]: async () => {
      kill();
      await ended;
    },
  };
}

describe('the end of an injection', () => {
  it('comes at once when it is asked for, and is told once', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using victim = await startVictim(mark);
    const order = buildOrder('process-pause', { processes });
    await bed.inject(order);

    await Promise.all([bed.injections.revert(order.id, 'halted'), bed.injections.revert(order.id, 'agent-stopped')]);
    await bed.injections.revert(order.id, 'halted');

    expect(stateOf(victim.pid)).not.toBe('T');
    expect(bed.ends).toMatchObject([{ orderId: order.id, reason: 'halted', reverted: true }]);
    expect(bed.injections.active()).toEqual([]);
  });

  it('comes when the lease runs out, and not while it is renewed', async () => {
    const [one, other] = [makeMark(), makeMark()];
    await using bed = startBed();
    await using renewed = await startVictim(one.mark);
    await using forgotten = await startVictim(other.mark);
    const kept = buildOrder('process-pause', { processes: one.processes, leaseMs: 400 });
    const lost = buildOrder('process-pause', { processes: other.processes, leaseMs: 400 });

    await bed.inject(kept);
    bed.injections.renew(systemClock.monotonic() + 60_000);
    await bed.inject(lost);
    await bed.until(1);

    expect(bed.ends).toMatchObject([{ orderId: lost.id, reason: 'lease-expired', reverted: true }]);
    expect(stateOf(forgotten.pid)).not.toBe('T');
    expect(stateOf(renewed.pid)).toBe('T');
    expect(bed.injections.active()).toEqual([kept.id]);
  });

  it('comes for all when the agent stops, which then takes no order', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using one = await startVictim(mark);
    await using other = await startVictim(mark);
    await bed.inject(buildOrder('process-pause', { processes, pick: { kind: 'all' } }));
    await untilStopped(one, other);

    await bed.injections.stop();
    const late = await bed.inject(buildOrder('process-pause', { processes }));

    expect([one, other].map(({ pid }) => stateOf(pid))).not.toContain('T');
    expect(bed.ends).toMatchObject([{ reason: 'agent-stopped', reverted: true }]);
    expect(late).toMatchObject({ kind: 'refused', code: 'ORDER_REVERTED' });
  });

  it('never overtakes the answer, not even when the effect cannot be watched', async () => {
    const { mark, processes } = makeMark();
    const told: unknown[] = [];
    const blind: HostProbe = {
      ...createHostProbe({ clock: systemClock, targets: realTargets }),
      processState: () => {
        throw new Error('no /proc');
      },
    };
    await using bed = startBed({ probe: blind, onEnd: (end) => told.push(end) });
    await using victim = await startVictim(mark);

    await bed.inject(buildOrder('process-kill', { processes })).then(({ kind }) => told.push(kind));
    await eventually('the end was told', () => told.length >= 2);

    const note = 'the effect could not be read back: no /proc';
    expect(told).toMatchObject(['started', { reason: 'completed', observations: [{ effective: false, note }] }]);
    expect(await victim.ended).toBe('SIGKILL');
  });
});

describe('an order', () => {
  it('that comes twice, even at once, is carried out once and answered alike', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using victim = await startVictim(mark);
    const order = buildOrder('process-pause', { processes });

    const answers = await Promise.all([bed.inject(order), bed.inject(order)]);
    const later = await bed.inject(order);
    await bed.injections.revert(order.id, 'halted');

    expect(answers[0]).toMatchObject({ kind: 'started' });
    expect(answers[1]).toEqual(answers[0]);
    expect(later).toEqual(answers[0]);
    expect(pidsOf(later)).toEqual([victim.pid]);
    expect(bed.ends).toHaveLength(1);
  });

  it('of an earlier term is refused', async () => {
    await using bed = startBed();
    await bed.inject(buildOrder('process-kill', { term: 5 }));

    const answer = await bed.inject(buildOrder('process-kill', { term: 4 }));

    expect(answer).toMatchObject({ kind: 'refused', code: 'ORDER_STALE_TERM' });
  });

  it('that matches nothing is refused', async () => {
    await using bed = startBed();

    const answer = await bed.inject(buildOrder('process-kill', { processes: makeMark().processes }));

    expect(answer).toMatchObject({ kind: 'refused', code: 'FAULT_NO_MATCH' });
  });

  it('on a process that another injection holds is refused, and the process lives', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using victim = await startVictim(mark);
    await bed.inject(buildOrder('process-pause', { processes }));

    const answer = await bed.inject(buildOrder('process-kill', { processes }));

    expect(answer).toMatchObject({ kind: 'refused', code: 'FAULT_CONFLICT' });
    await untilStopped(victim);
  });

  it('that is taken back while its targets are looked up touches nothing', async () => {
    const { mark, processes } = makeMark();
    const order = buildOrder('process-kill', { processes });
    await using bed = startBed({ targets: meddle(async () => void (await bed.injections.revert(order.id, 'halted'))) });
    await using victim = await startVictim(mark);

    const answer = await bed.inject(order);

    expect(answer).toMatchObject({ kind: 'refused', code: 'ORDER_REVERTED' });
    expect(stateOf(victim.pid)).not.toBeNull();
  });
});

describe('a process that is gone between choice and act', () => {
  it('makes the order refused when it was the only one', async () => {
    const { mark, processes } = makeMark();
    await using victim = await startVictim(mark);
    const targets = meddle(async () => {
      victim.process.kill('SIGKILL');
      await victim.ended;
    });
    await using bed = startBed({ targets });

    const answer = await bed.inject(buildOrder('process-pause', { processes }));

    expect(answer).toMatchObject({ kind: 'refused', code: 'FAULT_TARGET_GONE', skipped: [{ pid: victim.pid }] });
    expect(openJournal(bed.journalFile, BOOT).found.records.at(-1)).toMatchObject({ type: 'ended' });
  });

  it('is named, and the others are hit', async () => {
    const { mark, processes } = makeMark();
    await using lost = await startVictim(mark);
    await using hit = await startVictim(mark);
    const targets = meddle(async () => {
      lost.process.kill('SIGKILL');
      await lost.ended;
    });
    await using bed = startBed({ targets });

    const answer = await bed.inject(buildOrder('process-pause', { processes, pick: { kind: 'all' } }));

    expect(pidsOf(answer)).toEqual([hit.pid]);
    expect(answer.skipped).toMatchObject([{ pid: lost.pid, why: 'it ended between the choice and the act' }]);
    await untilStopped(hit);
  });

  it('costs no other process its life when its PID is used again', async () => {
    const { mark, processes } = makeMark();
    await using victim = await startVictim(mark);
    const targets: InjectorDeps['targets'] = {
      select: async (...question) => {
        const { matches, ...others } = await realTargets.select(...question);
        return { matches: matches.map((match) => ({ ...match, startTicks: '1' })), ...others };
      },
    };
    await using bed = startBed({ targets });

    const answer = await bed.inject(buildOrder('process-kill', { processes }));

    expect(answer).toMatchObject({ kind: 'refused', code: 'FAULT_TARGET_GONE' });
    expect(stateOf(victim.pid)).not.toBeNull();
  });
});

/** A file system of 64 KiB; the test runs as root. */
function mountSmall(): string {
  const folder = makeTemporaryDirectory();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

/** To the last byte that the journal itself could still take. */
function fill(journal: Journal): void {
  const record = { type: 'settled', order: buildOrder('cpu-load').id } as const;
  expect(() => {
    for (;;) journal.append(record);
  }).toThrow(expect.objectContaining({ code: 'JOURNAL_UNWRITABLE' }));
}

describe('a full disk', () => {
  it('refuses the fault before it starts, and an undo works all the same', async () => {
    const [one, other] = [makeMark(), makeMark()];
    const journal = openJournal(path.join(mountSmall(), 'journal'), BOOT);
    await using bed = startBed({ journal });
    await using paused = await startVictim(one.mark);
    await using spared = await startVictim(other.mark);
    const order = buildOrder('process-pause', { processes: one.processes });
    await bed.inject(order);
    await untilStopped(paused);

    fill(journal);
    const answer = await bed.inject(buildOrder('process-pause', { processes: other.processes }));
    await bed.injections.revert(order.id, 'halted');

    expect(answer).toMatchObject({ kind: 'refused', code: 'JOURNAL_UNWRITABLE' });
    expect(stateOf(spared.pid)).not.toBe('T');
    expect(bed.ends).toMatchObject([{ orderId: order.id, reverted: true }]);
    expect(stateOf(paused.pid)).not.toBe('T');
  });

  it('that can only be read does not keep a starting agent from taking back what it finds', async () => {
    const { mark, processes } = makeMark();
    const stateDir = mountSmall();
    await using coordinator = await startScriptedCoordinator({ leaseMs: 5000 });
    await using victim = await startVictim(mark);
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const file = path.join(makeTemporaryDirectory(), 'journal');
    await using bed = startBed({ journal: openJournal(file, bootId) });
    await bed.inject(buildOrder('process-pause', { processes }));
    await untilStopped(victim);
    copyFileSync(file, path.join(stateDir, 'journal.jsonl'));
    const beforeStart = (): void => void execFileSync('mount', ['-o', 'remount,ro', stateDir]);
    const agent = spawnAgent({ coordinator, stateDir, beforeStart });
    await eventually('the victim goes on', () => stateOf(victim.pid) !== 'T');

    expect(await agent.ended).toBe(4);
    expect(agent.said()).toContain('the undo journal');
  });
});

describe('a journal that cannot be written', () => {
  it('keeps the agent from acting at all', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed({ wrap: fullAfter(0) });
    await using victim = await startVictim(mark);

    const answer = await bed.inject(buildOrder('process-kill', { processes }));

    expect(answer).toMatchObject({ kind: 'refused', code: 'JOURNAL_UNWRITABLE' });
    expect(stateOf(victim.pid)).not.toBeNull();
    expect(bed.ends).toEqual([]);
  });

  it.each([1, 2])('after %i records lets what was done be taken back, and the order is refused', async (count) => {
    const { mark, processes } = makeMark();
    await using bed = startBed({ wrap: fullAfter(count) });
    await using one = await startVictim(mark);
    await using other = await startVictim(mark);

    const answer = await bed.inject(buildOrder('process-pause', { processes, pick: { kind: 'all' } }));

    expect(answer).toMatchObject({ kind: 'refused', code: 'JOURNAL_UNWRITABLE' });
    expect([one, other].map(({ pid }) => stateOf(pid))).not.toContain('T');
    expect(bed.injections.active()).toEqual([]);
    expect(bed.ends).toEqual([]);
  });

  it('does not hide what cannot be taken back', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed({ wrap: fullAfter(1) });
    await using one = await startVictim(mark);
    await using other = await startVictim(mark);

    const answer = await bed.inject(
      buildOrder('process-kill', { processes, pick: { kind: 'all' }, params: { signal: 'KILL', watch: 100 } }),
    );
    await bed.until(1);
    await eventually('one is gone', () => [one, other].some(({ pid }) => stateOf(pid) === null));

    expect(answer).toMatchObject({ kind: 'started' });
    expect(bed.ends).toMatchObject([{ reason: 'failed' }]);
    expect([one, other].filter(({ pid }) => stateOf(pid) !== null)).toHaveLength(1);
  });
});

async function recoverFrom(journal: Journal): Promise<InjectionEnd[]> {
  const notes = path.join(makeTemporaryDirectory(), 'notes');
  const recovered: StuckInjection[] = await recover({ journal, notes, clock: systemClock, log });
  return recovered.map(({ end }) => end);
}

describe('without a keeper', () => {
  it('nothing is touched', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed({ isKept: () => Promise.resolve(false) });
    await using victim = await startVictim(mark);

    const answer = await bed.inject(buildOrder('process-kill', { processes }));

    expect(answer).toMatchObject({ kind: 'refused', code: 'KEEPER_ABSENT' });
    expect(stateOf(victim.pid)).not.toBeNull();
  });
});

describe('the guard', () => {
  function startGuarded(text: string): { readonly bed: Bed; readonly write: (text: string) => void } {
    const file = path.join(makeTemporaryDirectory(), 'guard.yaml');
    const write = (fresh: string): void => {
      writeFileSync(`${file}.new`, fresh);
      renameSync(`${file}.new`, file);
    };
    write(text);
    const guardFile = createGuardFile(file, systemClock);
    const guard = createNodeGuard({ file: guardFile, environment: 'staging', services: {}, clock: systemClock });
    const targets = createTargets({ services: {}, selfPid: -1, veto: guard.veto });
    const bed = startBed({ guard, targets });
    onTestFinished(guardFile.watch(() => void bed.injections.enforceGuard(true)));
    return { bed, write };
  }

  it.each([
    ['environment: production', 'GUARD_ENVIRONMENT'],
    ['environment: staging\ndeny: [process-pause]', 'GUARD_FAULT'],
    ['environment: staging\nlongest: 1s', 'GUARD_DURATION'],
    ['environment: staging\ntargets: { deny: [{ cmdline: victim- }] }', 'GUARD_TARGET'],
    ['environment: staging\nmost: 0', 'GUARD_LIMIT'],
    ['environment: stagging', 'GUARD_ENVIRONMENT'],
    ['not a guard', 'GUARD_UNUSABLE'],
  ])('%s refuses, and what was active under another one ends at once', async (text, code) => {
    const { mark, processes } = makeMark();
    const { bed, write } = startGuarded('environment: staging');
    await using guarded = bed;
    await using victim = await startVictim(mark);
    await guarded.inject(buildOrder('process-pause', { processes }));
    await untilStopped(victim);

    write(text);
    await guarded.until(1);
    const answer = await guarded.inject(buildOrder('process-pause', { processes }));

    expect(guarded.ends).toMatchObject([{ reason: 'guard', reverted: true }]);
    expect(answer).toMatchObject({ kind: 'refused', code });
    expect(stateOf(victim.pid)).not.toBe('T');
  });

  it('that has not changed lets an injection go on whose process shows another name by now', async () => {
    const { mark, processes } = makeMark();
    const { bed } = startGuarded(`environment: staging\ntargets: { allow: [{ cmdline: ${mark} }] }`);
    await using guarded = bed;
    const program = "process.on('SIGTERM', () => { process.title = 'renamed'; }); setInterval(() => {}, 1000)";
    await using victim = await startVictim(mark, program);
    await guarded.inject(buildOrder('process-kill', { processes, params: { signal: 'TERM', watch: 800 } }));
    await eventually('it has another name', () => readArgv(victim.pid)?.[0] === 'renamed');

    await guarded.injections.enforceGuard(false);
    const before = guarded.injections.active().length;
    await guarded.injections.enforceGuard(true);

    expect(before).toBe(1);
    expect(guarded.ends).toMatchObject([{ reason: 'guard' }]);
  });

  it('names the processes that it does not allow, and lets the others be hit', async () => {
    const { mark, processes } = makeMark();
    const { bed } = startGuarded(`environment: staging\ntargets: { deny: [{ cmdline: ${mark}-spared }] }`);
    await using guarded = bed;
    await using spared = await startVictim(`${mark}-spared`);
    await using hit = await startVictim(mark);

    const answer = await guarded.inject(buildOrder('process-pause', { processes, pick: { kind: 'all' } }));

    expect(pidsOf(answer)).toEqual([hit.pid]);
    expect(answer.skipped).toMatchObject([{ pid: spared.pid, why: expect.stringContaining('guard') }]);
    expect(stateOf(spared.pid)).not.toBe('T');
  });
});

describe('recovery', () => {
  it('takes back what an agent of the same boot left, once', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using one = await startVictim(mark);
    await using other = await startVictim(mark);
    const order = buildOrder('process-pause', { processes, pick: { kind: 'all' } });
    await bed.inject(order);
    await untilStopped(one, other);

    const ends = await recoverFrom(openJournal(bed.journalFile, BOOT));
    const again = await recoverFrom(openJournal(bed.journalFile, BOOT));

    expect([one, other].map(({ pid }) => stateOf(pid))).not.toContain('T');
    expect(ends).toMatchObject([{ orderId: order.id, reason: 'recovered', reverted: true }]);
    expect(again).toEqual([]);
  });

  it('touches nothing after another boot, where the PIDs are those of others', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using victim = await startVictim(mark);
    await bed.inject(buildOrder('process-pause', { processes }));
    await untilStopped(victim);

    const ends = await recoverFrom(openJournal(bed.journalFile, 'the-next-boot'));

    expect(ends).toMatchObject([{ reason: 'vanished', reverted: true }]);
    expect(stateOf(victim.pid)).toBe('T');
  });

  it('takes everything back even when that cannot be written down', async () => {
    const { mark, processes } = makeMark();
    await using bed = startBed();
    await using one = await startVictim(mark);
    await using other = await startVictim(mark);
    await bed.inject(buildOrder('process-pause', { processes, pick: { kind: 'all' } }));
    await untilStopped(one, other);
    const journal = openJournal(bed.journalFile, BOOT);

    const ends = await recoverFrom(fullAfter(0)(journal));

    expect(ends).toMatchObject([{ reverted: true }]);
    expect([one, other].map(({ pid }) => stateOf(pid))).not.toContain('T');
  });
});

describe('an undo', () => {
  it('is harmless when it comes twice, and when its process is gone or another', async () => {
    await using victim = await startVictim(makeMark().mark);
    const listed = await realTargets.select({ cmdline: 'victim-' }, null);
    const process = listed.matches.find(({ pid }) => pid === victim.pid) ?? { pid: victim.pid, startTicks: '' };
    await stopByHand(victim);

    const anothers = await undo(
      { kind: 'signal', process: { ...process, startTicks: '1' }, signal: 'SIGCONT' },
      systemClock,
    );
    const untouched = stateOf(victim.pid);
    const first = await undo({ kind: 'signal', process, signal: 'SIGCONT' }, systemClock);
    const second = await undo({ kind: 'signal', process, signal: 'SIGCONT' }, systemClock);
    const ended = await undo({ kind: 'end-child', process }, systemClock);
    const gone = await undo({ kind: 'end-child', process }, systemClock);

    expect(untouched).toBe('T');
    expect([anothers, first, second, ended, gone]).toEqual([null, null, null, null, null]);
    expect(await victim.ended).toBe('SIGKILL');
  });
});
