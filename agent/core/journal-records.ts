// The undo journal as values: what its lines say, and what they leave to be undone or to be told.
//
// Per order one `intent` with the undos of all its steps, before the first act; per step `applied` after the act and
// before the next one, and `reverted` after its undo; per order `ended` when nothing of it is left, and `settled`
// when the coordinator has recorded that. What the undo of a step needs stands in intent and applied alike, so that
// one damaged line loses none. The keeper notes what it has reverted in a file of its own, in the same words.

import type { OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, ProcessRef } from '../../shared/domain/order.ts';

export type Undo =
  | { readonly kind: 'signal'; readonly process: ProcessRef; readonly signal: NodeJS.Signals }
  | { readonly kind: 'end-child'; readonly process: ProcessRef }
  /** Everything in the kernel that bears the name is deleted. */
  | { readonly kind: 'network'; readonly name: string }
  /** The interface comes up, with these IPv6 addresses and routes: what `ip` has saved, base64. */
  | { readonly kind: 'link-up'; readonly device: string; readonly addresses: string; readonly routes: string };

/** What of a step is still there after a reboot, and is to be undone even then. */
export const SURVIVES_REBOOT: Readonly<Record<Undo['kind'], boolean>> = {
  signal: false,
  'end-child': false,
  network: false,
  'link-up': false,
};

export type JournalRecord =
  | {
      readonly type: 'intent';
      readonly order: OrderId;
      /** Wall clock, for the report. */
      readonly at: number;
      readonly boot: string;
      /** One for each step. Null: nothing to undo, or (for a child) known only once it runs. */
      readonly undos: readonly (Undo | null)[];
    }
  | {
      readonly type: 'applied';
      readonly order: OrderId;
      readonly step: number;
      readonly at: number;
      readonly boot: string;
      readonly undo: Undo | null;
    }
  /** Also of a step that was left out: there is nothing to undo. */
  | { readonly type: 'reverted'; readonly order: OrderId; readonly step: number; readonly at: number }
  /** `end` is what the coordinator is told until it has settled the order; null when there is nothing to tell. */
  | { readonly type: 'ended'; readonly order: OrderId; readonly end: InjectionEnd | null }
  | { readonly type: 'settled'; readonly order: OrderId };

/** A step as far as taking it back is concerned. */
export interface TakenStep {
  readonly step: number;
  /** Null: it cannot be undone. */
  readonly undo: Undo | null;
}

/** An order that has begun and not ended. */
export interface Unfinished {
  readonly order: OrderId;
  readonly startedAt: number;
  readonly boot: string;
  /** Those that have an undo, may have been taken and are not reverted, in the order in which they were taken. */
  readonly steps: readonly TakenStep[];
  /** When the last step that is reverted was; null when none is. */
  readonly revertedAt: number | null;
}

interface Draft {
  readonly startedAt: number;
  readonly boot: string;
  readonly intended: readonly (Undo | null)[];
  readonly applied: Map<number, Undo | null>;
  readonly reverted: Set<number>;
  revertedAt: number | null;
}

/**
 * In the order in which they began. Records that come twice change nothing. A step is taken only when the one before
 * it is on record, so that of the steps without a record only the first can have been taken, and the others are not
 * touched; unless `damaged` says that records are missing: then every step that was intended is undone.
 */
export function unfinished(records: readonly JournalRecord[], damaged = false): Unfinished[] {
  const drafts = new Map<OrderId, Draft>();
  for (const record of records) takeRecord(drafts, record);
  return [...drafts].map(([order, draft]) => {
    const { startedAt, boot, revertedAt } = draft;
    return { order, startedAt, boot, revertedAt, steps: stepsToUndo(draft, damaged) };
  });
}

function takeRecord(drafts: Map<OrderId, Draft>, record: JournalRecord): void {
  const draft = drafts.get(record.order);
  switch (record.type) {
    case 'ended':
      drafts.delete(record.order);
      return;
    case 'settled':
      return;
    case 'reverted':
      draft?.reverted.add(record.step);
      if (draft !== undefined) draft.revertedAt = record.at;
      return;
    case 'intent':
      if (draft === undefined) drafts.set(record.order, draftOf(record, record.undos));
      return;
    case 'applied': {
      // Its intent may be the damaged line.
      const known = draft ?? draftOf(record, []);
      known.applied.set(record.step, record.undo);
      drafts.set(record.order, known);
    }
  }
}

function draftOf({ at, boot }: { at: number; boot: string }, intended: readonly (Undo | null)[]): Draft {
  return { startedAt: at, boot, intended, applied: new Map(), reverted: new Set(), revertedAt: null };
}

function stepsToUndo({ intended, applied, reverted }: Draft, damaged: boolean): TakenStep[] {
  const onRecord = Math.max(-1, ...applied.keys(), ...reverted);
  const undos = new Map<number, Undo | null>(
    [...intended.entries()].filter(([step]) => damaged || step <= onRecord + 1),
  );
  for (const [step, undo] of applied) undos.set(step, undo);
  return [...undos]
    .filter(([step, undo]) => undo !== null && !reverted.has(step))
    .map(([step, undo]) => ({ step, undo }))
    .toSorted((a, b) => a.step - b.step);
}

/** Ends that the coordinator has not settled, in the order in which they came. */
export function unsettledEnds(records: readonly JournalRecord[]): InjectionEnd[] {
  const ends = new Map<OrderId, InjectionEnd>();
  for (const record of records) {
    if (record.type === 'ended' && record.end !== null) ends.set(record.order, record.end);
    if (record.type === 'settled') ends.delete(record.order);
  }
  return [...ends.values()];
}

/** The records that still say something: those of orders that are unfinished or not settled. */
export function liveRecords(records: readonly JournalRecord[]): JournalRecord[] {
  const unsettled = new Set(unsettledEnds(records).map(({ orderId }) => orderId));
  const ended = records.flatMap(({ type, order }) => (type === 'ended' && !unsettled.has(order) ? [order] : []));
  const over = new Set(ended);
  return records.filter(({ order }) => !over.has(order));
}
