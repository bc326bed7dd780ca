// Original file: proto/roulette/v1/agent.proto

import type { NodeFacts as _roulette_v1_NodeFacts, NodeFacts__Output as _roulette_v1_NodeFacts__Output } from '../../roulette/v1/NodeFacts.ts';

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
   * Orders whose injection is active just now. Ends that were not settled follow as Ended.
   */
  'activeOrders'?: (string)[];
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
   * Orders whose injection is active just now. Ends that were not settled follow as Ended.
   */
  'activeOrders': (string)[];
}
