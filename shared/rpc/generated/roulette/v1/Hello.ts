// Original file: proto/roulette/v1/agent.proto

import type { NodeFacts as _roulette_v1_NodeFacts, NodeFacts__Output as _roulette_v1_NodeFacts__Output } from '../../roulette/v1/NodeFacts.ts';
import type { Unreverted as _roulette_v1_Unreverted, Unreverted__Output as _roulette_v1_Unreverted__Output } from '../../roulette/v1/Unreverted.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * The first message of a session, and again (on the same stream) when the facts have changed.
 */
export interface Hello {
  'node'?: (string);
  'environment'?: (string);
  /**
   * The agent's own labels and the built-ins node, hostname, os, kernel.
   */
  'labels'?: ({[key: string]: string});
  'facts'?: (_roulette_v1_NodeFacts | null);
  /**
   * What the kernel and the tools of the node can do, for example `taskset`.
   */
  'capabilities'?: (string)[];
  /**
   * Fault kinds on offer, each with the digest of its spec.
   */
  'faults'?: ({[key: string]: string});
  /**
   * Orders whose injection is active just now.
   */
  'activeOrders'?: (string)[];
  /**
   * Every order that the agent has taken and the coordinator has not settled: active, under way, refused or ended.
   * The words on them follow as Started, Refused and Ended. An order that is not here never arrived.
   */
  'knownOrders'?: (string)[];
  /**
   * Undos that failed and are tried again; all there are.
   */
  'unreverted'?: (_roulette_v1_Unreverted)[];
  /**
   * What the guard of the node lets through, in a line.
   */
  'guard'?: (string);
  /**
   * Counts up with each Hello and Heartbeat of this agent process.
   */
  'beat'?: (number | string | Long);
  /**
   * Where other nodes reach this one: its addresses, without prefixes; none of loopback or link-local.
   */
  'addresses'?: (string)[];
}

/**
 * The first message of a session, and again (on the same stream) when the facts have changed.
 */
export interface Hello__Output {
  'node': (string);
  'environment': (string);
  /**
   * The agent's own labels and the built-ins node, hostname, os, kernel.
   */
  'labels': ({[key: string]: string});
  'facts': (_roulette_v1_NodeFacts__Output | null);
  /**
   * What the kernel and the tools of the node can do, for example `taskset`.
   */
  'capabilities': (string)[];
  /**
   * Fault kinds on offer, each with the digest of its spec.
   */
  'faults': ({[key: string]: string});
  /**
   * Orders whose injection is active just now.
   */
  'activeOrders': (string)[];
  /**
   * Every order that the agent has taken and the coordinator has not settled: active, under way, refused or ended.
   * The words on them follow as Started, Refused and Ended. An order that is not here never arrived.
   */
  'knownOrders': (string)[];
  /**
   * Undos that failed and are tried again; all there are.
   */
  'unreverted': (_roulette_v1_Unreverted__Output)[];
  /**
   * What the guard of the node lets through, in a line.
   */
  'guard': (string);
  /**
   * Counts up with each Hello and Heartbeat of this agent process.
   */
  'beat': (number);
  /**
   * Where other nodes reach this one: its addresses, without prefixes; none of loopback or link-local.
   */
  'addresses': (string)[];
}
