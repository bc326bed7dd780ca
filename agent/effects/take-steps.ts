// Takes the steps of an order, up to the first that fails. All undos are on disk before the first act, and every act
// before the next one: a crash leaves at most one step of which it is not known whether it was taken.

import type { Clock } from '../../shared/clock.ts';
import type { OrderId } from '../../shared/domain/ids.ts';
import type { ProcessIdentity, SkippedProcess } from '../../shared/domain/order.ts';
import { messageOf } from '../../shared/errors.ts';
import type { TakenStep } from '../core/journal-records.ts';
import type { Step } from './contract.ts';
import type { Journal } from './journal.ts';
import { canBeHalfDone, takeStep, undoOf, type StepResult } from './steps.ts';

type LeftProcess = StepResult & { readonly kind: 'left' };

export interface TakenSteps {
  readonly steps: readonly TakenStep[];
  readonly left: readonly LeftProcess[];
  /** What kept the steps from being taken to the last. */
  readonly failure: Error | null;
}

export function takeSteps(
  order: OrderId,
  actions: readonly Step[],
  { journal, clock }: { readonly journal: Journal; readonly clock: Clock },
): TakenSteps {
  const steps: TakenStep[] = [];
  const left: LeftProcess[] = [];
  const boot = journal.bootId;
  try {
    journal.append({ type: 'intent', order, at: clock.now(), boot, undos: actions.map((action) => undoOf(action)) });
    for (const [step, action] of actions.entries()) {
      // A crash in the middle of it is undone from the intent; a failure in the middle of it, from here.
      if (canBeHalfDone(action)) steps.push({ step, undo: undoOf(action) });
      const result = takeStep(action);
      const about = { order, step, at: clock.now() };
      if (result.kind === 'left') {
        left.push(result);
        journal.append({ type: 'reverted', ...about });
        continue;
      }
      if (!canBeHalfDone(action)) steps.push({ step, undo: result.undo });
      journal.append({ type: 'applied', ...about, boot, undo: result.undo });
    }
  } catch (error) {
    return { steps, left, failure: error instanceof Error ? error : new Error(messageOf(error)) };
  }
  return { steps, left, failure: null };
}

const WHY_LEFT = {
  gone: 'it ended between the choice and the act',
  stopped: 'somebody else has stopped it already',
} as const satisfies Record<LeftProcess['why'], string>;

export function describeLeft(chosen: readonly ProcessIdentity[], left: readonly LeftProcess[]): SkippedProcess[] {
  return left.map(({ pid, why }) => {
    const name = chosen.find((process) => process.pid === pid)?.name ?? '';
    return { pid, name, why: WHY_LEFT[why] };
  });
}
