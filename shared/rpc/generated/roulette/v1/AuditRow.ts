// Original file: proto/roulette/v1/operator.proto

import type { Long } from '@grpc/proto-loader';

export interface AuditRow {
  'seq'?: (number);
  'at'?: (number | string | Long);
  'actor'?: (string);
  'action'?: (string);
  'runId'?: (string);
  /**
   * Canonical JSON.
   */
  'detailJson'?: (string);
  'prev'?: (string);
  'hash'?: (string);
}

export interface AuditRow__Output {
  'seq': (number);
  'at': (number);
  'actor': (string);
  'action': (string);
  'runId': (string);
  /**
   * Canonical JSON.
   */
  'detailJson': (string);
  'prev': (string);
  'hash': (string);
}
