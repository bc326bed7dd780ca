// What the host experiences: the process is there, holds its memory, sockets and locks, and does nothing.
// Undo: SIGCONT. What remains if that fails: a stopped process; `kill -CONT PID` frees it.

import type { Observation } from '../../shared/domain/order.ts';
import type { FaultImplementation, HostProbe, VerifyInput } from '../effects/contract.ts';

const POLL_MS = 100;
/** Stopping is not instantaneous: each thread stops when it next returns from the kernel. */
const SETTLE_MS = 20;

export const processPause: FaultImplementation = {
  plan: ({ targets }) => targets.map((process) => ({ kind: 'signal', process, signal: 'SIGSTOP', undo: 'SIGCONT' })),
  verify: watchStopped,
};

/** The fewest that were seen stopped at one time count: a process that somebody woke was not paused throughout. */
async function watchStopped(input: VerifyInput, probe: HostProbe, over: AbortSignal): Promise<readonly Observation[]> {
  const asked = input.targets.length;
  let fewest: number | null = null;
  await probe.sleep(SETTLE_MS, over);
  while (!over.aborted) {
    const stopped = input.targets.filter((target) => /[Tt]/u.test(probe.processState(target) ?? '')).length;
    fewest = Math.min(fewest ?? asked, stopped);
    await probe.sleep(POLL_MS, over);
  }
  const note = fewest === null ? 'it ended before it could be looked at' : '';
  return [
    {
      name: 'processes paused',
      unit: 'processes',
      asked,
      achieved: fewest,
      effective: fewest === null ? null : fewest === asked,
      note,
    },
  ];
}
