// What the host experiences: the process is gone, as after a crash or an out-of-memory kill.
// Undo: none; a supervisor brings it back. What remains: nothing of ours.

import type { Observation, ProcessIdentity } from '../../shared/domain/order.ts';
import type { FaultImplementation, HostProbe, VerifyInput } from '../effects/contract.ts';
import { toSignal } from './signals.ts';

/** Short enough to time a death. */
const POLL_MS = 20;
/** Looking takes longer the more processes the node has: for each time spent looking, so many are not. */
const REST_FACTOR = 4;

export const processKill: FaultImplementation = {
  plan: ({ params, targets }) =>
    targets.map((process) => ({ kind: 'signal', process, signal: toSignal(params['signal']), undo: null })),
  verify: watchDeaths,
};

interface Death {
  readonly victim: ProcessIdentity;
  goneAfterMs: number | null;
  successor: { readonly pid: number; readonly afterMs: number } | null;
}

async function watchDeaths(input: VerifyInput, probe: HostProbe, over: AbortSignal): Promise<readonly Observation[]> {
  const deaths = input.targets.map((victim): Death => ({ victim, goneAfterMs: null, successor: null }));
  const watchMs = Number(input.params['watch']);
  for (;;) {
    const elapsed = probe.monotonic() - input.appliedAt;
    look(deaths, { probe, elapsed, sinceTicks: input.appliedTicks });
    const complete = deaths.every(({ goneAfterMs, successor }) => goneAfterMs !== null && successor !== null);
    if (complete || elapsed >= watchMs || over.aborted) return observe(deaths);
    const lookedMs = probe.monotonic() - input.appliedAt - elapsed;
    await probe.sleep(Math.max(POLL_MS, REST_FACTOR * lookedMs), over);
  }
}

function look(deaths: readonly Death[], seen: { probe: HostProbe; elapsed: number; sinceTicks: number }): void {
  const { probe, elapsed, sinceTicks } = seen;
  for (const death of deaths) {
    if (death.goneAfterMs === null && probe.processState(death.victim) === null) death.goneAfterMs = elapsed;
    if (death.goneAfterMs === null || death.successor !== null) continue;
    // Of several victims that are alike each gets a successor of its own.
    const taken = new Set(deaths.map(({ successor }) => successor?.pid));
    const found = probe.successorsOf(death.victim, sinceTicks).find(({ pid }) => !taken.has(pid));
    if (found !== undefined) death.successor = { pid: found.pid, afterMs: elapsed };
  }
}

function observe(deaths: readonly Death[]): Observation[] {
  const gone = deaths.filter(({ goneAfterMs }) => goneAfterMs !== null);
  const replaced = deaths.filter(({ successor }) => successor !== null);
  return [
    {
      name: 'processes gone',
      unit: 'processes',
      asked: deaths.length,
      achieved: gone.length,
      effective: gone.length === deaths.length,
      note: deaths
        .map(({ victim, goneAfterMs }) =>
          goneAfterMs === null ? `pid ${victim.pid} lives on` : `pid ${victim.pid} after ${Math.round(goneAfterMs)} ms`,
        )
        .join(', '),
    },
    {
      name: 'successors',
      unit: 'processes',
      asked: null,
      achieved: replaced.length,
      effective: null,
      note: deaths.map(describeSuccessor).join(', '),
    },
  ];
}

function describeSuccessor({ victim, successor }: Death): string {
  if (successor === null) return `none for pid ${victim.pid}`;
  return `pid ${successor.pid} for pid ${victim.pid} after ${Math.round(successor.afterMs)} ms`;
}
