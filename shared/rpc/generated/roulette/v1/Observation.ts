// Original file: proto/roulette/v1/types.proto


/**
 * One number read back from the node.
 */
export interface Observation {
  'name'?: (string);
  'unit'?: (string);
  'asked'?: (number | string);
  /**
   * Absent when it could not be measured; `note` says why.
   */
  'achieved'?: (number | string);
  /**
   * Whether it shows that the fault took effect; absent when it says nothing on that.
   */
  'effective'?: (boolean);
  'note'?: (string);
  '_asked'?: "asked";
  '_achieved'?: "achieved";
  '_effective'?: "effective";
}

/**
 * One number read back from the node.
 */
export interface Observation__Output {
  'name': (string);
  'unit': (string);
  'asked'?: (number);
  /**
   * Absent when it could not be measured; `note` says why.
   */
  'achieved'?: (number);
  /**
   * Whether it shows that the fault took effect; absent when it says nothing on that.
   */
  'effective'?: (boolean);
  'note': (string);
  '_asked'?: "asked";
  '_achieved'?: "achieved";
  '_effective'?: "effective";
}
