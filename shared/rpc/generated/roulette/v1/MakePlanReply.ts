// Original file: proto/roulette/v1/operator.proto

import type { Preview as _roulette_v1_Preview, Preview__Output as _roulette_v1_Preview__Output } from '../../roulette/v1/Preview.ts';

export interface MakePlanReply {
  /**
   * Canonical JSON.
   */
  'planJson'?: (string);
  /**
   * SHA-256 of `plan_json`.
   */
  'digest'?: (string);
  'previews'?: (_roulette_v1_Preview)[];
  /**
   * What the policy says of it just now: JSON, see docs/policy.md. Not part of the plan, nor of its digest.
   */
  'verdictJson'?: (string);
}

export interface MakePlanReply__Output {
  /**
   * Canonical JSON.
   */
  'planJson': (string);
  /**
   * SHA-256 of `plan_json`.
   */
  'digest': (string);
  'previews': (_roulette_v1_Preview__Output)[];
  /**
   * What the policy says of it just now: JSON, see docs/policy.md. Not part of the plan, nor of its digest.
   */
  'verdictJson': (string);
}
