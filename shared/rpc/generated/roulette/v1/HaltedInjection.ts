// Original file: proto/roulette/v1/operator.proto

import type { Long } from '@grpc/proto-loader';

export interface HaltedInjection {
  'node'?: (string);
  'orderId'?: (string);
  /**
   * reverted, unconfirmed, revert-failed.
   */
  'state'?: (string);
  'at'?: (number | string | Long);
  'why'?: (string);
  '_why'?: "why";
}

export interface HaltedInjection__Output {
  'node': (string);
  'orderId': (string);
  /**
   * reverted, unconfirmed, revert-failed.
   */
  'state': (string);
  'at': (number);
  'why'?: (string);
  '_why'?: "why";
}
