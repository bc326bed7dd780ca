// What the session layer knows of the injector: orders in, answers and ends out.

import type { EndReason, InjectionEnd, InjectOrder, OrderAnswer, Unreverted } from '../../shared/domain/order.ts';
import type { OrderId } from '../../shared/domain/ids.ts';

/** An order as it has arrived. */
export interface Arrival {
  readonly order: InjectOrder;
  /** Monotonic: the beat from which its lease and its not-after are counted; null when that is not known. */
  readonly beatAt: number | null;
}

export interface Injections {
  /**
   * Takes an order. Resolves when the fault is applied or refused. The same order id again gives the same
   * answer and touches nothing. `onEnd` is called once for each order that was answered `started`; and once more
   * when an undo that had failed has succeeded.
   */
  readonly inject: (arrival: Arrival) => Promise<OrderAnswer>;
  /**
   * Ends an active injection; resolves once its undo is done. An order that was never taken is refused from then
   * on: that answer is given, null for any other order.
   */
  readonly revert: (orderId: OrderId, reason: EndReason) => Promise<OrderAnswer | null>;
  /** Prolongs the lease of every active injection; `until` is monotonic. */
  readonly renew: (until: number) => void;
  readonly active: () => readonly OrderId[];
  /** Those that are active, and those whose answer is still under way. */
  readonly taken: () => readonly OrderId[];
  /** Undos that failed and are tried again. */
  readonly unreverted: () => readonly Unreverted[];
  /** Ends every active injection, and those under way; resolves once their undos are done. */
  readonly endAll: (reason: EndReason) => Promise<void>;
  /**
   * Ends what the guard does not allow just now. Single processes are looked at only when the guard `hasChanged`: one
   * that was allowed when it was chosen may show another name later, above all while it dies.
   */
  readonly enforceGuard: (hasChanged: boolean) => Promise<void>;
  /** As `endAll`, and takes no further order. */
  readonly stop: () => Promise<void>;
}

export type OnEnd = (end: InjectionEnd) => void;
