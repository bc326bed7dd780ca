// Undoes single steps, for the agent and for its keeper alike: nothing here needs more than Node itself.

import { sleep, type Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Undo } from '../core/journal-records.ts';
import { liveStat } from '../targets/proc.ts';

/** How long an undo may take to show. */
const UNDO_WITHIN_MS = 2000;
const POLL_MS = 5;

/** Resolves when the undo is confirmed: with null, or with what keeps it from being so. Harmless when repeated. */
export async function undo({ kind, process: target, ...rest }: Undo, clock: Clock): Promise<string | null> {
  if (liveStat(target) === null) return null;
  const signal = 'signal' in rest ? rest.signal : 'SIGKILL';
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    return `${signal} to pid ${target.pid} failed: ${messageOf(error)}`;
  }
  const isUndone = (): boolean => {
    const stat = liveStat(target);
    return stat === null || (kind === 'signal' && stat.state !== 'T');
  };
  const deadline = clock.monotonic() + UNDO_WITHIN_MS;
  while (!isUndone()) {
    if (clock.monotonic() > deadline) return `pid ${target.pid} did not react to ${signal}`;
    await sleep(clock, POLL_MS);
  }
  return null;
}
