// Original file: proto/roulette/v1/operator.proto


export interface MakePlanRequest {
  /**
   * The experiment document, YAML or JSON.
   */
  'document'?: (string);
  /**
   * Named in error messages.
   */
  'file'?: (string);
  /**
   * Absent: the document's own, or else one is drawn.
   */
  'seed'?: (string);
  /**
   * Asks the agents which processes match just now. Not part of the plan, nor of its digest.
   */
  'preview'?: (boolean);
  /**
   * Who asks: the policy may look at that.
   */
  'requestedBy'?: (string);
  '_seed'?: "seed";
}

export interface MakePlanRequest__Output {
  /**
   * The experiment document, YAML or JSON.
   */
  'document': (string);
  /**
   * Named in error messages.
   */
  'file': (string);
  /**
   * Absent: the document's own, or else one is drawn.
   */
  'seed'?: (string);
  /**
   * Asks the agents which processes match just now. Not part of the plan, nor of its digest.
   */
  'preview': (boolean);
  /**
   * Who asks: the policy may look at that.
   */
  'requestedBy': (string);
  '_seed'?: "seed";
}
