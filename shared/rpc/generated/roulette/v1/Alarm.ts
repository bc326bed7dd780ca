// Original file: proto/roulette/v1/operator.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Something on a node is still broken.
 */
export interface Alarm {
  'orderId'?: (string);
  'since'?: (number | string | Long);
  'why'?: (string);
}

/**
 * Something on a node is still broken.
 */
export interface Alarm__Output {
  'orderId': (string);
  'since': (number);
  'why': (string);
}
