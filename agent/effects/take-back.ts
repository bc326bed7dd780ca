// Takes back what was taken of one order, whoever asks: the end of an injection, a step that failed, a restart.

import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { OrderId } from '../../shared/domain/ids.ts';
import type { JournalRecord, TakenStep } from '../core/journal-records.ts';
import type { Journal } from './journal.ts';
import { undo } from './steps.ts';

export interface Taken {
  readonly order: OrderId;
  /** In the order in which they were taken. */
  readonly steps: readonly TakenStep[];
}

export interface TakeBackDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Tries every undo, whatever becomes of the others, the last step first; only their confirmations are waited for
 * together, so that one process that does not react holds up no other. Gives what could not be undone, one
 * sentence each: that stays in the journal, for the next start of the agent to try again.
 */
export async function takeBack({ order, steps }: Taken, deps: TakeBackDeps): Promise<string[]> {
  const results = await Promise.all(
    steps.toReversed().map(async ({ step, undo: back }) => {
      const trouble = back === null ? null : await undo(back, deps.clock);
      if (trouble === null) note({ type: 'reverted', order, step }, deps);
      return trouble;
    }),
  );
  const troubles = results.filter((trouble) => trouble !== null);
  if (troubles.length === 0) note({ type: 'ended', order }, deps);
  return troubles;
}

function note(record: JournalRecord, { journal, log }: TakeBackDeps): void {
  try {
    journal.append(record);
  } catch (error) {
    // What it would say is already so; without it the next start undoes once more, which is harmless.
    log.warn({ order: record.order, err: error }, 'an undo could not be journalled');
  }
}
