// The `processes` monitor: how many processes of a target there are, on all its nodes together.

import { repeatEvery, sleep } from '../../shared/clock.ts';
import type { ProcessesMonitorSpec } from '../../shared/domain/experiment.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Emit, MonitorDeps } from './contract.ts';

export function startProcessesMonitor(
  spec: ProcessesMonitorSpec,
  { clock, countProcesses }: MonitorDeps,
  emit: Emit,
  signal: AbortSignal,
): void {
  const count = async (): Promise<void> => {
    const answered = new AbortController();
    const late = { value: null, why: `not counted within ${spec.timeoutMs} ms` };
    const result = await Promise.race([
      countProcesses(spec.target).then(
        (value) => ({ value, why: null }),
        (error: unknown) => ({ value: null, why: messageOf(error) }),
      ),
      sleep(clock, spec.timeoutMs, answered.signal).then(() => late),
    ]);
    answered.abort();
    if (!signal.aborted) emit({ at: clock.monotonic(), ...result });
  };
  // The first value at once: a gate waits for it.
  void count();
  const stop = repeatEvery(clock, spec.everyMs, count);
  signal.addEventListener('abort', stop, { once: true });
}
