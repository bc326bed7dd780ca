// Which processes of this node are meant: ps-list says who is there, /proc says what they are, core/match.ts decides.

import psList from 'ps-list';
import type { ProcessIdentity } from '../../shared/domain/order.ts';
import type { ProcessSelector } from '../../shared/domain/experiment.ts';
import { ancestorsOf, descendantsOf, selectProcesses, type Selection, type Services } from '../core/match.ts';
import { readProcesses } from './read-processes.ts';
import { findSuccessors } from './successors.ts';

export interface Targets {
  /** Processes that match and may be hit, and those that match but are protected. */
  readonly select: (selector: ProcessSelector, drawKey: string | null) => Promise<Selection>;
  /** Processes of the target's identity that started at or after `sinceTicks`; the oldest first. */
  readonly successorsOf: (target: ProcessIdentity, sinceTicks: number) => readonly ProcessIdentity[];
}

export function createTargets(deps: { readonly services: Services; readonly selfPid: number }): Targets {
  const { services, selfPid } = deps;
  return {
    select: async (selector, drawKey) => {
      const listed = await psList();
      const protection = {
        selfPid,
        ancestors: ancestorsOf(selfPid, listed),
        descendants: descendantsOf(selfPid, listed),
      };
      const processes = readProcesses(listed.map(({ pid }) => pid));
      return selectProcesses({ processes, selector, services, protection, drawKey });
    },
    successorsOf: (target, sinceTicks) => findSuccessors(target, sinceTicks, services),
  };
}
