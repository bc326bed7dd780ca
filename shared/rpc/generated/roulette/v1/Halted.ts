// Original file: proto/roulette/v1/agent.proto

import type { Ended as _roulette_v1_Ended, Ended__Output as _roulette_v1_Ended__Output } from '../../roulette/v1/Ended.ts';
import type { Unreverted as _roulette_v1_Unreverted, Unreverted__Output as _roulette_v1_Unreverted__Output } from '../../roulette/v1/Unreverted.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * The answer to Halt: nothing is active on the node any more, but what is listed as unreverted.
 */
export interface Halted {
  'haltId'?: (string);
  /**
   * Wall clock of the node.
   */
  'haltedAt'?: (number | string | Long);
  /**
   * The injections that the halt has ended; not sent as Ended besides.
   */
  'ends'?: (_roulette_v1_Ended)[];
  'unreverted'?: (_roulette_v1_Unreverted)[];
}

/**
 * The answer to Halt: nothing is active on the node any more, but what is listed as unreverted.
 */
export interface Halted__Output {
  'haltId': (string);
  /**
   * Wall clock of the node.
   */
  'haltedAt': (number);
  /**
   * The injections that the halt has ended; not sent as Ended besides.
   */
  'ends': (_roulette_v1_Ended__Output)[];
  'unreverted': (_roulette_v1_Unreverted__Output)[];
}
