// Original file: proto/roulette/v1/operator.proto

import type { Long } from '@grpc/proto-loader';

export interface Run {
  'id'?: (string);
  'experiment'?: (string);
  'owner'?: (string);
  'seed'?: (string);
  'planDigest'?: (string);
  /**
   * prepared, baseline, playing, recovering, halting, ended.
   */
  'phase'?: (string);
  /**
   * passed, refuted, inconclusive, aborted, refused, error; absent until the run has ended.
   */
  'verdict'?: (string);
  'reason'?: (string);
  'requestedBy'?: (string);
  'replayOf'?: (string);
  'preparedAt'?: (number | string | Long);
  'endedAt'?: (number | string | Long);
  '_verdict'?: "verdict";
  '_reason'?: "reason";
  '_replayOf'?: "replayOf";
  '_endedAt'?: "endedAt";
}

export interface Run__Output {
  'id': (string);
  'experiment': (string);
  'owner': (string);
  'seed': (string);
  'planDigest': (string);
  /**
   * prepared, baseline, playing, recovering, halting, ended.
   */
  'phase': (string);
  /**
   * passed, refuted, inconclusive, aborted, refused, error; absent until the run has ended.
   */
  'verdict'?: (string);
  'reason'?: (string);
  'requestedBy': (string);
  'replayOf'?: (string);
  'preparedAt': (number);
  'endedAt'?: (number);
  '_verdict'?: "verdict";
  '_reason'?: "reason";
  '_replayOf'?: "replayOf";
  '_endedAt'?: "endedAt";
}
