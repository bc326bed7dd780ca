// Takes back what was taken of one order, whoever asks: the end of an injection, a step that failed, a restart, the
// keeper.

import type { Clock } from '../../shared/clock.ts';
import type { OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd } from '../../shared/domain/order.ts';
import type { JournalRecord, TakenStep } from '../core/journal-records.ts';
import type { Journal } from './journal.ts';
import { undo } from './undo.ts';

export interface Taken {
  readonly order: OrderId;
  /** In the order in which they were taken. */
  readonly steps: readonly TakenStep[];
}

export interface TakeBackDeps {
  readonly journal: Pick<Journal, 'append'>;
  readonly clock: Clock;
  readonly log: { readonly warn: (fields: object, message: string) => void };
}

export interface TakenBack {
  /** What could not be undone, in the order in which it was taken. */
  readonly left: readonly TakenStep[];
  /** One sentence for each of `left`. */
  readonly errors: readonly string[];
}

/**
 * Tries every undo, whatever becomes of the others, the last step first; only their confirmations are waited for
 * together, so that one process that does not react holds up no other.
 */
export async function takeBack({ order, steps }: Taken, deps: TakeBackDeps): Promise<TakenBack> {
  const results = await Promise.all(
    steps.toReversed().map(async (step) => {
      const trouble = step.undo === null ? null : await undo(step.undo, deps.clock);
      if (trouble === null) note({ type: 'reverted', order, step: step.step, at: deps.clock.now() }, deps);
      return { step, trouble };
    }),
  );
  const failed = results.toReversed().flatMap(({ step, trouble }) => (trouble === null ? [] : [{ step, trouble }]));
  return { left: failed.map(({ step }) => step), errors: failed.map(({ trouble }) => trouble) };
}

/** Notes that nothing is left of an order, and what there is to tell of it. */
export function noteEnd(order: OrderId, end: InjectionEnd | null, deps: TakeBackDeps): void {
  note({ type: 'ended', order, end }, deps);
}

function note(record: JournalRecord, { journal, log }: TakeBackDeps): void {
  try {
    journal.append(record);
  } catch (error) {
    // What it would say is already so; without it the next start undoes once more, which is harmless.
    log.warn({ order: record.order, err: error }, 'an undo could not be journalled');
  }
}
