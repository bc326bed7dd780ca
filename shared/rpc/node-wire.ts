// Nodes between wire and domain.

import { nodeId, parseOrderId, type OrderId } from '../domain/ids.ts';
import type { InventoryNode, NodeFacts, NodeMetrics } from '../domain/node.ts';
import type { Hello, Hello__Output } from './generated/roulette/v1/Hello.ts';
import type { NodeFacts__Output } from './generated/roulette/v1/NodeFacts.ts';
import type { NodeMetrics__Output } from './generated/roulette/v1/NodeMetrics.ts';

/** What an agent says of its node when it connects. */
export interface Introduction extends InventoryNode {
  readonly facts: NodeFacts;
  readonly activeOrders: readonly OrderId[];
}

export function toWireHello(introduction: Introduction): Hello {
  const { id, capabilities, activeOrders, ...rest } = introduction;
  return { ...rest, node: id, capabilities: [...capabilities], activeOrders: [...activeOrders] };
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
    facts: fromWireFacts(wire.facts),
    activeOrders: wire.activeOrders.map((order) => parseOrderId(order)),
  };
}

function fromWireFacts(wire: NodeFacts__Output): NodeFacts {
  const { hostname, os, kernel, arch, cores, memoryBytes, bootId, agentVersion, agentPid } = wire;
  return { hostname, os, kernel, arch, cores, memoryBytes, bootId, agentVersion, agentPid };
}

export function fromWireMetrics(wire: NodeMetrics__Output): NodeMetrics {
  const { cpuBusy, memoryUsedBytes, load1, agentRssBytes } = wire;
  return { cpuBusy, memoryUsedBytes, load1, agentRssBytes };
}
