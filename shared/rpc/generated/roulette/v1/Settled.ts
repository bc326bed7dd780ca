// Original file: proto/roulette/v1/agent.proto


/**
 * The coordinator has recorded the end of this order, or that it was refused; the agent may forget it.
 */
export interface Settled {
  'orderId'?: (string);
  /**
   * Whether the end that was recorded was `reverted`: one that was not is followed by another. True for a refusal.
   */
  'reverted'?: (boolean);
}

/**
 * The coordinator has recorded the end of this order, or that it was refused; the agent may forget it.
 */
export interface Settled__Output {
  'orderId': (string);
  /**
   * Whether the end that was recorded was `reverted`: one that was not is followed by another. True for a refusal.
   */
  'reverted': (boolean);
}
