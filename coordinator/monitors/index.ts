// Starts the monitors of an experiment; each kind has a file beside this one.

import type { HttpMonitorSpec, MonitorSpec } from '../../shared/domain/experiment.ts';
import { assertNever } from '../../shared/errors.ts';
import type { Sample } from '../core/judge.ts';
import type { MonitorDeps } from './contract.ts';
import { startHttpProbe, type HttpProbe } from './http-probe.ts';
import { startHttpMonitor } from './http.ts';
import { startProcessesMonitor } from './processes.ts';

/** Everything that was started ends when `signal` aborts. */
export function startMonitors(
  monitors: Readonly<Record<string, MonitorSpec>>,
  deps: MonitorDeps,
  emit: (sample: Sample) => void,
  signal: AbortSignal,
): void {
  const probes = startProbes(monitors, deps, signal);
  for (const [monitor, spec] of Object.entries(monitors)) {
    const emitOwn = (sample: Omit<Sample, 'monitor'>): void => emit({ monitor, ...sample });
    switch (spec.kind) {
      case 'http': {
        const probe = probes.get(probeName(monitor, spec));
        if (probe === undefined) throw new Error(`monitor ${monitor} has no probe`);
        startHttpMonitor(spec, { probe, clock: deps.clock, emit: emitOwn, signal });
        break;
      }
      case 'processes':
        startProcessesMonitor(spec, deps, emitOwn, signal);
        break;
      default:
        assertNever(spec);
    }
  }
}

/** One stream of transactions per probe, however many monitors read it. */
function startProbes(
  monitors: Readonly<Record<string, MonitorSpec>>,
  deps: MonitorDeps,
  signal: AbortSignal,
): Map<string, HttpProbe> {
  const probes = new Map<string, HttpProbe>();
  for (const [monitor, spec] of Object.entries(monitors)) {
    if (spec.kind !== 'http' || spec.transaction === null) continue;
    const { transaction, timeoutMs } = spec;
    probes.set(probeName(monitor, spec), startHttpProbe({ transaction, timeoutMs }, deps.clock, signal));
  }
  return probes;
}

/** A probe without a name belongs to its monitor alone. */
function probeName(monitor: string, { probe }: HttpMonitorSpec): string {
  return probe === null ? `monitor ${monitor}` : `probe ${probe}`;
}
