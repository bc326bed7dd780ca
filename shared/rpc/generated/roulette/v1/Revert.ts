// Original file: proto/roulette/v1/agent.proto


/**
 * End one injection now. Answered by Ended; or by Refused when the order has not begun, and then never will.
 */
export interface Revert {
  'orderId'?: (string);
}

/**
 * End one injection now. Answered by Ended; or by Refused when the order has not begun, and then never will.
 */
export interface Revert__Output {
  'orderId': (string);
}
