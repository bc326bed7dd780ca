// Everything that the plan of an order depends on, read of the node just before.

import type { InjectOrder, ProcessIdentity } from '../../shared/domain/order.ts';
import { networkName } from '../core/network/names.ts';
import type { Owner } from '../core/network/traffic.ts';
import { IMPLEMENTATIONS } from '../faults/index.ts';
import type { HostProbe, PlanInput } from './contract.ts';
import type { NetworkFactsReader } from './network/facts.ts';
import { saveLink } from './network/link-state.ts';

export async function readPlanInput(
  { id, fault, params, processes, durationMs, drawKey }: InjectOrder,
  targets: readonly ProcessIdentity[],
  { probe, network }: { readonly probe: HostProbe; readonly network: NetworkFactsReader },
): Promise<PlanInput> {
  const { network: asked } = IMPLEMENTATIONS[fault];
  const { interface: device } = params;
  const [facts, link] = await Promise.all([
    asked === undefined ? null : network.read(processes, targets),
    asked === 'facts and link' && typeof device === 'string' ? saveLink(device) : null,
  ]);
  const cpus = [...probe.cpuTicks().keys()].toSorted((a, b) => a - b);
  return { params, targets, durationMs, drawKey, cpus, name: networkName(id), network: facts, link };
}

/** Whose packets are meant; nobody's in particular when that is not known. */
export function ownersIn({ network }: PlanInput): readonly Owner[] {
  return network === null || typeof network.owners === 'string' ? [] : network.owners;
}
