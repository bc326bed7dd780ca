// Original file: proto/roulette/v1/operator.proto

import type { Node as _roulette_v1_Node, Node__Output as _roulette_v1_Node__Output } from '../../roulette/v1/Node.ts';

export interface ListNodesReply {
  'nodes'?: (_roulette_v1_Node)[];
}

export interface ListNodesReply__Output {
  'nodes': (_roulette_v1_Node__Output)[];
}
