// Original file: proto/roulette/v1/agent.proto

import type { EndReason as _roulette_v1_EndReason, EndReason__Output as _roulette_v1_EndReason__Output } from '../../roulette/v1/EndReason.ts';
import type { Observation as _roulette_v1_Observation, Observation__Output as _roulette_v1_Observation__Output } from '../../roulette/v1/Observation.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * The injection is over. Sent again at each connect until it is Settled; and once more with `reverted` when an
 * undo that had failed has succeeded at last.
 */
export interface Ended {
  'orderId'?: (string);
  'startedAt'?: (number | string | Long);
  'endedAt'?: (number | string | Long);
  'reason'?: (_roulette_v1_EndReason);
  'observations'?: (_roulette_v1_Observation)[];
  /**
   * Every undo was done and confirmed.
   */
  'reverted'?: (boolean);
  'revertErrors'?: (string)[];
}

/**
 * The injection is over. Sent again at each connect until it is Settled; and once more with `reverted` when an
 * undo that had failed has succeeded at last.
 */
export interface Ended__Output {
  'orderId': (string);
  'startedAt': (number);
  'endedAt': (number);
  'reason': (_roulette_v1_EndReason__Output);
  'observations': (_roulette_v1_Observation__Output)[];
  /**
   * Every undo was done and confirmed.
   */
  'reverted': (boolean);
  'revertErrors': (string)[];
}
