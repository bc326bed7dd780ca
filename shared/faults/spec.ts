// What a fault spec is: the one source for validation, command-line help, documentation and the catalogue.

import { digestOf } from '../canonical.ts';

export type ParamType = 'percent' | 'duration' | 'count' | 'choice';

export interface ParamSpec {
  readonly type: ParamType;
  readonly doc: string;
  /** Normalised: percent as a fraction, duration in milliseconds. `null` = may be left out and then is null. */
  readonly default: number | string | null;
  /** Bounds of a number, both included, normalised. */
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
}

export type Hazard = 'low' | 'medium' | 'high';

export interface FaultSpec {
  readonly kind: string;
  /** One line for lists. */
  readonly summary: string;
  /** What the host experiences, how it is undone, what remains if the undo fails. */
  readonly description: string;
  readonly hazard: Hazard;
  /** Whether the step must say a duration, or must not. */
  readonly duration: 'required' | 'none';
  /** Whether the target must choose processes, or must not. */
  readonly processes: 'required' | 'none';
  readonly params: Readonly<Record<string, ParamSpec>>;
  /** Capabilities that a node must report. */
  readonly needs: readonly string[];
  /** What two injections on one node may not share; `process` means each chosen process. */
  readonly locks: readonly ('process' | 'cpu')[];
  /** Name of the parameter that bounds an injection's length when it has no duration of its own. */
  readonly lengthParam: string | null;
}

/** Equal on both sides = both mean the same parameters. */
export function specHash(spec: FaultSpec): string {
  return digestOf(spec).slice(0, 16);
}
