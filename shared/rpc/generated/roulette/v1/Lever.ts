// Original file: proto/roulette/v1/operator.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Who has halted the whole fleet. Holds over restarts of the coordinator.
 */
export interface Lever {
  'engagedAt'?: (number | string | Long);
  'engagedBy'?: (string);
  'reason'?: (string);
  'ref'?: (string);
  '_ref'?: "ref";
}

/**
 * Who has halted the whole fleet. Holds over restarts of the coordinator.
 */
export interface Lever__Output {
  'engagedAt': (number);
  'engagedBy': (string);
  'reason': (string);
  'ref'?: (string);
  '_ref'?: "ref";
}
