// Original file: proto/roulette/v1/operator.proto

import type { Long } from '@grpc/proto-loader';

export interface Schedule {
  /**
   * That of its experiment.
   */
  'name'?: (string);
  'cron'?: (string);
  'timezone'?: (string);
  'seed'?: (string);
  'addedBy'?: (string);
  'addedAt'?: (number | string | Long);
  /**
   * Absent: it fires no more.
   */
  'nextAt'?: (number | string | Long);
  '_nextAt'?: "nextAt";
}

export interface Schedule__Output {
  /**
   * That of its experiment.
   */
  'name': (string);
  'cron': (string);
  'timezone': (string);
  'seed': (string);
  'addedBy': (string);
  'addedAt': (number);
  /**
   * Absent: it fires no more.
   */
  'nextAt'?: (number);
  '_nextAt'?: "nextAt";
}
