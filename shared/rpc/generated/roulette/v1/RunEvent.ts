// Original file: proto/roulette/v1/operator.proto

import type { Long } from '@grpc/proto-loader';

/**
 * One fact of a run's timeline.
 */
export interface RunEvent {
  'runId'?: (string);
  'seq'?: (number);
  'at'?: (number | string | Long);
  /**
   * Past tense, for example `injection.started`. The list is in docs/timeline.md.
   */
  'type'?: (string);
  /**
   * The fact's particulars, an object with the same `type`.
   */
  'bodyJson'?: (string);
}

/**
 * One fact of a run's timeline.
 */
export interface RunEvent__Output {
  'runId': (string);
  'seq': (number);
  'at': (number);
  /**
   * Past tense, for example `injection.started`. The list is in docs/timeline.md.
   */
  'type': (string);
  /**
   * The fact's particulars, an object with the same `type`.
   */
  'bodyJson': (string);
}
