// Judges conditions over monitor samples (experiment.md 1.3). Pure: `now` and every sample's time are the
// coordinator's monotonic milliseconds, passed in.
//
// A comparison is true on the newest value that is still fresh. Without a fresh value it is blind: it neither
// holds nor fails, and everyone who must stop on a breach stops. `for 2m` needs every sample of two minutes to
// be true, with no gap between two of them that is longer than the monitor's `staleAfter`.

import type {
  Comparison,
  Condition,
  Experiment,
  Expression,
  MonitorSpec,
  Operator,
} from '../../shared/domain/experiment.ts';
import { assertNever } from '../../shared/errors.ts';

/** One value of one monitor, or the reason why there is none. */
export interface Sample {
  readonly monitor: string;
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly value: number | null;
  /** Why `value` is null; null otherwise. */
  readonly why: string | null;
}

/** Per monitor what judging needs: the values that still matter, and the newest reason for having none. */
export interface History {
  readonly keepMs: number;
  readonly monitors: Readonly<Record<string, Track>>;
}

interface Track {
  /** Oldest first. */
  readonly values: readonly { readonly at: number; readonly value: number }[];
  /** Times without a value since the oldest kept one. */
  readonly gaps: readonly number[];
  readonly lastWhy: string | null;
}

export interface Evaluation {
  /** `pending`: no sample yet, and not yet late. */
  readonly state: 'true' | 'false' | 'blind' | 'pending';
  /** For people, with numbers. */
  readonly why: string;
}

export interface JudgeContext {
  readonly history: History;
  readonly monitors: Readonly<Record<string, MonitorSpec>>;
  /** Medians of the baseline. */
  readonly baseline: Readonly<Record<string, number>>;
  readonly now: number;
  /** Only samples after this count. */
  readonly since: number;
}

export function createHistory(experiment: Experiment): History {
  const { monitors, steadyState, gates, abort, baselineMs } = experiment;
  const longestFor = Math.max(
    0,
    ...[...steadyState, ...gates, ...abort].map(({ expression }) => longestForMs(expression)),
  );
  const longestStale = Math.max(0, ...Object.values(monitors).map(({ staleAfterMs }) => staleAfterMs));
  return { keepMs: Math.max(longestFor, baselineMs) + 2 * longestStale, monitors: {} };
}

function longestForMs(expression: Expression): number {
  return expression.kind === 'compare'
    ? expression.forMs
    : Math.max(...expression.operands.map((operand) => longestForMs(operand)));
}

const EMPTY: Track = { values: [], gaps: [], lastWhy: null };

export function addSample(history: History, { monitor, at, value, why }: Sample): History {
  const track = history.monitors[monitor] ?? EMPTY;
  const oldest = at - history.keepMs;
  const values = track.values.filter((known) => known.at >= oldest);
  const gaps = track.gaps.filter((known) => known >= oldest);
  const next =
    value === null
      ? { values, gaps: [...gaps, at], lastWhy: why }
      : { values: [...values, { at, value }], gaps, lastWhy: null };
  return { ...history, monitors: { ...history.monitors, [monitor]: next } };
}

/** Middle value, or the mean of the two middle ones. Throws a RangeError for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('the median of no values');
  return (lower + upper) / 2;
}

/** Medians of the monitors that had a value from `since` to `now`. */
export function baselineMedians(history: History, since: number, now: number): Record<string, number> {
  const medians = Object.entries(history.monitors).flatMap(([monitor, { values }]) => {
    const within = values.filter(({ at }) => at >= since && at <= now).map(({ value }) => value);
    return within.length === 0 ? [] : [[monitor, median(within)] as const];
  });
  return Object.fromEntries(medians);
}

export function evaluate(condition: Condition, context: JudgeContext): Evaluation {
  return evaluateExpression(condition.expression, context);
}

/** For the steady state and gates: only what is seen to be true holds. */
export function holds(evaluation: Evaluation): boolean {
  return evaluation.state === 'true';
}

/** For abort rules: what cannot be seen counts as breached. */
export function isBreached(evaluation: Evaluation): boolean {
  return evaluation.state === 'true' || evaluation.state === 'blind';
}

function evaluateExpression(expression: Expression, context: JudgeContext): Evaluation {
  if (expression.kind === 'compare') return evaluateComparison(expression, context);
  const parts = expression.operands.map((operand) => evaluateExpression(operand, context));
  // The state that decides: one false makes an AND false and one true an OR true, whatever is not known.
  const order =
    expression.kind === 'and'
      ? (['false', 'blind', 'pending', 'true'] as const)
      : (['true', 'blind', 'pending', 'false'] as const);
  const state = order.find((candidate) => parts.some((part) => part.state === candidate)) ?? 'pending';
  return {
    state,
    why: parts
      .filter((part) => part.state === state)
      .map(({ why }) => why)
      .join(', '),
  };
}

function evaluateComparison(comparison: Comparison, context: JudgeContext): Evaluation {
  const { monitor, operator, value, forMs } = comparison;
  const bound = boundOf(value, monitor, context.baseline);
  if (bound === null) return { state: 'blind', why: `${monitor} has no baseline` };
  const spec = context.monitors[monitor];
  if (spec === undefined) return { state: 'blind', why: `there is no monitor ${monitor}` };
  const track = context.history.monitors[monitor] ?? EMPTY;
  const newest = track.values.at(-1);
  if (newest === undefined || newest.at <= context.since || context.now - newest.at > spec.staleAfterMs) {
    return withoutFreshValue(monitor, spec, track, context);
  }
  const said = `${monitor} ${round(newest.value)} ${operator} ${round(bound)}`;
  if (!compare(newest.value, operator, bound)) return { state: 'false', why: `not ${said}` };
  if (forMs === 0) return { state: 'true', why: said };
  const since = streakStart(track, (sample) => compare(sample, operator, bound), {
    since: context.since,
    gapMs: spec.staleAfterMs,
  });
  const heldMs = newest.at - since;
  return {
    state: heldMs >= forMs ? 'true' : 'false',
    why: `${said} for ${seconds(heldMs)} of ${seconds(forMs)}`,
  };
}

function withoutFreshValue(monitor: string, spec: MonitorSpec, track: Track, context: JudgeContext): Evaluation {
  const newest = track.values.at(-1);
  const last = Math.max(context.since, newest?.at ?? context.since);
  const ageMs = context.now - last;
  const reason = track.lastWhy === null ? '' : `: ${track.lastWhy}`;
  if (ageMs <= spec.staleAfterMs) return { state: 'pending', why: `${monitor} has no value yet${reason}` };
  const stale = `stale after ${seconds(spec.staleAfterMs)}`;
  return { state: 'blind', why: `${monitor} has no fresh value for ${seconds(ageMs)} (${stale})${reason}` };
}

function boundOf(
  value: Comparison['value'],
  monitor: string,
  baseline: Readonly<Record<string, number>>,
): number | null {
  if (typeof value === 'number') return value;
  const base = baseline[monitor];
  return base === undefined ? null : value.timesBaseline * base;
}

/** When the unbroken row of true samples that ends with the newest one began. */
function streakStart(
  track: Track,
  isTrue: (value: number) => boolean,
  limits: { readonly since: number; readonly gapMs: number },
): number {
  const newestGap = track.gaps.at(-1) ?? Number.NEGATIVE_INFINITY;
  let start = track.values.at(-1)?.at ?? limits.since;
  for (const sample of track.values.toReversed()) {
    const broken = sample.at <= limits.since || sample.at < newestGap || start - sample.at > limits.gapMs;
    if (broken || !isTrue(sample.value)) break;
    start = sample.at;
  }
  return start;
}

function compare(value: number, operator: Operator, bound: number): boolean {
  switch (operator) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    case '==':
      return value === bound;
    case '!=':
      return value !== bound;
    default:
      return assertNever(operator);
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

/** Four decimals are enough to see which side of a threshold a value is on. */
function round(value: number): string {
  return String(Math.round(value * 10_000) / 10_000);
}
