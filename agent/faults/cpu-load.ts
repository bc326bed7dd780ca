// What the host experiences: a share of the chosen cores is busy, at normal priority, on top of what runs there.
// Undo: the burning child is ended. What remains if that fails: nothing after its own deadline, which is the
// duration and a moment.

import type { Observation } from '../../shared/domain/order.ts';
import { rankBy } from '../../shared/draw.ts';
import type { FaultImplementation, HostProbe, PlanInput, VerifyInput } from '../effects/contract.ts';
import { TICKS_PER_SECOND } from '../core/ticks.ts';
import { untilOver } from './until-over.ts';

/** Below this share of what was asked the fault had no effect worth the name. */
const EFFECTIVE_SHARE = 0.5;

/** The agent ends the child; the child's own deadline comes later, so that the last look still finds it. */
const SPARE_MS = 1000;

export const cpuLoad: FaultImplementation = {
  plan: (input) => {
    const cpus = chooseCpus(input);
    const { load, ramp } = input.params;
    const args = [load, cpus.length, ramp, (input.durationMs ?? 0) + SPARE_MS].map(String);
    return [{ kind: 'spawn', program: 'cpu-burner', args, cpus, udpPort: null }];
  },
  verify: measureLoad,
};

/** By rank of the CPU's number: the same seed loads the same cores. */
function chooseCpus({ params, cpus, drawKey }: PlanInput): number[] {
  const count = typeof params['cores'] === 'number' ? params['cores'] : cpus.length;
  return rankBy(drawKey, cpus, (cpu) => `cpu ${cpu}`)
    .slice(0, count)
    .toSorted((a, b) => a - b);
}

interface Reading {
  readonly at: number;
  /** CPU time of the child, in ticks. */
  readonly own: number;
  readonly busy: number;
  readonly total: number;
}

/** Measured from the end of the ramp to the end of the injection, or over all of it when it ends before. */
async function measureLoad(input: VerifyInput, probe: HostProbe, over: AbortSignal): Promise<readonly Observation[]> {
  const cpus = chooseCpus(input);
  const [child] = input.children;
  const read = (): Reading => {
    const ticks = probe.cpuTicks();
    const of = (what: 'busy' | 'total'): number => cpus.reduce((sum, cpu) => sum + (ticks.get(cpu)?.[what] ?? 0), 0);
    const own = child === undefined ? null : probe.processTicks(child);
    return { at: probe.monotonic(), own: own ?? Number.NaN, busy: of('busy'), total: of('total') };
  };
  let first = read();
  await probe.sleep(Number(input.params['ramp']), over);
  if (!over.aborted) first = read();
  await untilOver(probe, over);
  return compare(first, read(), { asked: Number(input.params['load']), cores: cpus.length });
}

function compare(first: Reading, last: Reading, { asked, cores }: { asked: number; cores: number }): Observation[] {
  const seconds = (last.at - first.at) / 1000;
  const share = (last.own - first.own) / TICKS_PER_SECOND / seconds / cores;
  const busy = (last.busy - first.busy) / (last.total - first.total);
  const unit = `of ${cores} ${cores === 1 ? 'core' : 'cores'}`;
  const known = Number.isFinite(share);
  return [
    {
      name: 'cpu load',
      unit,
      asked,
      achieved: known ? share : null,
      effective: known && share >= asked * EFFECTIVE_SHARE,
      note: known ? `over ${Math.round(seconds * 10) / 10} s` : 'the burning child was gone before the end',
    },
    {
      name: 'cpu busy',
      unit,
      asked: null,
      achieved: Number.isFinite(busy) ? busy : null,
      effective: null,
      note: 'with everything else that ran there',
    },
  ];
}
