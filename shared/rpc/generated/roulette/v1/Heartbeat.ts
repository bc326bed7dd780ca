// Original file: proto/roulette/v1/agent.proto

import type { NodeMetrics as _roulette_v1_NodeMetrics, NodeMetrics__Output as _roulette_v1_NodeMetrics__Output } from '../../roulette/v1/NodeMetrics.ts';
import type { Long } from '@grpc/proto-loader';

export interface Heartbeat {
  'metrics'?: (_roulette_v1_NodeMetrics | null);
  'beat'?: (number | string | Long);
}

export interface Heartbeat__Output {
  'metrics': (_roulette_v1_NodeMetrics__Output | null);
  'beat': (number);
}
