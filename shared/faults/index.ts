// The registry of fault kinds. One line per kind; every table typed over FaultKind then names what is missing.

import type { FaultParams } from '../domain/experiment.ts';
import { cpuLoad } from './cpu-load.ts';
import { netCorrupt } from './net-corrupt.ts';
import { netDelay } from './net-delay.ts';
import { netDns } from './net-dns.ts';
import { netDown } from './net-down.ts';
import { netDuplicate } from './net-duplicate.ts';
import { netLoss } from './net-loss.ts';
import { netPartition } from './net-partition.ts';
import { netRate } from './net-rate.ts';
import { netReorder } from './net-reorder.ts';
import { netReset } from './net-reset.ts';
import { processKill } from './process-kill.ts';
import { processPause } from './process-pause.ts';
import type { FaultSpec } from './spec.ts';

export const FAULTS = {
  'cpu-load': cpuLoad,
  'net-corrupt': netCorrupt,
  'net-delay': netDelay,
  'net-dns': netDns,
  'net-down': netDown,
  'net-duplicate': netDuplicate,
  'net-loss': netLoss,
  'net-partition': netPartition,
  'net-rate': netRate,
  'net-reorder': netReorder,
  'net-reset': netReset,
  'process-kill': processKill,
  'process-pause': processPause,
} as const satisfies Record<string, FaultSpec>;

export type FaultKind = keyof typeof FAULTS;

export const FAULT_KINDS: readonly FaultKind[] = Object.keys(FAULTS).filter(isFaultKind);

export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULTS, text);
}

export function faultSpec(kind: FaultKind): FaultSpec {
  return FAULTS[kind];
}

/** The kinds of a class, or the one kind of that name; none for any other name. */
export function kindsNamed(name: string): FaultKind[] {
  return FAULT_KINDS.filter((kind) => kind === name || faultSpec(kind).class === name);
}

/** How long one injection lasts when all goes as planned: its duration, or the longest watch for its effect. */
export function injectionLengthMs(kind: FaultKind, durationMs: number | null, params: FaultParams): number {
  const { lengthParam } = faultSpec(kind);
  const bound = lengthParam === null ? null : params[lengthParam];
  return durationMs ?? (typeof bound === 'number' ? bound : 0);
}
