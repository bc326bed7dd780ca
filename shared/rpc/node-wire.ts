// Nodes between wire and domain.

import { nodeId, parseOrderId, type OrderId } from '../domain/ids.ts';
import type { InventoryNode, NodeFacts, NodeMetrics } from '../domain/node.ts';
import type { Unreverted } from '../domain/order.ts';
import type { Hello, Hello__Output } from './generated/roulette/v1/Hello.ts';
import type { NodeFacts as WireNodeFacts, NodeFacts__Output } from './generated/roulette/v1/NodeFacts.ts';
import type { NodeMetrics__Output } from './generated/roulette/v1/NodeMetrics.ts';
import { fromWireUnreverted, toWireUnreverted } from './order-wire.ts';

/** What an agent says of its node when it connects. */
export interface Introduction extends InventoryNode {
  readonly facts: NodeFacts;
  readonly activeOrders: readonly OrderId[];
  /** Every order that the agent has taken and the coordinator has not settled. */
  readonly knownOrders: readonly OrderId[];
  readonly unreverted: readonly Unreverted[];
  /** What the guard of the node lets through, in a line. */
  readonly guard: string;
  /** Number of the beat that the introduction is. */
  readonly beat: number;
}

export function toWireHello(introduction: Introduction): Hello {
  const { id, capabilities, addresses, activeOrders, knownOrders, unreverted, facts, ...rest } = introduction;
  return {
    ...rest,
    node: id,
    capabilities: [...capabilities],
    addresses: [...addresses],
    facts: toWireFacts(facts),
    activeOrders: [...activeOrders],
    knownOrders: [...knownOrders],
    unreverted: unreverted.map((one) => toWireUnreverted(one)),
  };
}

/** An introduction, or the sentence that says what is missing in it. */
export function fromWireHello(wire: Hello__Output): Introduction | string {
  if (wire.node === '') return 'the agent gives no node name';
  if (wire.environment === '') return 'the agent gives no environment';
  if (wire.facts === null) return 'the agent gives no facts';
  return {
    id: nodeId(wire.node),
    environment: wire.environment,
    labels: wire.labels,
    faults: wire.faults,
    capabilities: wire.capabilities,
    addresses: wire.addresses,
    facts: fromWireFacts(wire.facts),
    activeOrders: wire.activeOrders.map((order) => parseOrderId(order)),
    knownOrders: wire.knownOrders.map((order) => parseOrderId(order)),
    unreverted: wire.unreverted.map((one) => fromWireUnreverted(one)),
    guard: wire.guard,
    beat: wire.beat,
  };
}

function fromWireFacts(wire: NodeFacts__Output): NodeFacts {
  const { hostname, os, kernel, arch, cores, memoryBytes, bootId, agentVersion, agentPid, interfaces } = wire;
  return { hostname, os, kernel, arch, cores, memoryBytes, bootId, agentVersion, agentPid, interfaces };
}

export function toWireFacts({ interfaces, ...rest }: NodeFacts): WireNodeFacts {
  return { ...rest, interfaces: [...interfaces] };
}

export function fromWireMetrics(wire: NodeMetrics__Output): NodeMetrics {
  const { cpuBusy, memoryUsedBytes, load1, agentRssBytes } = wire;
  return { cpuBusy, memoryUsedBytes, load1, agentRssBytes };
}
