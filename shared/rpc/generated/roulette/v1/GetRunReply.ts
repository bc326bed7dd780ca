// Original file: proto/roulette/v1/operator.proto

import type { Run as _roulette_v1_Run, Run__Output as _roulette_v1_Run__Output } from '../../roulette/v1/Run.ts';

export interface GetRunReply {
  'run'?: (_roulette_v1_Run | null);
  /**
   * The document as it was handed in.
   */
  'document'?: (string);
  /**
   * Canonical JSON.
   */
  'planJson'?: (string);
  /**
   * Of a prepared run: what the policy says of it just now.
   */
  'verdictJson'?: (string);
  /**
   * Of a prepared run: whose approvals hold.
   */
  'approvedBy'?: (string)[];
  '_verdictJson'?: "verdictJson";
}

export interface GetRunReply__Output {
  'run': (_roulette_v1_Run__Output | null);
  /**
   * The document as it was handed in.
   */
  'document': (string);
  /**
   * Canonical JSON.
   */
  'planJson': (string);
  /**
   * Of a prepared run: what the policy says of it just now.
   */
  'verdictJson'?: (string);
  /**
   * Of a prepared run: whose approvals hold.
   */
  'approvedBy': (string)[];
  '_verdictJson'?: "verdictJson";
}
