// The guard file of this node, asked for one injection or one process at a time.

import type { Clock } from '../../shared/clock.ts';
import type { ProcessIdentity } from '../../shared/domain/order.ts';
import type { Refusal } from '../core/admission.ts';
import { describeGuard, guardRefusal, rulesTargets, targetRefusal, type GuardedInjection } from '../core/guard.ts';
import type { HostProcess, Services } from '../core/match.ts';
import { readProcesses } from '../targets/read-processes.ts';
import type { GuardFile } from './guard-file.ts';

export interface NodeGuard {
  readonly refusalOf: (injection: GuardedInjection) => Refusal | null;
  /** Why a process may not be hit; null when it may. */
  readonly veto: (process: HostProcess) => string | null;
  /** For processes that are hit already: the first of them that is no longer allowed. */
  readonly refusalOfTargets: (targets: readonly ProcessIdentity[]) => Refusal | null;
  readonly describe: () => string;
}

export function createNodeGuard(deps: {
  readonly file: Pick<GuardFile, 'read'>;
  /** The agent's own. */
  readonly environment: string;
  readonly services: Services;
  readonly clock: Clock;
}): NodeGuard {
  const { file, environment, services, clock } = deps;
  function veto(process: HostProcess): string | null {
    const reading = file.read();
    // Without a usable guard every order is refused; there is no more to say of single processes.
    return reading.ok ? targetRefusal(reading.guard, process, services) : null;
  }
  return {
    refusalOf: (injection) => guardRefusal(file.read(), injection, { environment, now: clock.now() }),
    veto,
    refusalOfTargets: (targets) => {
      if (!rulesTargets(file.read())) return null;
      const [message] = readProcesses(targets.map(({ pid }) => pid))
        // A process that is ending has no argv any more, and matches nothing.
        .filter(({ argv }) => argv.length > 0)
        .filter(({ pid, startTicks }) =>
          targets.some((target) => target.pid === pid && target.startTicks === startTicks),
        )
        .flatMap((process) => veto(process) ?? []);
      return message === undefined ? null : { code: 'GUARD_TARGET', message };
    },
    describe: () => describeGuard(file.read()),
  };
}
