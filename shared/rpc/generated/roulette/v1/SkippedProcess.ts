// Original file: proto/roulette/v1/types.proto


/**
 * A protected process that the selector would have matched.
 */
export interface SkippedProcess {
  'pid'?: (number);
  'name'?: (string);
  'why'?: (string);
}

/**
 * A protected process that the selector would have matched.
 */
export interface SkippedProcess__Output {
  'pid': (number);
  'name': (string);
  'why': (string);
}
