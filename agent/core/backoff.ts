// How long to wait before the next attempt to connect: doubling from 200 ms to 5 s, of which each node waits
// a share of its own between a half and the whole, so that a fleet does not come back in one instant.

import { openStream } from '../../shared/draw.ts';

const FIRST_MS = 200;
const LONGEST_MS = 5000;

/** `failures` is the number of attempts in a row that failed; 0 after a session that had been welcomed. */
export function backoffMs(node: string, failures: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  const share = openStream(`backoff ${node} ${failures}`).fraction();
  return Math.round(whole * (0.5 + share / 2));
}
