// Original file: proto/roulette/v1/operator.proto


export interface HaltAllRequest {
  'requestedBy'?: (string);
  'reason'?: (string);
  /**
   * A ticket or the like.
   */
  'ref'?: (string);
  '_ref'?: "ref";
}

export interface HaltAllRequest__Output {
  'requestedBy': (string);
  'reason': (string);
  /**
   * A ticket or the like.
   */
  'ref'?: (string);
  '_ref'?: "ref";
}
