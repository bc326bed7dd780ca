// What the session layer knows of the injector: orders in, answers and ends out.

import type { InjectionEnd, InjectOrder, OrderAnswer, EndReason } from '../../shared/domain/order.ts';
import type { OrderId } from '../../shared/domain/ids.ts';

export interface ActiveInjection {
  readonly orderId: OrderId;
  readonly fault: string;
  readonly startedAt: number;
}

export interface Injections {
  /**
   * Takes an order. Resolves when the fault is applied or refused. The same order id again gives the same
   * answer and touches nothing. `onEnd` is called exactly once for each order that was answered `started`.
   */
  readonly inject: (order: InjectOrder) => Promise<OrderAnswer>;
  /** Ends an active injection; resolves once its undo is done. Unknown or ended ids are no error. */
  readonly revert: (orderId: OrderId, reason: EndReason) => Promise<void>;
  /** Prolongs the lease of every active injection to `leaseMs` from now, on the monotonic clock. */
  readonly renew: (leaseMs: number) => void;
  readonly active: () => readonly ActiveInjection[];
  /** Ends everything, tries every undo even when one fails, and takes no further order. */
  readonly stop: () => Promise<void>;
}

export type OnEnd = (end: InjectionEnd) => void;
