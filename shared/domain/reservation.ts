// One entry of the ledger: a node that an order may impair, from before the order leaves until it is known, or
// certain by the passing of time, that the node is as before.

import type { FaultKind } from '../faults/index.ts';
import type { NodeId, OrderId } from './ids.ts';

export interface Reservation {
  readonly order: OrderId;
  readonly node: NodeId;
  readonly fault: FaultKind;
  /** The service that the target names; `null` when it names none. */
  readonly service: string | null;
  /** Wall clock, milliseconds since the epoch; as all times here. */
  readonly reservedAt: number;
  /** When it ends by itself, because nobody can have kept the fault alive by then; `null` while it is held. */
  readonly until: number | null;
  /** When it ended; `null` while the node counts as impaired. */
  readonly releasedAt: number | null;
}
