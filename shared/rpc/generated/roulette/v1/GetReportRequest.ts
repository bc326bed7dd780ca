// Original file: proto/roulette/v1/operator.proto


export interface GetReportRequest {
  'runId'?: (string);
  /**
   * md or json.
   */
  'format'?: (string);
}

export interface GetReportRequest__Output {
  'runId': (string);
  /**
   * md or json.
   */
  'format': (string);
}
