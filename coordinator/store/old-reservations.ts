// Which released reservations nobody needs any more, so that they do not pile up. Counted from what is being
// reserved, so that a store needs no clock of its own.

import type { Reservation } from '../../shared/domain/reservation.ts';

/** No rule looks further back than a week; the eighth day is to spare. */
const KEPT_MS = 8 * 24 * 60 * 60 * 1000;

/** With this batch, those released before this time may go. Null when it reserves nothing. */
export function forgettableBefore(batch: readonly Reservation[]): number | null {
  if (batch.length === 0) return null;
  return batch.reduce((newest, { reservedAt }) => Math.max(newest, reservedAt), -Infinity) - KEPT_MS;
}
