// Original file: proto/roulette/v1/operator.proto


export interface ListRunsRequest {
  /**
   * 0 means 50.
   */
  'limit'?: (number);
}

export interface ListRunsRequest__Output {
  /**
   * 0 means 50.
   */
  'limit': (number);
}
