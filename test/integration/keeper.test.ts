import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Keeper } from '../../agent/effects/keeper.ts';
import { readStat } from '../../agent/targets/proc.ts';
import { systemClock } from '../../shared/clock.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { eventually, stateOf } from '../support/victims.ts';

const PROGRAM = path.join(packageRoot(), 'dist', 'agent', 'keeper.js');

interface Kept {
  readonly keeper: Keeper;
  readonly unkept: () => number;
}

/** This process is the agent that is kept. */
function startKeeper(program: readonly [string, ...string[]] = [process.execPath, PROGRAM]): Kept {
  const [journal, notes] = ['journal', 'notes'].map((name) => path.join(makeTemporaryDirectory(), name));
  let unkept = 0;
  const keeper = new Keeper({
    command: [...program, journal ?? '', notes ?? '', String(process.pid), readStat(process.pid)?.startTicks ?? ''],
    clock: systemClock,
    log: pino({ level: 'silent' }),
    onUnkept: () => {
      unkept += 1;
    },
  });
  onTestFinished(() => keeper.stop());
  return { keeper, unkept: () => unkept };
}

function keepers(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && readStat(pid)?.ppid === process.pid && readStat(pid)?.name.startsWith('roulette-keep'));
}

describe('the keeper', () => {
  it('answers, and ends when the agent ends in order, which it leaves alive', async () => {
    const { keeper } = startKeeper();
    await keeper.started();

    const armed = await keeper.isArmed();
    const [pid = 0] = keepers();
    await keeper.stop();

    expect(armed).toBe(true);
    expect([null, 'Z']).toContain(stateOf(pid));
  });

  it('is replaced when it is killed', async () => {
    const { keeper, unkept } = startKeeper();
    await keeper.started();
    const [first = 0] = keepers();

    process.kill(first, 'SIGKILL');
    await eventually('another is there', () => keepers().some((pid) => pid !== first));
    const armed = await keeper.isArmed();

    expect(armed).toBe(true);
    expect(unkept()).toBe(0);
  });

  it('is replaced when it is stopped, and vouches for nothing meanwhile', async () => {
    const { keeper, unkept } = startKeeper();
    await keeper.started();
    const [first = 0] = keepers();

    process.kill(first, 'SIGSTOP');
    const meanwhile = await keeper.isArmed();
    await eventually('another is there', () => keepers().some((pid) => pid !== first));

    expect(meanwhile).toBe(false);
    expect(await keeper.isArmed()).toBe(true);
    expect(unkept()).toBe(0);
  });

  it('that cannot be started is said, so that everything can be taken back', async () => {
    const { keeper, unkept } = startKeeper(['/bin/false']);

    await eventually('the agent knows that it is not kept', () => unkept() > 0);

    expect(await keeper.isArmed()).toBe(false);
  });

  it('is made of nothing but this project and the modules of Node', () => {
    const imports = [
      ...readFileSync(PROGRAM, 'utf8').matchAll(/(?:from|import|require\()\s*["'](?<name>[^"']+)["']/gu),
    ];
    const names = imports.map(({ groups }) => groups?.['name'] ?? '');

    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !name.startsWith('node:'))).toEqual([]);
    expect(readFileSync(PROGRAM, 'utf8')).not.toContain('node_modules');
  });
});
