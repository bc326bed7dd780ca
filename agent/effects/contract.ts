// The fault contract: an implementation is pure data out. It says which steps to take, each step carries its
// own undo, and one interpreter (injector.ts) takes them and owns journal, deadline, lease and reporting.

import type { FaultParams } from '../../shared/domain/experiment.ts';
import type { Observation, ProcessIdentity, ProcessRef } from '../../shared/domain/order.ts';
import type { Refusal } from '../core/admission.ts';
import type { NetworkFacts } from './network/facts.ts';
import type { NetworkObjects } from './network/links.ts';
import type { LinkState } from './network/link-state.ts';
import type { NetworkReading } from './network/readings.ts';

export type Step =
  /** Undo: `undo` is sent to the same process if it still lives; `null` = nothing to undo. */
  | {
      readonly kind: 'signal';
      readonly process: ProcessRef;
      readonly signal: NodeJS.Signals;
      readonly undo: NodeJS.Signals | null;
    }
  /** Starts one of the agent's own programs as a supervised child. Undo: SIGKILL to its recorded PID + start time. */
  | {
      readonly kind: 'spawn';
      readonly program: 'cpu-burner' | 'dns-responder';
      readonly args: readonly string[];
      /** The child and its threads run on these CPUs only; null: on any. */
      readonly cpus: readonly number[] | null;
      /** The UDP port on which it listens before the next step is taken; null: on none. */
      readonly udpPort: number | null;
    }
  /** Devices, queueing disciplines and rules of our own. Undo: all that bears the name is deleted. */
  | { readonly kind: 'network'; readonly objects: NetworkObjects }
  /** Takes an interface down. Undo: up again, with the addresses and routes that it had. */
  | { readonly kind: 'link-down'; readonly link: LinkState };

export interface PlanInput {
  readonly params: FaultParams;
  readonly targets: readonly ProcessIdentity[];
  readonly durationMs: number | null;
  readonly drawKey: string;
  /** Numbers of the CPUs that are online, ascending. */
  readonly cpus: readonly number[];
  /** What kernel objects of the injection are called: no other injection has the name. */
  readonly name: string;
  /** Null for faults that do not ask for it. */
  readonly network: NetworkFacts | null;
  /** The interface that the fault names, as it is; null when it names none, or one that is not there or not up. */
  readonly link: LinkState | null;
}

/** What an implementation may read of the host to see its own effect. Reads only. */
export interface HostProbe {
  /** One letter of /proc/PID/stat (proc(5)), `null` when this very process is gone. A zombie counts as gone. */
  readonly processState: (process: ProcessRef) => string | null;
  /** Processes of the target's identity that started at or after `sinceTicks`; the oldest first. */
  readonly successorsOf: (target: ProcessIdentity, sinceTicks: number) => readonly ProcessIdentity[];
  /** Clock ticks since boot, as start times are counted. */
  readonly bootTicks: () => number;
  /** Busy and total clock ticks per CPU number, from /proc/stat. */
  readonly cpuTicks: () => ReadonlyMap<number, { readonly busy: number; readonly total: number }>;
  /** User + system clock ticks of one process and its threads, `null` when gone. */
  readonly processTicks: (process: ProcessRef) => number | null;
  /** What the kernel has counted of the injection of that name. */
  readonly network: (name: string) => Promise<NetworkReading>;
  /** Whether an interface is up. */
  readonly isUp: (device: string) => Promise<boolean>;
  readonly monotonic: () => number;
  /** Resolves after the time, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface VerifyInput extends PlanInput {
  /** Children that the steps have started, in order. */
  readonly children: readonly ProcessRef[];
  /** `probe.bootTicks()` and `probe.monotonic()` just before the first step was applied. */
  readonly appliedTicks: number;
  readonly appliedAt: number;
}

export interface FaultImplementation {
  /**
   * What it has to know of the network. Faults that change it also prove, once they are applied, that the agent still
   * reaches the coordinator.
   */
  readonly network?: 'facts' | 'facts and link';
  /**
   * No I/O, no clock, no randomness but the draw key: equal inputs give equal steps. A refusal says why the fault
   * cannot be done on this node as it is.
   */
  readonly plan: (input: PlanInput) => readonly Step[] | Refusal;
  /**
   * Reads the effect back while the injection is active. For a fault without a duration its end is the end of
   * the injection; for others `over` aborts at the end, and it must then resolve at once with what it has seen.
   */
  readonly verify: (input: VerifyInput, probe: HostProbe, over: AbortSignal) => Promise<readonly Observation[]>;
}
