// Original file: proto/roulette/v1/operator.proto


export interface PutScheduleRequest {
  'document'?: (string);
  /**
   * Named in error messages.
   */
  'file'?: (string);
  /**
   * Absent: the document's own, or else one is drawn.
   */
  'seed'?: (string);
  'requestedBy'?: (string);
  '_seed'?: "seed";
}

export interface PutScheduleRequest__Output {
  'document': (string);
  /**
   * Named in error messages.
   */
  'file': (string);
  /**
   * Absent: the document's own, or else one is drawn.
   */
  'seed'?: (string);
  'requestedBy': (string);
  '_seed'?: "seed";
}
