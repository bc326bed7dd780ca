// What the keeper does once the agent is gone or does not move: makes sure that it is gone, and takes back whatever
// the journal says is not. What it has reverted it notes in a file of its own: no file has two writers.

import { sleep, type Clock } from '../../shared/clock.ts';
import type { ProcessRef } from '../../shared/domain/order.ts';
import { unfinished, type TakenStep, type Unfinished } from '../core/journal-records.ts';
import { readJournal } from '../effects/journal-text.ts';
import type { Journal } from '../effects/journal.ts';
import { takeBack, type TakeBackDeps } from '../effects/take-back.ts';
import { liveStat, readText } from '../targets/proc.ts';

interface TakeOverDeps {
  /** The agent's. */
  readonly journal: string;
  readonly bootId: string;
  /** Called only when there is something to take back. */
  readonly openNotes: () => Pick<Journal, 'append'>;
  readonly clock: Clock;
  readonly log: TakeBackDeps['log'];
}

const POLL_MS = 5;
const END_WITHIN_MS = 1000;
const FIRST_RETRY_MS = 100;
/** The keeper gives up then: what does not yield for so long needs a person. The agent's next start tries again. */
const GIVE_UP_MS = 60_000;

/**
 * An agent that only stands still could go on at any moment, and act beside the keeper: it is ended first. One that
 * the kernel does not let go of yet never gets to run again, and is not waited for any longer.
 */
export async function endAgent(agent: ProcessRef, clock: Clock): Promise<void> {
  const deadline = clock.monotonic() + END_WITHIN_MS;
  while (liveStat(agent) !== null && clock.monotonic() < deadline) {
    try {
      process.kill(agent.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
    await sleep(clock, POLL_MS);
  }
}

/** Resolves with the number of orders that it has taken back. */
export async function revertAll(deps: TakeOverDeps): Promise<number> {
  const { clock, log, bootId } = deps;
  const { records, damage } = readJournal(readText(deps.journal) ?? '');
  const left = unfinished(records, damage.length > 0).filter(({ boot }) => boot === bootId);
  if (left.length === 0) return 0;
  const notes = deps.openNotes();
  const end = clock.monotonic() + GIVE_UP_MS;
  await Promise.all(left.map((order) => revert(order, { journal: notes, clock, log }, end)));
  return left.length;
}

async function revert({ order, steps }: Unfinished, deps: TakeBackDeps, end: number): Promise<void> {
  const { clock, log } = deps;
  let remaining: readonly TakenStep[] = steps;
  for (let retryMs = FIRST_RETRY_MS; ; retryMs *= 2) {
    const { left, errors } = await takeBack({ order, steps: remaining }, deps);
    remaining = left;
    if (left.length === 0) return;
    log.warn({ order, errors }, 'an undo failed');
    if (clock.monotonic() + retryMs > end) return;
    await sleep(clock, retryMs);
  }
}
