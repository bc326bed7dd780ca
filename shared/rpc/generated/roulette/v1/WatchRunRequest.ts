// Original file: proto/roulette/v1/operator.proto


export interface WatchRunRequest {
  'runId'?: (string);
  'afterSeq'?: (number);
  /**
   * Ends after the facts that are there now.
   */
  'historyOnly'?: (boolean);
}

export interface WatchRunRequest__Output {
  'runId': (string);
  'afterSeq': (number);
  /**
   * Ends after the facts that are there now.
   */
  'historyOnly': (boolean);
}
