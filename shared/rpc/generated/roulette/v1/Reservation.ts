// Original file: proto/roulette/v1/operator.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A node that counts as impaired, because of an order.
 */
export interface Reservation {
  'orderId'?: (string);
  'node'?: (string);
  'fault'?: (string);
  /**
   * active, recovering, broken, expiring.
   */
  'state'?: (string);
  'reservedAt'?: (number | string | Long);
  /**
   * When it ends by itself.
   */
  'until'?: (number | string | Long);
  '_until'?: "until";
}

/**
 * A node that counts as impaired, because of an order.
 */
export interface Reservation__Output {
  'orderId': (string);
  'node': (string);
  'fault': (string);
  /**
   * active, recovering, broken, expiring.
   */
  'state': (string);
  'reservedAt': (number);
  /**
   * When it ends by itself.
   */
  'until'?: (number);
  '_until'?: "until";
}
