// Original file: proto/roulette/v1/operator.proto


export interface VerifyAuditReply {
  'ok'?: (boolean);
  /**
   * Rows read.
   */
  'rows'?: (number);
  /**
   * Hash of the newest row when all is well.
   */
  'head'?: (string);
  /**
   * The first row that is not right.
   */
  'brokenRow'?: (number);
  'why'?: (string);
  '_brokenRow'?: "brokenRow";
  '_why'?: "why";
}

export interface VerifyAuditReply__Output {
  'ok': (boolean);
  /**
   * Rows read.
   */
  'rows': (number);
  /**
   * Hash of the newest row when all is well.
   */
  'head': (string);
  /**
   * The first row that is not right.
   */
  'brokenRow'?: (number);
  'why'?: (string);
  '_brokenRow'?: "brokenRow";
  '_why'?: "why";
}
