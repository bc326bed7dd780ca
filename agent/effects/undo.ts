// Undoes single steps, for the agent and for its keeper alike: nothing here needs more than Node itself.

import { sleep, type Clock } from '../../shared/clock.ts';
import type { ProcessRef } from '../../shared/domain/order.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Undo } from '../core/journal-records.ts';
import { liveStat } from '../targets/proc.ts';
import { removeNetwork } from './network/links.ts';
import { restoreLink } from './network/link-state.ts';

/** How long an undo may take to show. */
const UNDO_WITHIN_MS = 2000;
const POLL_MS = 5;

/** Resolves when the undo is confirmed: with null, or with what keeps it from being so. Harmless when repeated. */
export async function undo(what: Undo, clock: Clock): Promise<string | null> {
  switch (what.kind) {
    case 'signal':
      return tellProcess(what.process, what.signal, { clock, mayLive: true });
    case 'end-child':
      return tellProcess(what.process, 'SIGKILL', { clock, mayLive: false });
    case 'network':
      return saying(removeNetwork(what.name));
    case 'link-up':
      return saying(restoreLink(what));
  }
}

async function saying(work: Promise<void>): Promise<string | null> {
  return work.then(() => null, messageOf);
}

async function tellProcess(
  target: ProcessRef,
  signal: NodeJS.Signals,
  { clock, mayLive }: { readonly clock: Clock; readonly mayLive: boolean },
): Promise<string | null> {
  if (liveStat(target) === null) return null;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    return `${signal} to pid ${target.pid} failed: ${messageOf(error)}`;
  }
  const isUndone = (): boolean => {
    const stat = liveStat(target);
    return stat === null || (mayLive && stat.state !== 'T');
  };
  const deadline = clock.monotonic() + UNDO_WITHIN_MS;
  while (!isUndone()) {
    if (clock.monotonic() > deadline) return `pid ${target.pid} did not react to ${signal}`;
    await sleep(clock, POLL_MS);
  }
  return null;
}
