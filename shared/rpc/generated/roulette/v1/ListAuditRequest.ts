// Original file: proto/roulette/v1/operator.proto


export interface ListAuditRequest {
  /**
   * Absent: of all runs.
   */
  'runId'?: (string);
  'afterSeq'?: (number);
  '_runId'?: "runId";
}

export interface ListAuditRequest__Output {
  /**
   * Absent: of all runs.
   */
  'runId'?: (string);
  'afterSeq': (number);
  '_runId'?: "runId";
}
