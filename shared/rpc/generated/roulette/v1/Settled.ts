// Original file: proto/roulette/v1/agent.proto


/**
 * The coordinator has recorded the end of this order; the agent may forget it.
 */
export interface Settled {
  'orderId'?: (string);
}

/**
 * The coordinator has recorded the end of this order; the agent may forget it.
 */
export interface Settled__Output {
  'orderId': (string);
}
