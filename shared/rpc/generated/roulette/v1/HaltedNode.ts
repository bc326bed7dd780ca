// Original file: proto/roulette/v1/operator.proto

import type { Long } from '@grpc/proto-loader';

export interface HaltedNode {
  'node'?: (string);
  /**
   * As for HaltedInjection.
   */
  'state'?: (string);
  'at'?: (number | string | Long);
  'why'?: (string);
  /**
   * What was active there.
   */
  'orders'?: (string)[];
  '_why'?: "why";
}

export interface HaltedNode__Output {
  'node': (string);
  /**
   * As for HaltedInjection.
   */
  'state': (string);
  'at': (number);
  'why'?: (string);
  /**
   * What was active there.
   */
  'orders': (string)[];
  '_why'?: "why";
}
