// May this order be carried out at all? Decided before anything is looked at or touched, and never trusting
// that the coordinator checked the same.

import type { FaultParams } from '../../shared/domain/experiment.ts';
import type { InjectOrder } from '../../shared/domain/order.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { faultSpec } from '../../shared/faults/index.ts';
import { describeLack } from '../../shared/faults/capabilities.ts';
import { troubleWithUse } from '../../shared/faults/cross-checks.ts';
import { fitsParam } from '../../shared/faults/param-types.ts';
import { needsOf, specHash, type FaultSpec } from '../../shared/faults/spec.ts';
import { formatDuration } from '../../shared/units.ts';

export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

export interface AdmissionContext {
  /** The highest term seen so far. */
  readonly term: number;
  readonly capabilities: readonly string[];
  /** Time since the beat that the order names; null when this agent knows of no such beat. */
  readonly ageMs: number | null;
}

/** Null when nothing speaks against the order. */
export function refusalOf(order: InjectOrder, { term, capabilities, ageMs }: AdmissionContext): Refusal | null {
  const spec = faultSpec(order.fault);
  if (order.term < term) {
    return {
      code: 'ORDER_STALE_TERM',
      message: `the order is of term ${order.term}, the coordinator's term is ${term}`,
    };
  }
  if (order.specHash !== specHash(spec)) {
    return { code: 'ORDER_UNKNOWN_FAULT', message: `the coordinator has another version of ${order.fault}` };
  }
  const trouble = troubleWith(order, spec);
  if (trouble !== null) return { code: 'ORDER_INVALID', message: trouble };
  const missing = needsOf(spec, order.params, order.processes).filter((need) => !capabilities.includes(need));
  if (missing.length > 0) {
    return {
      code: 'FAULT_UNSUPPORTED',
      message: `this node cannot do ${order.fault}: it lacks ${describeLack(missing)}`,
    };
  }
  const lateness = latenessOf(order, ageMs);
  return lateness === null ? null : { code: 'ORDER_LATE', message: lateness };
}

/** An order whose lease has run out before it begins is late, whatever its not-after. */
function latenessOf({ notAfterMs, leaseMs }: InjectOrder, ageMs: number | null): string | null {
  if (ageMs === null) return 'the order names a beat that this agent has not sent, or has forgotten';
  const limit = Math.min(notAfterMs, leaseMs);
  return ageMs <= limit ? null : `the order is ${Math.round(ageMs)} ms old, and not to be begun after ${limit} ms`;
}

function troubleWith(order: InjectOrder, spec: FaultSpec): string | null {
  if (!isLength(order.leaseMs)) return 'the order has no lease';
  return (
    troubleWithDuration(order.durationMs, spec) ??
    troubleWithTarget(order, spec) ??
    troubleWithParams(order.params, spec) ??
    troubleTogether(order)
  );
}

function troubleWithDuration(durationMs: number | null, { kind, duration, longestMs }: FaultSpec): string | null {
  if (duration === 'required' && !isLength(durationMs)) return `${kind} needs a duration`;
  if (duration === 'none' && durationMs !== null) return `${kind} takes no duration`;
  if (longestMs === undefined || (durationMs ?? 0) <= longestMs) return null;
  return `${kind} lasts at most ${formatDuration(longestMs)}`;
}

/** Whole milliseconds, at least one. What is none of that must not become a timer that never fires. */
function isLength(ms: number | null): boolean {
  return ms !== null && Number.isSafeInteger(ms) && ms > 0;
}

function troubleWithTarget({ processes }: InjectOrder, spec: FaultSpec): string | null {
  if (spec.processes === 'required' && (processes === null || Object.keys(processes).length === 0)) {
    return `${spec.kind} needs a selector of processes`;
  }
  return spec.processes === 'none' && processes !== null ? `${spec.kind} takes no processes` : null;
}

function troubleTogether({ fault, params, processes }: InjectOrder): string | null {
  const trouble = troubleWithUse(fault, params, processes);
  return trouble === null ? null : `the parameter ${trouble.param} of ${fault}: ${trouble.message}`;
}

function troubleWithParams(params: FaultParams, spec: FaultSpec): string | null {
  const unknown = Object.keys(params).find((name) => !Object.hasOwn(spec.params, name));
  if (unknown !== undefined) return `${spec.kind} has no parameter ${unknown}`;
  const bad = Object.entries(spec.params).find(([name, param]) => !fitsParam(params[name], param));
  return bad === undefined ? null : `the parameter ${bad[0]} of ${spec.kind} is out of bounds`;
}
