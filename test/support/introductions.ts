// What nodes say of themselves when they connect; a test names only what it is about.

import { nodeId } from '../../shared/domain/ids.ts';
import type { Introduction } from '../../shared/rpc/node-wire.ts';

export function buildIntroduction(id: string, more: Partial<Introduction> = {}): Introduction {
  const facts = { hostname: 'h', os: 'o', kernel: 'k', arch: 'a', cores: 1, memoryBytes: 1, bootId: 'b' };
  return {
    id: nodeId(id),
    environment: 'staging',
    labels: {},
    faults: {},
    capabilities: [],
    addresses: [],
    facts: { ...facts, agentVersion: '0', interfaces: [], agentPid: 1 },
    activeOrders: [],
    knownOrders: [],
    unreverted: [],
    guard: '',
    beat: 1,
    ...more,
  };
}
