// Original file: proto/roulette/v1/agent.proto

import type { Long } from '@grpc/proto-loader';

/**
 * The answer to Ping.
 */
export interface Pong {
  'nonce'?: (number | string | Long);
}

/**
 * The answer to Ping.
 */
export interface Pong__Output {
  'nonce': (number);
}
