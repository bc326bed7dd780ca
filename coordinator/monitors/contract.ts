// The monitor contract: a source of one number over time, from its start until the signal aborts.

import type { Clock } from '../../shared/clock.ts';
import type { Sample } from '../core/judge.ts';

export interface MonitorDeps {
  readonly clock: Clock;
  /** How many processes of a target there are on all its nodes; rejects when that cannot be known. */
  readonly countProcesses: (target: string) => Promise<number>;
}

/** Called for every value, and for every time there should have been one. */
export type Emit = (sample: Omit<Sample, 'monitor'>) => void;
