// What the host experiences: the process is there, holds its memory, sockets and locks, and does nothing.
// Undo: SIGCONT. What remains if that fails: a stopped process; `kill -CONT PID` frees it.

import type { Observation, ProcessIdentity } from '../../shared/domain/order.ts';
import type { FaultImplementation, HostProbe, VerifyInput } from '../effects/contract.ts';

const POLL_MS = 50;

export const processPause: FaultImplementation = {
  plan: ({ targets }) => targets.map((process) => ({ kind: 'signal', process, signal: 'SIGSTOP', undo: 'SIGCONT' })),
  verify: watchStopped,
};

/**
 * Counts a process that was stopped at every look since the first that found it so. Stopping is not instantaneous:
 * each thread stops when it next returns from the kernel. The last look is at the end, before the undo.
 */
async function watchStopped(input: VerifyInput, probe: HostProbe, over: AbortSignal): Promise<readonly Observation[]> {
  const { targets } = input;
  const stopped = new Set<ProcessIdentity>();
  const woken = new Set<ProcessIdentity>();
  do {
    await probe.sleep(POLL_MS, over);
    for (const target of targets) {
      if (/[Tt]/u.test(probe.processState(target) ?? '')) stopped.add(target);
      else if (stopped.has(target)) woken.add(target);
    }
  } while (!over.aborted);
  const paused = targets.filter((target) => stopped.has(target) && !woken.has(target));
  const troubles = targets.flatMap((target) => {
    if (woken.has(target)) return [`pid ${target.pid} went on, or ended, before the time`];
    return stopped.has(target) ? [] : [`pid ${target.pid} did not stop`];
  });
  return [
    {
      name: 'processes paused',
      unit: 'processes',
      asked: targets.length,
      achieved: paused.length,
      effective: paused.length === targets.length,
      note: troubles.join(', '),
    },
  ];
}
