// Original file: proto/roulette/v1/operator.proto

import type { Run as _roulette_v1_Run, Run__Output as _roulette_v1_Run__Output } from '../../roulette/v1/Run.ts';
import type { HaltedInjection as _roulette_v1_HaltedInjection, HaltedInjection__Output as _roulette_v1_HaltedInjection__Output } from '../../roulette/v1/HaltedInjection.ts';

export interface HaltRunReply {
  'run'?: (_roulette_v1_Run | null);
  /**
   * One row for each injection that was active.
   */
  'injections'?: (_roulette_v1_HaltedInjection)[];
}

export interface HaltRunReply__Output {
  'run': (_roulette_v1_Run__Output | null);
  /**
   * One row for each injection that was active.
   */
  'injections': (_roulette_v1_HaltedInjection__Output)[];
}
