// What a fault spec is: the one source for validation, command-line help, documentation and the catalogue.

import { digestOf } from '../canonical.ts';
import type { FaultParams, ParamValue, ProcessSelector } from '../domain/experiment.ts';
import type { Capability } from './capabilities.ts';

/** What a value is, and so how it is written, checked and shown: shared/faults/param-types.ts. */
export type ParamType =
  | 'percent'
  | 'duration'
  | 'count'
  | 'choice'
  /** Bits per second. */
  | 'bitrate'
  /** Name of a network interface. */
  | 'interface'
  /** Addresses and CIDRs; in a document also host names and `target:NAME`, which a plan has as addresses. */
  | 'peers'
  /** Ports and ranges, `443` or `8000-8100`. */
  | 'ports'
  /** Addresses, IPv4 or IPv6. */
  | 'addresses'
  /** Host names, in lower case. */
  | 'names';

export interface ParamSpec {
  readonly type: ParamType;
  readonly doc: string;
  /** Normalised: percent as a fraction, duration in milliseconds. `null` = may be left out and then is null. */
  readonly default: ParamValue;
  /** It has no default that could be meant: the document must say it. */
  readonly required?: true;
  /** Bounds of a number, both included, normalised. */
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
}

export type Hazard = 'low' | 'medium' | 'high';

/** Kinds that a policy may rule together: `faults: [network]` means all of that class. */
export const FAULT_CLASSES = ['kill', 'pause', 'network', 'resource'] as const;

export type FaultClass = (typeof FAULT_CLASSES)[number];

export interface FaultSpec {
  readonly kind: string;
  readonly class: FaultClass;
  /** One line for lists. */
  readonly summary: string;
  /** What the host experiences, how it is undone, what remains if the undo fails. */
  readonly description: string;
  readonly hazard: Hazard;
  /** Whether the step must say a duration, or must not. */
  readonly duration: 'required' | 'none';
  /** The longest duration; left out: no bound but the guard's. */
  readonly longestMs?: number;
  /** Whether the target must choose processes, may, or must not. Where it may, it means their traffic and all of them. */
  readonly processes: 'required' | 'traffic' | 'none';
  readonly params: Readonly<Record<string, ParamSpec>>;
  /** Capabilities that a node must report (shared/faults/capabilities.ts). */
  readonly needs: readonly Capability[];
  /** Further ones, by what is asked. */
  readonly needsWhen?: readonly NeedWhen[];
  /**
   * What two injections on one node may not share; `process` means each chosen process, `interface` the one that is
   * named, `traffic` packets that both would shape.
   */
  readonly locks: readonly ('process' | 'cpu' | 'interface' | 'traffic')[];
  /** Name of the parameter that bounds an injection's length when it has no duration of its own. */
  readonly lengthParam: string | null;
}

export interface NeedWhen {
  /** Applies when the parameter has one of the values, or when the target chooses processes by more than their user. */
  readonly when: 'processes' | { readonly param: string; readonly is: readonly ParamValue[] };
  readonly needs: readonly Capability[];
}

/** Every capability that a node must have for this very use of the fault. */
export function needsOf(spec: FaultSpec, params: FaultParams, processes: ProcessSelector | null): Capability[] {
  const further = (spec.needsWhen ?? []).filter(({ when }) =>
    when === 'processes' ? processes !== null && !isOnlyUser(processes) : when.is.includes(params[when.param] ?? null),
  );
  return [...new Set([...spec.needs, ...further.flatMap(({ needs }) => needs)])];
}

/** The traffic of a user is told by the user of its sockets, that of other processes by their cgroups. */
export function isOnlyUser(processes: ProcessSelector): boolean {
  return Object.keys(processes).join(' ') === 'user';
}

/** Equal on both sides = both mean the same parameters. */
export function specHash(spec: FaultSpec): string {
  return digestOf(spec).slice(0, 16);
}
