// Original file: proto/roulette/v1/types.proto


/**
 * How many of the matching processes are hit.
 */
export interface Pick {
  /**
   * Exactly one.
   */
  'one'?: (boolean);
  /**
   * Every one.
   */
  'all'?: (boolean);
  /**
   * This many, or as many as there are.
   */
  'count'?: (number);
  /**
   * Greater than 0, up to 100; rounded down, at least one.
   */
  'percent'?: (number | string);
  'how'?: "one"|"all"|"count"|"percent";
}

/**
 * How many of the matching processes are hit.
 */
export interface Pick__Output {
  /**
   * Exactly one.
   */
  'one'?: (boolean);
  /**
   * Every one.
   */
  'all'?: (boolean);
  /**
   * This many, or as many as there are.
   */
  'count'?: (number);
  /**
   * Greater than 0, up to 100; rounded down, at least one.
   */
  'percent'?: (number);
  'how'?: "one"|"all"|"count"|"percent";
}
