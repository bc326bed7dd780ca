// Original file: proto/roulette/v1/operator.proto

import type { Long } from '@grpc/proto-loader';

export interface HaltedInjection {
  'node'?: (string);
  'orderId'?: (string);
  /**
   * reverted: the node has confirmed. expires: the node does not answer, its lease has run out by `at`.
   * failed: an undo failed; the node tries again, see Node.alarms.
   */
  'state'?: (string);
  /**
   * When it was reverted, by when it expires, when it failed.
   */
  'at'?: (number | string | Long);
  'why'?: (string);
  '_why'?: "why";
}

export interface HaltedInjection__Output {
  'node': (string);
  'orderId': (string);
  /**
   * reverted: the node has confirmed. expires: the node does not answer, its lease has run out by `at`.
   * failed: an undo failed; the node tries again, see Node.alarms.
   */
  'state': (string);
  /**
   * When it was reverted, by when it expires, when it failed.
   */
  'at': (number);
  'why'?: (string);
  '_why'?: "why";
}
