// The `http` monitor: one measure over the transactions that ended since its last value.

import { repeatEvery, type Clock } from '../../shared/clock.ts';
import type { HttpMeasure, HttpMonitorSpec } from '../../shared/domain/experiment.ts';
import { assertNever } from '../../shared/errors.ts';
import type { Emit } from './contract.ts';
import type { HttpProbe, Outcome } from './http-probe.ts';

interface Wiring {
  readonly probe: HttpProbe;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

export function startHttpMonitor({ measure, everyMs }: HttpMonitorSpec, { probe, clock, emit, signal }: Wiring): void {
  let ended: Outcome[] = [];
  let since = clock.monotonic();
  probe.listen((outcome) => ended.push(outcome));
  const stop = repeatEvery(clock, everyMs, () => {
    const at = clock.monotonic();
    emit({ at, ...measureOf(measure, ended, (at - since) / 1000) });
    ended = [];
    since = at;
  });
  signal.addEventListener('abort', stop, { once: true });
}

interface Measured {
  readonly value: number | null;
  readonly why: string | null;
}

/** Latencies in seconds and of successes only: how fast a failure came says nothing of the service. */
function measureOf(measure: HttpMeasure, ended: readonly Outcome[], seconds: number): Measured {
  const successes = ended.filter(({ success }) => success);
  if (measure === 'rate') return known(successes.length / seconds);
  if (ended.length === 0) return { value: null, why: 'no transaction ended' };
  if (measure === 'success_rate') return known(successes.length / ended.length);
  if (successes.length === 0) return { value: null, why: `no transaction succeeded: ${ended.at(-1)?.why ?? ''}` };
  return known(quantile(successes, shareOf(measure)) / 1000);
}

function known(value: number): Measured {
  return { value, why: null };
}

function shareOf(measure: 'p50' | 'p95' | 'p99'): number {
  switch (measure) {
    case 'p50':
      return 0.5;
    case 'p95':
      return 0.95;
    case 'p99':
      return 0.99;
    default:
      return assertNever(measure);
  }
}

/** Nearest rank: a latency that really was. */
function quantile(outcomes: readonly Outcome[], share: number): number {
  const sorted = outcomes.map(({ latencyMs }) => latencyMs).toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
