// Which addresses the peers of a document's faults come to: names as they were resolved when the plan was made, and
// other targets by the addresses that their nodes report. Pure: equal documents, fleets and names give equal addresses.

import { formatNetwork, isAddress, parseNetwork } from '../../shared/addresses.ts';
import type { Experiment, FaultParams, Step } from '../../shared/domain/experiment.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import { faultSpec } from '../../shared/faults/index.ts';
import { MOST_ELEMENTS } from '../../shared/faults/param-types.ts';
import { targetOfPeer } from '../../shared/schema/param.ts';
import { selectNodes } from './select-nodes.ts';

/** Addresses of a host name; none when it does not resolve. */
export type Names = ReadonlyMap<string, readonly string[]>;

/** What a peer that is no address comes to. */
export interface Peer {
  /** In their one spelling, each once, sorted. */
  readonly addresses: readonly string[];
  /** Of a target, its nodes, by name. */
  readonly nodes: readonly InventoryNode[];
  /** Those of them that no address tells from others: the fault would pass them by. */
  readonly nameless: ReadonlySet<InventoryNode>;
}

/** By the text that the document has. */
export type Peers = ReadonlyMap<string, Peer>;

/** Host names that have to be resolved before the plan is made; sorted. */
export function namesIn(experiment: Experiment): string[] {
  return writtenIn(experiment).filter((peer) => targetOfPeer(peer) === null);
}

/** In order of what was written. */
export function resolvePeers(experiment: Experiment, inventory: readonly InventoryNode[], names: Names): Peers {
  const written = writtenIn(experiment);
  // Thousands of nodes are looked at only when somebody asks for their addresses.
  const ambiguous = written.some((peer) => targetOfPeer(peer) !== null)
    ? sharedAddresses(inventory)
    : new Set<string>();
  return new Map(
    written.map((peer) => {
      const target = targetOfPeer(peer);
      if (target !== null) return [peer, peerOfTarget(nodesOf(experiment, target, inventory), ambiguous)];
      return [peer, { addresses: hosts(names.get(peer) ?? []), nodes: [], nameless: new Set() }];
    }),
  );
}

function nodesOf({ targets }: Experiment, target: string, inventory: readonly InventoryNode[]): InventoryNode[] {
  const meant = Object.hasOwn(targets, target) ? targets[target] : undefined;
  return meant === undefined ? [] : selectNodes(meant.nodes, inventory);
}

function peerOfTarget(nodes: readonly InventoryNode[], ambiguous: ReadonlySet<string>): Peer {
  const own = nodes.map((node) => ({
    node,
    addresses: hosts(node.addresses).filter((address) => !ambiguous.has(address)),
  }));
  return {
    addresses: sortedOnce(own.flatMap(({ addresses }) => addresses)),
    nodes,
    nameless: new Set(own.flatMap(({ node, addresses }) => (addresses.length === 0 ? [node] : []))),
  };
}

/** The parameters as an agent gets them: addresses and CIDRs alone, each once, sorted. */
export function withAddresses({ fault, params }: Pick<Step, 'fault' | 'params'>, peers: Peers): FaultParams {
  const resolved = peerParams(fault).map((name) => {
    const found = listOf(params[name]).flatMap((peer) => peers.get(peer)?.addresses ?? spelt([peer]));
    return [name, sortedOnce(found)] as const;
  });
  return resolved.length === 0 ? params : { ...params, ...Object.fromEntries(resolved) };
}

/** More than any order takes. */
interface LongList {
  readonly name: string;
  readonly length: number;
  readonly most: number;
}

export function tooLongLists(step: Step, peers: Peers): LongList[] {
  const params = withAddresses(step, peers);
  return peerParams(step.fault)
    .map((name) => ({ name, length: listOf(params[name]).length, most: MOST_ELEMENTS }))
    .filter(({ length, most }) => length > most);
}

/** In all slots of a plan together: some 20 MB of text, which still passes in one message. */
export const MOST_ADDRESSES = 500_000;

export function hasTooManyAddresses({ stages }: Experiment, peers: Peers): boolean {
  const counts = stages.flatMap(({ steps }) =>
    steps.map((step) => {
      const params = withAddresses(step, peers);
      const each = peerParams(step.fault).reduce((sum, name) => sum + listOf(params[name]).length, 0);
      return each * (step.repeat?.times ?? 1);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0) > MOST_ADDRESSES;
}

/** What a step's peers are written as, each once, but for addresses. */
export function writtenPeers({ fault, params }: Pick<Step, 'fault' | 'params'>): string[] {
  const written = peerParams(fault).flatMap((name) => listOf(params[name]));
  return [...new Set(written)].filter((peer) => parseNetwork(peer) === null);
}

/** Names of the parameters that are lists of peers. */
function peerParams(fault: Step['fault']): string[] {
  return Object.entries(faultSpec(fault).params).flatMap(([name, { type }]) => (type === 'peers' ? [name] : []));
}

function writtenIn({ stages }: Experiment): string[] {
  return sortedOnce(stages.flatMap(({ steps }) => steps.flatMap((step) => writtenPeers(step))));
}

function listOf(value: FaultParams[string] | undefined): readonly string[] {
  return typeof value === 'object' && value !== null ? value : [];
}

/** What is no address, whoever reports it, is left out: a network would widen the fault beyond the node. */
function hosts(texts: readonly string[]): string[] {
  return spelt(texts.filter((text) => isAddress(text)));
}

function spelt(texts: readonly string[]): string[] {
  return sortedOnce(
    texts.flatMap((text) => {
      const network = parseNetwork(text);
      return network === null ? [] : [formatNetwork(network)];
    }),
  );
}

function sortedOnce(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted();
}

/** An address that several nodes report (that of a bridge for containers, say) names none of them. */
function sharedAddresses(inventory: readonly InventoryNode[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const address of inventory.flatMap(({ addresses }) => hosts(addresses))) {
    if (seen.has(address)) twice.add(address);
    seen.add(address);
  }
  return twice;
}
