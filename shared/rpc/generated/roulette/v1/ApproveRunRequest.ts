// Original file: proto/roulette/v1/operator.proto


export interface ApproveRunRequest {
  'runId'?: (string);
  /**
   * Of the plan that was looked at.
   */
  'planDigest'?: (string);
  'requestedBy'?: (string);
  'comment'?: (string);
  '_comment'?: "comment";
}

export interface ApproveRunRequest__Output {
  'runId': (string);
  /**
   * Of the plan that was looked at.
   */
  'planDigest': (string);
  'requestedBy': (string);
  'comment'?: (string);
  '_comment'?: "comment";
}
