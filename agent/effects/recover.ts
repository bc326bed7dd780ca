// What an earlier agent left behind is taken back before this one connects.

import type { InjectionEnd } from '../../shared/domain/order.ts';
import { unfinished, type Unfinished } from '../core/journal-records.ts';
import { takeBack, type TakeBackDeps } from './take-back.ts';

/**
 * One end per order that had begun and not ended. After another boot its processes are gone with the old one, and
 * nothing is touched. Throws JOURNAL_UNWRITABLE, after all that.
 */
export async function recover(deps: TakeBackDeps): Promise<InjectionEnd[]> {
  const ends = await Promise.all(unfinished(deps.journal.records).map((left) => recoverOrder(left, deps)));
  if (ends.every(({ reverted }) => reverted)) deps.journal.clear();
  return ends;
}

async function recoverOrder(left: Unfinished, deps: TakeBackDeps): Promise<InjectionEnd> {
  const { order, startedAt, boot, steps } = left;
  const revertErrors = await takeBack({ order, steps: boot === deps.journal.bootId ? steps : [] }, deps);
  const reverted = revertErrors.length === 0;
  const endedAt = deps.clock.now();
  return { orderId: order, startedAt, endedAt, reason: 'recovered', observations: [], reverted, revertErrors };
}
