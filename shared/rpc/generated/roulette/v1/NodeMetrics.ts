// Original file: proto/roulette/v1/types.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What a node does just now; sent with every heartbeat.
 */
export interface NodeMetrics {
  /**
   * Busy share of all cores since the last heartbeat, 0 to 1.
   */
  'cpuBusy'?: (number | string);
  'memoryUsedBytes'?: (number | string | Long);
  'load1'?: (number | string);
  /**
   * Resident memory of the agent itself.
   */
  'agentRssBytes'?: (number | string | Long);
}

/**
 * What a node does just now; sent with every heartbeat.
 */
export interface NodeMetrics__Output {
  /**
   * Busy share of all cores since the last heartbeat, 0 to 1.
   */
  'cpuBusy': (number);
  'memoryUsedBytes': (number);
  'load1': (number);
  /**
   * Resident memory of the agent itself.
   */
  'agentRssBytes': (number);
}
