// One entry of the ledger: a node that an order may impair, from before the order leaves until it is known, or
// certain by the passing of time, that the node is as before.

import type { FaultKind } from '../faults/index.ts';
import type { NodeId, OrderId } from './ids.ts';

/**
 * `active`: the order is out, or its injection lasts. `recovering`: reverted, and the steady state is not back yet.
 * `broken`: an undo failed. `expiring`: ends by itself at `until`.
 */
export type ReservationState = 'active' | 'recovering' | 'broken' | 'expiring';

export interface Reservation {
  readonly order: OrderId;
  readonly node: NodeId;
  readonly fault: FaultKind;
  /** The service that the target names; `null` when it names none. */
  readonly service: string | null;
  readonly state: ReservationState;
  /** Wall clock, milliseconds since the epoch; as all times here. */
  readonly reservedAt: number;
  /** When one that is expiring ends by itself; `null` for the others. */
  readonly until: number | null;
  /** When it ended; `null` while the node counts as impaired. */
  readonly releasedAt: number | null;
}
