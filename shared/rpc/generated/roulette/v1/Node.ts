// Original file: proto/roulette/v1/operator.proto

import type { NodeFacts as _roulette_v1_NodeFacts, NodeFacts__Output as _roulette_v1_NodeFacts__Output } from '../../roulette/v1/NodeFacts.ts';
import type { NodeMetrics as _roulette_v1_NodeMetrics, NodeMetrics__Output as _roulette_v1_NodeMetrics__Output } from '../../roulette/v1/NodeMetrics.ts';
import type { Alarm as _roulette_v1_Alarm, Alarm__Output as _roulette_v1_Alarm__Output } from '../../roulette/v1/Alarm.ts';
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
  /**
   * Undos that failed; the agent goes on trying.
   */
  'alarms'?: (_roulette_v1_Alarm)[];
  /**
   * What the guard of the node lets through, in a line.
   */
  'guard'?: (string);
  /**
   * Where other nodes reach it.
   */
  'addresses'?: (string)[];
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
  /**
   * Undos that failed; the agent goes on trying.
   */
  'alarms': (_roulette_v1_Alarm__Output)[];
  /**
   * What the guard of the node lets through, in a line.
   */
  'guard': (string);
  /**
   * Where other nodes reach it.
   */
  'addresses': (string)[];
}
