// Original file: proto/roulette/v1/operator.proto

import type { Node as _roulette_v1_Node, Node__Output as _roulette_v1_Node__Output } from '../../roulette/v1/Node.ts';
import type { Lever as _roulette_v1_Lever, Lever__Output as _roulette_v1_Lever__Output } from '../../roulette/v1/Lever.ts';

export interface ListNodesReply {
  'nodes'?: (_roulette_v1_Node)[];
  /**
   * Set while no run may start.
   */
  'lever'?: (_roulette_v1_Lever | null);
}

export interface ListNodesReply__Output {
  'nodes': (_roulette_v1_Node__Output)[];
  /**
   * Set while no run may start.
   */
  'lever': (_roulette_v1_Lever__Output | null);
}
