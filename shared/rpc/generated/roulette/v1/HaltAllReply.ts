// Original file: proto/roulette/v1/operator.proto

import type { HaltedNode as _roulette_v1_HaltedNode, HaltedNode__Output as _roulette_v1_HaltedNode__Output } from '../../roulette/v1/HaltedNode.ts';

export interface HaltAllReply {
  /**
   * One for each node that is connected or may have something active.
   */
  'nodes'?: (_roulette_v1_HaltedNode)[];
  /**
   * Set when the halt was done and could not be written down.
   */
  'unrecorded'?: (string);
  '_unrecorded'?: "unrecorded";
}

export interface HaltAllReply__Output {
  /**
   * One for each node that is connected or may have something active.
   */
  'nodes': (_roulette_v1_HaltedNode__Output)[];
  /**
   * Set when the halt was done and could not be written down.
   */
  'unrecorded'?: (string);
  '_unrecorded'?: "unrecorded";
}
