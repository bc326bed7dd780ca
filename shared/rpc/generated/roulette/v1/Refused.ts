// Original file: proto/roulette/v1/agent.proto

import type { SkippedProcess as _roulette_v1_SkippedProcess, SkippedProcess__Output as _roulette_v1_SkippedProcess__Output } from '../../roulette/v1/SkippedProcess.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * Nothing was done, or all that was done is undone.
 */
export interface Refused {
  'orderId'?: (string);
  'refusedAt'?: (number | string | Long);
  /**
   * From the error catalogue, docs/errors.md.
   */
  'code'?: (string);
  'message'?: (string);
  'skipped'?: (_roulette_v1_SkippedProcess)[];
}

/**
 * Nothing was done, or all that was done is undone.
 */
export interface Refused__Output {
  'orderId': (string);
  'refusedAt': (number);
  /**
   * From the error catalogue, docs/errors.md.
   */
  'code': (string);
  'message': (string);
  'skipped': (_roulette_v1_SkippedProcess__Output)[];
}
