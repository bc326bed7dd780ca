// An inventory file: what `roulette nodes --json` prints. Only what a plan depends on is read.

import { z } from 'zod';
import { nodeId } from '../domain/ids.ts';
import type { InventoryNode } from '../domain/node.ts';
import { check, type Checked } from './check.ts';
import { address, complain, labelValue, list, named, text } from './reader.ts';
import { readSource } from './source.ts';

const node: z.ZodType<{ node: InventoryNode; connected: boolean }> = z
  .object(
    {
      id: text,
      environment: text,
      labels: named('labels', labelValue),
      faults: named('faults', text),
      capabilities: list('capabilities', text),
      addresses: list('addresses', address).default([]),
      connected: z.boolean({ error: () => 'expected true or false' }).default(true),
    },
    { error: () => 'expected a node as `roulette nodes --json` prints it' },
  )
  .transform(({ id, environment, labels, faults, capabilities, addresses, connected }) => ({
    node: { id: nodeId(id), environment, labels, faults, capabilities, addresses },
    connected,
  }));

/** As in a coordinator, plans are made from the nodes that are connected. */
const inventory: z.ZodType<InventoryNode[]> = list('nodes', node).transform((nodes, context) => {
  const seen = new Set<string>();
  for (const [index, { node: found }] of nodes.entries()) {
    if (seen.has(found.id)) complain(context, `a node before is called ${found.id} too`, { path: [index, 'id'] });
    seen.add(found.id);
  }
  return nodes.filter(({ connected }) => connected).map((found) => found.node);
});

export function parseInventory(source: string, file: string): Checked<InventoryNode[]> {
  const read = readSource(source, file);
  return read.ok ? check(read.source, inventory) : read;
}
