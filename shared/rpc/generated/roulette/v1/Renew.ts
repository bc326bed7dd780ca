// Original file: proto/roulette/v1/agent.proto


/**
 * Prolongs the leases of all active injections of the node.
 */
export interface Renew {
  'leaseMs'?: (number);
}

/**
 * Prolongs the leases of all active injections of the node.
 */
export interface Renew__Output {
  'leaseMs': (number);
}
