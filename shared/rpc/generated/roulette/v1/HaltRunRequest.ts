// Original file: proto/roulette/v1/operator.proto


export interface HaltRunRequest {
  'runId'?: (string);
  'requestedBy'?: (string);
  'reason'?: (string);
  /**
   * A ticket or the like.
   */
  'ref'?: (string);
  '_ref'?: "ref";
}

export interface HaltRunRequest__Output {
  'runId': (string);
  'requestedBy': (string);
  'reason': (string);
  /**
   * A ticket or the like.
   */
  'ref'?: (string);
  '_ref'?: "ref";
}
