// Every signal at every boundary of applying and reverting every fault; then the node must be as it was before.

import { beforeAll, describe, expect, it } from 'vitest';
import { faultSpec } from '../../shared/faults/index.ts';
import {
  bundlePrograms,
  CRASH_FAULTS,
  CRASH_SIGNALS,
  createCrashBed,
  formatCase,
  pointsOf,
  type CrashCase,
  type CrashFault,
} from '../crash/bed.ts';
import { startScriptedCoordinator } from '../support/scripted-coordinator.ts';

/** No lease is to end anything here. */
const LEASE_MS = 10_000;

type Programs = Awaited<ReturnType<typeof bundlePrograms>>;

/** Processes are no target of a fault on the network. */
function victimsOf(fault: CrashFault): CrashCase['whom'][] {
  const isAboutNetwork = faultSpec(fault).needs.includes('cap-net-admin');
  return ['agent', 'keeper', 'both', ...(isAboutNetwork ? [] : (['target'] as const))];
}

const LANES = CRASH_FAULTS.flatMap((fault) =>
  victimsOf(fault).flatMap((whom) => CRASH_SIGNALS.map((signal) => ({ fault, whom, signal }))),
);

/** The cases of a lane follow one another on one node, each agent after the crash of the one before. */
async function playLane(programs: Programs, cases: readonly CrashCase[]): Promise<string[]> {
  await using coordinator = await startScriptedCoordinator({ leaseMs: LEASE_MS });
  await using bed = createCrashBed({ coordinator, programs, leaseMs: LEASE_MS });
  const troubles: string[] = [];
  for (const crash of cases) {
    const { leftovers } = await bed.play(crash);
    troubles.push(...leftovers.map((leftover) => `${formatCase(crash)}: ${leftover}`));
  }
  return [...troubles, ...(await bed.finish())];
}

describe.concurrent('after a crash the node is as before, whatever the moment', () => {
  let programs: Programs;
  beforeAll(async () => {
    programs = await bundlePrograms();
  });

  it.each(LANES)('$fault, $signal of $whom', { timeout: 180_000 }, async (lane) => {
    const cases = pointsOf(lane.fault).map((point) => ({ ...lane, point }));

    expect(await playLane(programs, cases)).toEqual([]);
  });

  it.each(CRASH_FAULTS)('%s, when the keeper dies too while it takes back', { timeout: 180_000 }, async (fault) => {
    expect(await playLane(programs, keeperCases(fault))).toEqual([]);
  });
});

function keeperCases(fault: CrashFault): CrashCase[] {
  const points = pointsOf(fault);
  const lastApplied = points.findLast(({ record, when }) => record === 'applied' && when === 'after');
  if (lastApplied === undefined) throw new Error(`${fault} has no step`);
  const reverts = points.filter(({ record, step }) => record === 'reverted' && hasUndo(fault, step));
  return reverts.map((keeperAt) => ({ fault, whom: 'agent', signal: 'SIGKILL', point: lastApplied, keeperAt }));
}

/** There is nothing to undo of a kill, and so nothing for a keeper to note. */
function hasUndo(fault: CrashFault, step: number | null): boolean {
  return step !== null && fault !== 'process-kill';
}
