// Original file: proto/roulette/v1/types.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What a node is, measured at the start of its agent and now and then.
 */
export interface NodeFacts {
  'hostname'?: (string);
  'os'?: (string);
  'kernel'?: (string);
  'arch'?: (string);
  'cores'?: (number);
  'memoryBytes'?: (number | string | Long);
  /**
   * Changes with each boot.
   */
  'bootId'?: (string);
  'agentVersion'?: (string);
  'agentPid'?: (number);
  /**
   * Network interfaces with their addresses, as `eth0 10.0.0.5/24 fd00::5/64`.
   */
  'interfaces'?: (string)[];
}

/**
 * What a node is, measured at the start of its agent and now and then.
 */
export interface NodeFacts__Output {
  'hostname': (string);
  'os': (string);
  'kernel': (string);
  'arch': (string);
  'cores': (number);
  'memoryBytes': (number);
  /**
   * Changes with each boot.
   */
  'bootId': (string);
  'agentVersion': (string);
  'agentPid': (number);
  /**
   * Network interfaces with their addresses, as `eth0 10.0.0.5/24 fd00::5/64`.
   */
  'interfaces': (string)[];
}
