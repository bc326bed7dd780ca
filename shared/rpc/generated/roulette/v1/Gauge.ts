// Original file: proto/roulette/v1/operator.proto


/**
 * A rule over one of its groups.
 */
export interface Gauge {
  'rule'?: (string);
  'group'?: (string);
  /**
   * Nodes in the group.
   */
  'total'?: (number);
  /**
   * Of these, impaired just now; for rates, injections started within the rule's time.
   */
  'used'?: (number);
  /**
   * How much of `used` the rule allows.
   */
  'most'?: (number);
}

/**
 * A rule over one of its groups.
 */
export interface Gauge__Output {
  'rule': (string);
  'group': (string);
  /**
   * Nodes in the group.
   */
  'total': (number);
  /**
   * Of these, impaired just now; for rates, injections started within the rule's time.
   */
  'used': (number);
  /**
   * How much of `used` the rule allows.
   */
  'most': (number);
}
