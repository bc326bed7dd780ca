// What an earlier agent left behind is taken back before this one connects.

import type { Clock } from '../../shared/clock.ts';
import type { InjectionEnd } from '../../shared/domain/order.ts';
import { unfinished, type Unfinished } from '../core/journal-records.ts';
import type { Journal } from './journal.ts';
import { undo } from './steps.ts';

/** One end per order that had begun and not ended. After another boot its processes are gone with the old one. */
export async function recover(journal: Journal, clock: Clock): Promise<InjectionEnd[]> {
  const ends: InjectionEnd[] = [];
  for (const left of unfinished(journal.records)) ends.push(await recoverOrder(left, journal, clock));
  if (ends.every(({ reverted }) => reverted)) journal.clear();
  return ends;
}

async function recoverOrder(left: Unfinished, journal: Journal, clock: Clock): Promise<InjectionEnd> {
  const revertErrors: string[] = [];
  for (const { step, undo: back } of left.boot === journal.bootId ? left.undos : []) {
    const trouble = await undo(back, clock);
    if (trouble === null) journal.append({ type: 'reverted', order: left.order, step });
    else revertErrors.push(trouble);
  }
  const reverted = revertErrors.length === 0;
  if (reverted) journal.append({ type: 'ended', order: left.order });
  const { order: orderId, startedAt } = left;
  return { orderId, startedAt, endedAt: clock.now(), reason: 'recovered', observations: [], reverted, revertErrors };
}
