// Which processes of this node are meant: ps-list says who is there, /proc says what they are, core/match.ts decides.

import psList from 'ps-list';
import type { ProcessIdentity } from '../../shared/domain/order.ts';
import type { ProcessSelector } from '../../shared/domain/experiment.ts';
import {
  ancestorsOf,
  descendantsOf,
  selectProcesses,
  type HostProcess,
  type Selection,
  type Services,
} from '../core/match.ts';
import { readProcesses } from './read-processes.ts';
import { findSuccessors } from './successors.ts';

export interface Targets {
  /** Processes that match and may be hit, and those that match but are protected. */
  readonly select: (selector: ProcessSelector, drawKey: string | null) => Promise<Selection>;
  /** Processes of the target's identity that started at or after `sinceTicks`; the oldest first. */
  readonly successorsOf: (target: ProcessIdentity, sinceTicks: number) => readonly ProcessIdentity[];
}

export interface TargetsDeps {
  readonly services: Services;
  readonly selfPid: number;
  /** Why the guard does not allow a process; null when it does. */
  readonly veto: (process: HostProcess) => string | null;
}

export function createTargets(deps: TargetsDeps): Targets {
  const { services, selfPid, veto } = deps;
  return {
    select: async (selector, drawKey) => {
      const listed = await psList();
      const protection = {
        selfPid,
        ancestors: ancestorsOf(selfPid, listed),
        descendants: descendantsOf(selfPid, listed),
      };
      const processes = readProcesses(listed.map(({ pid }) => pid));
      return selectProcesses({ processes, selector, services, protection, veto, drawKey });
    },
    successorsOf: (target, sinceTicks) => findSuccessors(target, sinceTicks, services),
  };
}
