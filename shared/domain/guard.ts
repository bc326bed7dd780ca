// The guard of a node as a value: what its owner lets faults do there, whatever a coordinator orders.

import type { FaultKind } from '../faults/index.ts';
import type { ProcessSelector } from './experiment.ts';
import type { Hours } from './hours.ts';

export interface Guard {
  readonly environment: string;
  /** Null = every kind that the agent offers. */
  readonly allow: readonly FaultKind[] | null;
  readonly deny: readonly FaultKind[];
  readonly targets: {
    /** Null = every process that is not protected. */
    readonly allow: readonly ProcessSelector[] | null;
    readonly deny: readonly ProcessSelector[];
  };
  /** Most injections at once; null = as many as there are orders. */
  readonly most: number | null;
  /** Longest injection; null = as long as ordered. */
  readonly longestMs: number | null;
  /** Empty = at any time. */
  readonly hours: readonly Hours[];
}
