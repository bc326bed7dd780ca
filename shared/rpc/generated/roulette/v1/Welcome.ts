// Original file: proto/roulette/v1/agent.proto

import type { Long } from '@grpc/proto-loader';

export interface Welcome {
  /**
   * Grows with each start of a coordinator. An agent refuses orders of an earlier term than the highest seen.
   */
  'term'?: (number | string | Long);
  /**
   * How often to send a Heartbeat.
   */
  'heartbeatMs'?: (number);
}

export interface Welcome__Output {
  /**
   * Grows with each start of a coordinator. An agent refuses orders of an earlier term than the highest seen.
   */
  'term': (number);
  /**
   * How often to send a Heartbeat.
   */
  'heartbeatMs': (number);
}
