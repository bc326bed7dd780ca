// Which addresses the peers of a document's faults come to: names as they were resolved when the plan was made, and
// other targets by the addresses that their nodes report. Pure: equal documents, fleets and names give equal addresses.

import { parseNetwork } from '../../shared/addresses.ts';
import type { Experiment, FaultParams, Step } from '../../shared/domain/experiment.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import { faultSpec } from '../../shared/faults/index.ts';
import { targetOfPeer } from '../../shared/schema/param.ts';
import { selectNodes } from './select-nodes.ts';

/** Addresses of a host name; none when it does not resolve. */
export type Names = ReadonlyMap<string, readonly string[]>;

/** What each peer that is no address comes to, by the text it was written as. */
export type Peers = Readonly<Record<string, readonly string[]>>;

/** Host names that have to be resolved before the plan is made; sorted. */
export function namesIn(experiment: Experiment): string[] {
  return writtenIn(experiment).filter((peer) => targetOfPeer(peer) === null);
}

/** Sorted by what was written, and each list by its addresses. */
export function resolvePeers(experiment: Experiment, inventory: readonly InventoryNode[], names: Names): Peers {
  const ambiguous = ambiguousAddresses(inventory);
  const addressesOf = (peer: string): readonly string[] => {
    const target = targetOfPeer(peer);
    if (target === null) return names.get(peer) ?? [];
    const nodes = selectNodes(experiment.targets[target]?.nodes ?? {}, inventory);
    return nodes.flatMap(({ addresses }) => addresses).filter((address) => !ambiguous.has(address));
  };
  return Object.fromEntries(
    writtenIn(experiment).map((peer) => [peer, [...new Set(addressesOf(peer))].toSorted()] as const),
  );
}

/** The parameters as an agent gets them: addresses and CIDRs alone, each once, sorted. */
export function withAddresses({ fault, params }: Pick<Step, 'fault' | 'params'>, peers: Peers): FaultParams {
  const resolved = peerParams(fault).map((name) => {
    const written = listOf(params[name]);
    return [name, [...new Set(written.flatMap((peer) => peers[peer] ?? [peer]))].toSorted()] as const;
  });
  return resolved.length === 0 ? params : { ...params, ...Object.fromEntries(resolved) };
}

/** Peers of a step that come to no address. */
export function emptyPeersOf({ fault, params }: Step, peers: Peers): string[] {
  const written = peerParams(fault).flatMap((name) => listOf(params[name]));
  return written.filter((peer) => peers[peer]?.length === 0);
}

function writtenIn({ stages }: Experiment): string[] {
  const steps = stages.flatMap(({ steps: all }) => all);
  const written = steps.flatMap(({ fault, params }) => peerParams(fault).flatMap((name) => listOf(params[name])));
  return [...new Set(written.filter((peer) => parseNetwork(peer) === null))].toSorted();
}

function peerParams(fault: Step['fault']): string[] {
  return Object.entries(faultSpec(fault).params).flatMap(([name, { type }]) => (type === 'peers' ? [name] : []));
}

function listOf(value: FaultParams[string] | undefined): readonly string[] {
  return typeof value === 'object' && value !== null ? value : [];
}

/** An address that several nodes report (that of a bridge for containers, say) names none of them. */
function ambiguousAddresses(inventory: readonly InventoryNode[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const address of inventory.flatMap(({ addresses }) => [...new Set(addresses)])) {
    if (seen.has(address)) twice.add(address);
    seen.add(address);
  }
  return twice;
}
