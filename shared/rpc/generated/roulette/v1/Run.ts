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
  /**
   * Until then a prepared run can be started.
   */
  'expiresAt'?: (number | string | Long);
  /**
   * Digest of the policy that it was prepared under.
   */
  'policyDigest'?: (string);
  '_verdict'?: "verdict";
  '_reason'?: "reason";
  '_replayOf'?: "replayOf";
  '_endedAt'?: "endedAt";
  '_expiresAt'?: "expiresAt";
  '_policyDigest'?: "policyDigest";
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
  /**
   * Until then a prepared run can be started.
   */
  'expiresAt'?: (number);
  /**
   * Digest of the policy that it was prepared under.
   */
  'policyDigest'?: (string);
  '_verdict'?: "verdict";
  '_reason'?: "reason";
  '_replayOf'?: "replayOf";
  '_endedAt'?: "endedAt";
  '_expiresAt'?: "expiresAt";
  '_policyDigest'?: "policyDigest";
}
