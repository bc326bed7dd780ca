// The undo journal as values: what its lines say, and what they leave to be undone.
//
// Per step: `intent` (with the undo) before the act, `applied` after it, `reverted` after the undo; per order
// `ended` when nothing of it is left. An undo is harmless when its step never ran, so that an intent alone is
// reason enough to undo. Either of intent and applied says all that the undo needs: one damaged line loses none.

import type { OrderId } from '../../shared/domain/ids.ts';
import type { ProcessRef } from '../../shared/domain/order.ts';

export type Undo =
  | { readonly kind: 'signal'; readonly process: ProcessRef; readonly signal: NodeJS.Signals }
  | { readonly kind: 'end-child'; readonly process: ProcessRef };

export type JournalRecord =
  | {
      readonly type: 'intent' | 'applied';
      readonly order: OrderId;
      readonly step: number;
      /** Wall clock, for the report. */
      readonly at: number;
      readonly boot: string;
      /** Null: nothing to undo, or (in the intent of a child) known only once it runs. */
      readonly undo: Undo | null;
    }
  | { readonly type: 'reverted'; readonly order: OrderId; readonly step: number }
  | { readonly type: 'ended'; readonly order: OrderId };

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
  /** Those that have an undo and are not reverted, in the order in which they were taken. */
  readonly steps: readonly TakenStep[];
}

interface Draft {
  readonly startedAt: number;
  readonly boot: string;
  readonly undos: Map<number, Undo>;
}

/** In the order in which they began. Records that come twice change nothing. */
export function unfinished(records: readonly JournalRecord[]): Unfinished[] {
  const orders = new Map<OrderId, Draft>();
  for (const record of records) takeRecord(orders, record);
  return [...orders].map(([order, { startedAt, boot, undos }]) => ({
    order,
    startedAt,
    boot,
    steps: [...undos].map(([step, undo]) => ({ step, undo })).toSorted((a, b) => a.step - b.step),
  }));
}

function takeRecord(orders: Map<OrderId, Draft>, record: JournalRecord): void {
  const { order } = record;
  if (record.type === 'ended') {
    orders.delete(order);
    return;
  }
  if (record.type === 'reverted') {
    orders.get(order)?.undos.delete(record.step);
    return;
  }
  const draft = orders.get(order) ?? { startedAt: record.at, boot: record.boot, undos: new Map() };
  if (record.undo !== null) draft.undos.set(record.step, record.undo);
  orders.set(order, draft);
}
