// The monitor contract: a source of one number over time.

import type { Sample } from '../core/judge.ts';

/** Called for every value, and for every time there should have been one. */
export type Emit = (sample: Sample) => void;

export interface MonitorDeps {
  readonly now: () => number;
  readonly monotonic: () => number;
}
