// Original file: proto/roulette/v1/agent.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Asks for a Pong at once: the agent has changed the network, and proves that it still reaches the coordinator.
 */
export interface Ping {
  'nonce'?: (number | string | Long);
}

/**
 * Asks for a Pong at once: the agent has changed the network, and proves that it still reaches the coordinator.
 */
export interface Ping__Output {
  'nonce': (number);
}
