// An agent whose wall clock is put forward and back under it, by libfaketime (https://github.com/wolfcw/libfaketime),
// which leaves the monotonic clock alone when told to.

import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeId, orderId } from '../../shared/domain/ids.ts';
import { startAgent } from '../support/agent-daemon.ts';
import { buildOrder } from '../support/orders.ts';
import { startScriptedCoordinator, type ScriptedCoordinator } from '../support/scripted-coordinator.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { eventually, startVictim, stateOf } from '../support/victims.ts';

const LEASE_MS = 1500;

/** Debian's package libfaketime; the folder is named for the architecture. */
function findLibrary(): string {
  const folders = readdirSync('/usr/lib').map((name) => path.join('/usr/lib', name, 'faketime', 'libfaketime.so.1'));
  const found = folders.find((file) => existsSync(file));
  if (found === undefined) throw new Error('libfaketime is not installed');
  return found;
}

async function startShiftedAgent(
  coordinator: ScriptedCoordinator,
  mark: string,
): Promise<{ readonly shift: (by: string) => void }> {
  const stateDir = makeTemporaryDirectory();
  const offset = path.join(stateDir, 'offset');
  const shift = (by: string): void => {
    writeFileSync(`${offset}.new`, `${by}\n`);
    renameSync(`${offset}.new`, offset);
  };
  shift('+0');
  await startAgent({
    coordinator,
    stateDir,
    services: { victim: { cmdline: mark } },
    environment: {
      LD_PRELOAD: findLibrary(),
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  });
  return { shift };
}

describe('a wall clock that is put forward and back by an hour', () => {
  it.each(['+3600', '-3600'])('by %s s ends no lease early, and none late', async (by) => {
    const mark = `victim-${randomUUID()}`;
    await using coordinator = await startScriptedCoordinator({ leaseMs: LEASE_MS });
    await using victim = await startVictim(mark);
    const { shift } = await startShiftedAgent(coordinator, mark);
    const order = buildOrder('process-pause', {
      processes: { service: 'victim' },
      durationMs: 600_000,
      leaseMs: LEASE_MS,
    });
    const id = orderId(order.run, order.slot, nodeId('node-a'));
    coordinator.order('node-a', { ...order, id });
    await eventually('the victim is stopped', () => stateOf(victim.pid) === 'T');
    const beats = (): number => coordinator.heard.filter(({ heartbeat }) => heartbeat).length;

    shift(by);
    const before = beats();
    // Twice the lease and more, in beats of the agent.
    await eventually('more than a lease has passed', () => beats() - before > 35);
    const whileRenewed = [stateOf(victim.pid), coordinator.words.get(id)?.kind];
    coordinator.speak(false);
    const silentFrom = performance.now();
    await eventually('the end is told', () => coordinator.words.get(id)?.kind === 'ended');
    const tookMs = performance.now() - silentFrom;

    expect(whileRenewed).toEqual(['T', 'started']);
    expect(coordinator.words.get(id)).toMatchObject({ end: { reason: 'lease-expired', reverted: true } });
    expect(stateOf(victim.pid)).not.toBe('T');
    // What is left of the lease counts from a beat before the silence: one beat (100 ms) and what the way took.
    expect(tookMs).toBeGreaterThan(LEASE_MS / 2);
  });
});
