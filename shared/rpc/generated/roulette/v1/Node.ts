// Original file: proto/roulette/v1/operator.proto

import type { NodeFacts as _roulette_v1_NodeFacts, NodeFacts__Output as _roulette_v1_NodeFacts__Output } from '../../roulette/v1/NodeFacts.ts';
import type { NodeMetrics as _roulette_v1_NodeMetrics, NodeMetrics__Output as _roulette_v1_NodeMetrics__Output } from '../../roulette/v1/NodeMetrics.ts';
import type { Long } from '@grpc/proto-loader';

export interface Node {
  'id'?: (string);
  'environment'?: (string);
  'labels'?: ({[key: string]: string});
  'faults'?: ({[key: string]: string});
  'capabilities'?: (string)[];
  'facts'?: (_roulette_v1_NodeFacts | null);
  /**
   * Absent until the first heartbeat.
   */
  'metrics'?: (_roulette_v1_NodeMetrics | null);
  'connected'?: (boolean);
  'lastSeenAt'?: (number | string | Long);
  'activeOrders'?: (string)[];
}

export interface Node__Output {
  'id': (string);
  'environment': (string);
  'labels': ({[key: string]: string});
  'faults': ({[key: string]: string});
  'capabilities': (string)[];
  'facts': (_roulette_v1_NodeFacts__Output | null);
  /**
   * Absent until the first heartbeat.
   */
  'metrics': (_roulette_v1_NodeMetrics__Output | null);
  'connected': (boolean);
  'lastSeenAt': (number);
  'activeOrders': (string)[];
}
