// Original file: proto/roulette/v1/agent.proto

import type { ProcessSelector as _roulette_v1_ProcessSelector, ProcessSelector__Output as _roulette_v1_ProcessSelector__Output } from '../../roulette/v1/ProcessSelector.ts';
import type { Pick as _roulette_v1_Pick, Pick__Output as _roulette_v1_Pick__Output } from '../../roulette/v1/Pick.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * An order to inject. Idempotent by id.
 */
export interface Inject {
  'orderId'?: (string);
  'runId'?: (string);
  'slotId'?: (string);
  'term'?: (number | string | Long);
  'fault'?: (string);
  /**
   * Digest of the fault's spec: both sides must mean the same parameters.
   */
  'specHash'?: (string);
  /**
   * Object with the fault's parameters, complete and normalised.
   */
  'paramsJson'?: (string);
  /**
   * Absent when the fault is about the node itself.
   */
  'processes'?: (_roulette_v1_ProcessSelector | null);
  'pick'?: (_roulette_v1_Pick | null);
  /**
   * Seeds the choice among the matching processes.
   */
  'drawKey'?: (string);
  /**
   * Absent for faults that are over in an instant.
   */
  'durationMs'?: (number);
  /**
   * Not renewed until this long after `beat` = the agent reverts by itself.
   */
  'leaseMs'?: (number);
  'beat'?: (number | string | Long);
  /**
   * Not to be begun later than this long after `beat`.
   */
  'notAfterMs'?: (number);
  '_durationMs'?: "durationMs";
}

/**
 * An order to inject. Idempotent by id.
 */
export interface Inject__Output {
  'orderId': (string);
  'runId': (string);
  'slotId': (string);
  'term': (number);
  'fault': (string);
  /**
   * Digest of the fault's spec: both sides must mean the same parameters.
   */
  'specHash': (string);
  /**
   * Object with the fault's parameters, complete and normalised.
   */
  'paramsJson': (string);
  /**
   * Absent when the fault is about the node itself.
   */
  'processes': (_roulette_v1_ProcessSelector__Output | null);
  'pick': (_roulette_v1_Pick__Output | null);
  /**
   * Seeds the choice among the matching processes.
   */
  'drawKey': (string);
  /**
   * Absent for faults that are over in an instant.
   */
  'durationMs'?: (number);
  /**
   * Not renewed until this long after `beat` = the agent reverts by itself.
   */
  'leaseMs': (number);
  'beat': (number);
  /**
   * Not to be begun later than this long after `beat`.
   */
  'notAfterMs': (number);
  '_durationMs'?: "durationMs";
}
