// Queueing disciplines in the words of tc(8), from parameters that were checked.

import type { FaultParams } from '../../../shared/domain/experiment.ts';

export type Qdisc = readonly string[];

/** Takes every packet and tells nobody (net/sched/sch_blackhole.c). */
export const BLACKHOLE: Qdisc = ['blackhole'];

/** So many packets may wait: 100 ms of 200,000 packets a second, some 50 MB at most of small ones. */
const NETEM_LIMIT = '20000';

/** netem, see tc-netem(8). */
function netem(...options: readonly string[]): Qdisc {
  return ['netem', 'limit', NETEM_LIMIT, ...options];
}

export function delayQdisc(params: FaultParams): Qdisc {
  const jitter = Number(params['jitter'] ?? 0);
  const { distribution } = params;
  if (jitter === 0) return netem('delay', ms(params['delay']));
  const varying = ['delay', ms(params['delay']), ms(jitter), percent(params['correlation'] ?? 0)];
  // Uniform is what netem does without a table.
  return netem(...varying, ...(distribution === 'uniform' ? [] : ['distribution', String(distribution ?? 'normal')]));
}

/** Gilbert-Elliott: p, r, 1-h, 1-k (tc-netem(8)). */
export function burstLossQdisc(params: FaultParams): Qdisc {
  const keys = ['burstStart', 'burstEnd', 'lossInBurst', 'lossOutside'] as const;
  return netem('loss', 'gemodel', ...keys.map((key) => percent(params[key])));
}

export function corruptQdisc(params: FaultParams): Qdisc {
  return netem('corrupt', percent(params['corrupt']));
}

export function duplicateQdisc(params: FaultParams): Qdisc {
  return netem('duplicate', percent(params['duplicate']));
}

export function reorderQdisc(params: FaultParams): Qdisc {
  return netem('delay', ms(params['delay']), 'reorder', percent(params['reorder']));
}

/** How much a bucket holds: what comes in 10 ms, and one large segment at least, which tbf would have to cut otherwise. */
const BURST_SECONDS = 0.01;
const LEAST_BURST_BYTES = 16_000;
/** How long a packet may wait before it is lost. */
const LATENCY = '200ms';

/** Token bucket, see tc-tbf(8). */
export function rateQdisc(params: FaultParams): Qdisc {
  const bitsPerSecond = Number(params['rate']);
  const burst = Math.max(LEAST_BURST_BYTES, Math.ceil((bitsPerSecond / 8) * BURST_SECONDS));
  return ['tbf', 'rate', `${bitsPerSecond}bit`, 'burst', `${burst}b`, 'latency', LATENCY];
}

function ms(value: FaultParams[string] | undefined): string {
  return `${Number(value)}ms`;
}

/** tc takes percentages; six digits are finer than netem's own 32 bits need. */
function percent(value: FaultParams[string] | undefined): string {
  return `${Number((Number(value) * 100).toFixed(6))}%`;
}
