// Original file: proto/roulette/v1/agent.proto

import type { Process as _roulette_v1_Process, Process__Output as _roulette_v1_Process__Output } from '../../roulette/v1/Process.ts';
import type { SkippedProcess as _roulette_v1_SkippedProcess, SkippedProcess__Output as _roulette_v1_SkippedProcess__Output } from '../../roulette/v1/SkippedProcess.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * The fault is applied. Sent again when the same order comes again.
 */
export interface Started {
  'orderId'?: (string);
  'startedAt'?: (number | string | Long);
  'targets'?: (_roulette_v1_Process)[];
  'skipped'?: (_roulette_v1_SkippedProcess)[];
}

/**
 * The fault is applied. Sent again when the same order comes again.
 */
export interface Started__Output {
  'orderId': (string);
  'startedAt': (number);
  'targets': (_roulette_v1_Process__Output)[];
  'skipped': (_roulette_v1_SkippedProcess__Output)[];
}
