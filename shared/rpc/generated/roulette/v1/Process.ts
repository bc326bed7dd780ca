// Original file: proto/roulette/v1/types.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A process as it was when it was chosen. PID and start time together never name another process.
 */
export interface Process {
  'pid'?: (number);
  /**
   * Field 22 of /proc/PID/stat: clock ticks after boot, in decimal.
   */
  'startTicks'?: (string);
  'startedAt'?: (number | string | Long);
  'name'?: (string);
  'argv'?: (string)[];
  'exe'?: (string);
  'user'?: (string);
  'unit'?: (string);
  'cgroup'?: (string);
  /**
   * The service of the node's configuration that it matches.
   */
  'service'?: (string);
  /**
   * TCP ports it listens on.
   */
  'ports'?: (number)[];
  /**
   * 0 for the oldest of the processes that are alike in all else.
   */
  'ageRank'?: (number);
  /**
   * Digest of service, argv and ports: equal for a process and its successor.
   */
  'identity'?: (string);
  '_exe'?: "exe";
  '_unit'?: "unit";
  '_cgroup'?: "cgroup";
  '_service'?: "service";
}

/**
 * A process as it was when it was chosen. PID and start time together never name another process.
 */
export interface Process__Output {
  'pid': (number);
  /**
   * Field 22 of /proc/PID/stat: clock ticks after boot, in decimal.
   */
  'startTicks': (string);
  'startedAt': (number);
  'name': (string);
  'argv': (string)[];
  'exe'?: (string);
  'user': (string);
  'unit'?: (string);
  'cgroup'?: (string);
  /**
   * The service of the node's configuration that it matches.
   */
  'service'?: (string);
  /**
   * TCP ports it listens on.
   */
  'ports': (number)[];
  /**
   * 0 for the oldest of the processes that are alike in all else.
   */
  'ageRank': (number);
  /**
   * Digest of service, argv and ports: equal for a process and its successor.
   */
  'identity': (string);
  '_exe'?: "exe";
  '_unit'?: "unit";
  '_cgroup'?: "cgroup";
  '_service'?: "service";
}
