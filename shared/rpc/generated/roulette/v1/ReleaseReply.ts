// Original file: proto/roulette/v1/operator.proto

import type { Lever as _roulette_v1_Lever, Lever__Output as _roulette_v1_Lever__Output } from '../../roulette/v1/Lever.ts';

export interface ReleaseReply {
  /**
   * The one that was released.
   */
  'lever'?: (_roulette_v1_Lever | null);
}

export interface ReleaseReply__Output {
  /**
   * The one that was released.
   */
  'lever': (_roulette_v1_Lever__Output | null);
}
