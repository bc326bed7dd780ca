// Original file: proto/roulette/v1/operator.proto


export interface ForgetNodeReply {
  /**
   * Orders that were reserved on it.
   */
  'freedOrders'?: (string)[];
}

export interface ForgetNodeReply__Output {
  /**
   * Orders that were reserved on it.
   */
  'freedOrders': (string)[];
}
