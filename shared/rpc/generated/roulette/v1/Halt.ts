// Original file: proto/roulette/v1/agent.proto


/**
 * End every injection of the node now, whosever it is. Answered by Halted.
 */
export interface Halt {
  'haltId'?: (string);
}

/**
 * End every injection of the node now, whosever it is. Answered by Halted.
 */
export interface Halt__Output {
  'haltId': (string);
}
