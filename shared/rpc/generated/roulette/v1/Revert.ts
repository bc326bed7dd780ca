// Original file: proto/roulette/v1/agent.proto


/**
 * End one injection now. Answered by Ended.
 */
export interface Revert {
  'orderId'?: (string);
}

/**
 * End one injection now. Answered by Ended.
 */
export interface Revert__Output {
  'orderId': (string);
}
