// What a fault may read of the host to see its own effect (contract.ts). A process is its PID and start time;
// whatever else has the PID by now is not it.

import { sleep, type Clock } from '../../shared/clock.ts';
import { TICKS_PER_SECOND } from '../core/ticks.ts';
import { liveStat, readText } from '../targets/proc.ts';
import type { Targets } from '../targets/targets.ts';
import type { HostProbe } from './contract.ts';
import { isUp } from './network/link-state.ts';
import { readNetwork } from './network/readings.ts';

export function createHostProbe(deps: {
  readonly clock: Clock;
  readonly targets: Pick<Targets, 'successorsOf'>;
}): HostProbe {
  const { clock, targets } = deps;
  return {
    processState: (process) => liveStat(process)?.state ?? null,
    successorsOf: targets.successorsOf,
    bootTicks: readBootTicks,
    cpuTicks: readCpuTicks,
    processTicks: (process) => liveStat(process)?.cpuTicks ?? null,
    network: readNetwork,
    isUp,
    monotonic: clock.monotonic,
    sleep: (ms, signal) => sleep(clock, ms, signal),
  };
}

/** Busy is all but idle and iowait; guest time is within user time already (proc(5)). */
export function readCpuTicks(): ReadonlyMap<number, { readonly busy: number; readonly total: number }> {
  const lines = (readText('/proc/stat') ?? '').matchAll(/^cpu(?<cpu>\d+) (?<times>.+)$/gmu);
  return new Map(
    [...lines].map(({ groups }) => {
      const times = (groups?.['times'] ?? '').split(' ').slice(0, 8).map(Number);
      const total = times.reduce((sum, ticks) => sum + ticks, 0);
      const idle = (times[3] ?? 0) + (times[4] ?? 0);
      return [Number(groups?.['cpu']), { busy: total - idle, total }];
    }),
  );
}

/** Start times count on the clock that /proc/uptime shows, which runs through suspends too (proc(5)). */
function readBootTicks(): number {
  return Math.floor(Number((readText('/proc/uptime') ?? '').split(' ')[0]) * TICKS_PER_SECOND);
}
