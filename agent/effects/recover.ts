// What an earlier agent left behind is taken back before this one connects.

import { rmSync } from 'node:fs';
import type { InjectionEnd } from '../../shared/domain/order.ts';
import { SURVIVES_REBOOT, unfinished, type TakenStep, type Unfinished } from '../core/journal-records.ts';
import { readText } from '../targets/proc.ts';
import { readJournal } from './journal-text.ts';
import type { Journal } from './journal.ts';
import type { StuckInjection } from './stuck.ts';
import { noteEnd, takeBack, type TakeBackDeps } from './take-back.ts';

export interface RecoverDeps extends TakeBackDeps {
  readonly journal: Journal;
  /** What the keeper has noted, if it had to act. */
  readonly notes: string;
}

/**
 * One entry per order that had begun and not ended, with what of it could not be undone. After another boot its
 * processes are gone with the old one, and only what survives a reboot is undone. Throws JOURNAL_UNWRITABLE, after
 * all that.
 */
export async function recover(deps: RecoverDeps): Promise<StuckInjection[]> {
  const { journal, notes } = deps;
  const { records, damage } = journal.found;
  const kept = readJournal(readText(notes) ?? '').records;
  const recovered = await Promise.all(
    unfinished([...records, ...kept], damage.length > 0).map((left) => recoverOrder(left, deps)),
  );
  if (recovered.every(({ end }) => end.reverted)) {
    journal.compact();
    rmSync(notes, { force: true });
  }
  return recovered;
}

/** Without a journal that can be written: what can be read of it is undone, and nothing noted. */
export async function recoverBlind({
  journal: file,
  notes,
  bootId,
  clock,
  log,
}: Omit<RecoverDeps, 'journal'> & { readonly journal: string; readonly bootId: string }): Promise<void> {
  const found = readJournal(readText(file) ?? '');
  const kept = readJournal(readText(notes) ?? '').records;
  const journal = { bootId, found, append: () => undefined, compact: () => undefined, close: () => undefined };
  for (const left of unfinished([...found.records, ...kept], found.damage.length > 0)) {
    const { end } = await recoverOrder(left, { journal, notes, clock, log });
    log.warn({ order: end.orderId, reverted: end.reverted, revertErrors: end.revertErrors }, 'recovered');
  }
}

async function recoverOrder(order: Unfinished, deps: RecoverDeps): Promise<StuckInjection> {
  const sameBoot = order.boot === deps.journal.bootId;
  const steps = sameBoot ? order.steps : order.steps.filter(survivesReboot);
  const { left, errors } = await takeBack({ order: order.order, steps }, deps);
  const byKeeper = sameBoot && steps.length === 0 && order.revertedAt !== null;
  const end: InjectionEnd = {
    orderId: order.order,
    startedAt: order.startedAt,
    endedAt: byKeeper && order.revertedAt !== null ? order.revertedAt : deps.clock.now(),
    reason: sameBoot ? (byKeeper ? 'keeper' : 'recovered') : 'vanished',
    observations: [],
    reverted: left.length === 0,
    revertErrors: errors,
  };
  if (end.reverted) noteEnd(order.order, end, deps);
  return { end, left, locks: [] };
}

function survivesReboot({ undo }: TakenStep): boolean {
  return undo !== null && SURVIVES_REBOOT[undo.kind];
}
