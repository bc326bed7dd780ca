// The experiment document after validation: every quantity a plain number in the unit its name says,
// every optional key resolved. What the text may look like is the business of `shared/schema`.

import type { FaultKind } from '../faults/index.ts';
import type { Hours } from './hours.ts';
import type { Recurrence } from './schedule.ts';

export interface Experiment {
  readonly name: string;
  readonly owner: string;
  readonly environment: string;
  readonly runbook: string | null;
  readonly hypothesis: string;
  /** `null` when the document names none: the run then draws one and records it. */
  readonly seed: string | null;
  readonly targets: Readonly<Record<string, Target>>;
  readonly monitors: Readonly<Record<string, MonitorSpec>>;
  /** How long the monitors are watched before the first injection; 0 = until each has one value. */
  readonly baselineMs: number;
  readonly steadyState: readonly Condition[];
  readonly gates: readonly Condition[];
  readonly abort: readonly Condition[];
  readonly stages: readonly Stage[];
  /** How long after each stage the steady state may take to return. */
  readonly recoveryWithinMs: number;
  /** The run must be inside one of these from start to end; empty = any time. */
  readonly window: readonly Hours[];
  /** How many people other than the one who asks must approve a run. */
  readonly approvals: number;
  /** When it is played by itself, once it was handed in as a schedule; `null` = never. */
  readonly schedule: Recurrence | null;
}

export interface Target {
  readonly nodes: NodeSelector;
  /** `null` when the target is the node itself. */
  readonly processes: ProcessSelector | null;
}

/** Labels that must all match; each with the values that are accepted. */
export type NodeSelector = 'all' | Readonly<Record<string, readonly string[]>>;

/** Keys that must all match (experiment.md 1.1). Never empty. */
export interface ProcessSelector {
  /** A name that the node's own configuration defines as a selector. */
  readonly service?: string;
  /** Exact process name, as `ps` shows it. */
  readonly name?: string;
  /** Regular expression over argv joined by single spaces. */
  readonly cmdline?: string;
  /** Absolute path of the executable. */
  readonly exe?: string;
  /** User name of the process's effective user. */
  readonly user?: string;
  /** systemd unit, from the cgroup path. */
  readonly unit?: string;
  /** Prefix of the cgroup path. */
  readonly cgroup?: string;
  /** A TCP port that the process listens on. */
  readonly port?: number;
  /** Prefix (12 digits or more) of a container id, or a container's name. */
  readonly container?: string;
}

export interface Stage {
  readonly name: string;
  /** True: all steps start at once. False: one after the other. */
  readonly together: boolean;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly fault: FaultKind;
  /** Name of an entry of `targets`. */
  readonly target: string;
  readonly mode: Mode;
  readonly pick: Pick;
  /** `null` for faults that are over in an instant. */
  readonly durationMs: number | null;
  /** As the fault's own spec parsed and completed them. */
  readonly params: FaultParams;
  readonly repeat: Repeat | null;
  /** How long a slot may wait for a node that is connected and fits the blast radius; `null` = as long as by default. */
  readonly slackMs: number | null;
}

export type ParamValue = string | number | boolean | null | readonly string[];

export type FaultParams = Readonly<Record<string, ParamValue>>;

/** How many of a target's nodes are hit. */
export type Mode =
  | { readonly kind: 'one' | 'all' | 'minority' | 'majority' }
  | { readonly kind: 'count'; readonly count: number }
  /** Percent from 0 (exclusive) to 100; rounded down, at least one node. */
  | { readonly kind: 'percent' | 'upToPercent'; readonly percent: number }
  /** First choose values of a label, then nodes within each chosen value. */
  | { readonly kind: 'groups'; readonly label: string; readonly choose: FlatMode; readonly nodes: FlatMode };

export type FlatMode = Exclude<Mode, { kind: 'groups' }>;

/** How many of the matching processes on one node are hit. */
export type Pick =
  | { readonly kind: 'one' | 'all' }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number };

export type Repeat =
  | { readonly kind: 'every'; readonly times: number; readonly everyMs: number; readonly jitterMs: number }
  | { readonly kind: 'within'; readonly times: number; readonly withinMs: number; readonly minGapMs: number };

/** One monitor: one number over time. */
export type MonitorSpec = HttpMonitorSpec | ProcessesMonitorSpec;

interface MonitorTiming {
  /** Between two values. */
  readonly everyMs: number;
  /** After which one measurement counts as failed. */
  readonly timeoutMs: number;
  /** Age at which the last value no longer counts. */
  readonly staleAfterMs: number;
  /** Shown beside the values; empty when none was given. */
  readonly unit: string;
}

export type HttpMeasure = 'success_rate' | 'p50' | 'p95' | 'p99' | 'rate';

export interface HttpMonitorSpec extends MonitorTiming {
  readonly kind: 'http';
  /** Monitors with the same probe name share one stream of transactions; `null` = a probe of its own. */
  readonly probe: string | null;
  /** `null` for a monitor that reads a probe which another monitor defines. */
  readonly transaction: HttpTransaction | null;
  readonly measure: HttpMeasure;
}

export interface HttpTransaction {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as it is; `{{n}}` becomes the transaction's number. `null` = no body. */
  readonly body: string | null;
  /** Transactions started per second, whether or not earlier ones have answered. */
  readonly perSecond: number;
  /** HTTP status patterns that count as success: `200`, `2xx`. */
  readonly successStatus: readonly string[];
  /** A slower answer is a failure. */
  readonly successWithinMs: number;
}

export interface ProcessesMonitorSpec extends MonitorTiming {
  readonly kind: 'processes';
  /** Name of an entry of `targets`: its matching processes are counted over all its nodes. */
  readonly target: string;
}

/** A condition over monitors (experiment.md 1.3), with the text it was written as. */
export interface Condition {
  readonly text: string;
  readonly expression: Expression;
}

export type Expression = { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] } | Comparison;

export type Operator = '<' | '<=' | '>' | '>=' | '==' | '!=';

export interface Comparison {
  readonly kind: 'compare';
  readonly monitor: string;
  readonly operator: Operator;
  /** In the monitor's base unit: fractions for percentages, seconds for durations. */
  readonly value: number | { readonly timesBaseline: number };
  /** 0 = the first true sample counts. */
  readonly forMs: number;
}
