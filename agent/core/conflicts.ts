// Which locks an injection holds, so that two never act on the same thing at once.

import type { FaultParams } from '../../shared/domain/experiment.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import { faultSpec } from '../../shared/faults/index.ts';
import type { ProcessRef } from '../../shared/domain/order.ts';
import { mayShare, trafficOf, type Owner, type Traffic } from './network/traffic.ts';

export type Lock =
  | { readonly kind: 'thing'; readonly name: string }
  /** Packets that pass a queue: the kernel leads each of them through one only. */
  | { readonly kind: 'traffic'; readonly traffic: Traffic };

export interface LockInput {
  readonly fault: FaultKind;
  readonly params: FaultParams;
  readonly targets: readonly ProcessRef[];
  /** Whose packets are meant. */
  readonly owners: readonly Owner[];
}

export function locksOf({ fault, params, targets, owners }: LockInput): Lock[] {
  return faultSpec(fault).locks.flatMap((lock): Lock[] => {
    switch (lock) {
      case 'process':
        return targets.map(({ pid, startTicks }) => thing(`process ${pid} (started at ${startTicks})`));
      case 'interface':
        return [thing(`the interface ${String(params['interface'])}`)];
      case 'traffic':
        // Packets that are lost at random pass no queue: what is left of them can be shaped as well.
        return params['model'] === 'random' ? [] : [{ kind: 'traffic', traffic: trafficOf(params, owners) }];
      case 'cpu':
        return [thing('the cpu')];
    }
  });
}

function thing(name: string): Lock {
  return { kind: 'thing', name };
}

/** What is wanted and held already, in words; null when nothing is. */
export function conflictOf(wanted: readonly Lock[], held: Iterable<readonly Lock[]>): string | null {
  const taken = [...held].flat();
  for (const lock of wanted) {
    if (lock.kind === 'thing' && taken.some((other) => other.kind === 'thing' && other.name === lock.name))
      return lock.name;
    if (lock.kind !== 'traffic') continue;
    if (taken.some((other) => other.kind === 'traffic' && mayShare(other.traffic, lock.traffic))) {
      return 'packets that this one means too';
    }
  }
  return null;
}
