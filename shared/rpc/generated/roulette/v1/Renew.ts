// Original file: proto/roulette/v1/agent.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Prolongs the leases of all active injections of the node to `lease_ms` after `beat`.
 */
export interface Renew {
  'leaseMs'?: (number);
  'beat'?: (number | string | Long);
  'term'?: (number | string | Long);
}

/**
 * Prolongs the leases of all active injections of the node to `lease_ms` after `beat`.
 */
export interface Renew__Output {
  'leaseMs': (number);
  'beat': (number);
  'term': (number);
}
