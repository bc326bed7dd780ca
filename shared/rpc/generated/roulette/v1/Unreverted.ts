// Original file: proto/roulette/v1/agent.proto

import type { Long } from '@grpc/proto-loader';

/**
 * An injection whose undo failed. It is tried again until it succeeds; Ended then says so.
 */
export interface Unreverted {
  'orderId'?: (string);
  /**
   * When the undo first failed.
   */
  'since'?: (number | string | Long);
  'errors'?: (string)[];
}

/**
 * An injection whose undo failed. It is tried again until it succeeds; Ended then says so.
 */
export interface Unreverted__Output {
  'orderId': (string);
  /**
   * When the undo first failed.
   */
  'since': (number);
  'errors': (string)[];
}
