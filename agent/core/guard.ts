// The node's own word on what may be done to it. Decides from the guard as it was last read, an injection or a
// process at a time. Whatever is not plainly allowed is refused: no guard that can be read, no fault.

import type { Guard } from '../../shared/domain/guard.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import { isWithinHours } from '../../shared/hours.ts';
import { formatDuration } from '../../shared/units.ts';
import type { Refusal } from './admission.ts';
import { matchesSelector, type HostProcess, type Services } from './match.ts';

export type GuardReading = { readonly ok: true; readonly guard: Guard } | { readonly ok: false; readonly why: string };

export interface GuardedInjection {
  readonly fault: FaultKind;
  readonly lengthMs: number;
  /** How many other injections are active on the node. */
  readonly others: number;
}

export interface GuardContext {
  /** The agent's own. */
  readonly environment: string;
  /** Wall clock. */
  readonly now: number;
}

/** No guard can lift it. */
const PRODUCTION = 'production';

/** Null when nothing speaks against the injection. */
export function guardRefusal(
  reading: GuardReading,
  injection: GuardedInjection,
  context: GuardContext,
): Refusal | null {
  if (!reading.ok) return { code: 'GUARD_UNUSABLE', message: reading.why };
  const { guard } = reading;
  return (
    refuseEnvironment(guard, context) ??
    refuseFault(guard, injection) ??
    refuseLimits(guard, injection) ??
    refuseHours(guard, context)
  );
}

function refuseEnvironment({ environment }: Guard, context: GuardContext): Refusal | null {
  const code = 'GUARD_ENVIRONMENT';
  if ([environment, context.environment].some((name) => name.trim().toLowerCase() === PRODUCTION)) {
    return { code, message: 'this node is in production: it refuses every fault' };
  }
  if (environment === context.environment) return null;
  return { code, message: `the guard says environment ${environment}, the agent ${context.environment}` };
}

function refuseFault({ allow, deny }: Guard, { fault }: GuardedInjection): Refusal | null {
  const code = 'GUARD_FAULT';
  if (deny.includes(fault)) return { code, message: `the guard denies ${fault}` };
  if (allow === null || allow.includes(fault)) return null;
  return { code, message: `the guard allows ${allow.join(', ') || 'no fault'}, and not ${fault}` };
}

function refuseLimits({ most, longestMs }: Guard, { lengthMs, others }: GuardedInjection): Refusal | null {
  if (most !== null && others >= most) {
    return { code: 'GUARD_LIMIT', message: `the guard allows ${most} at once, and ${others} are active` };
  }
  if (longestMs === null || lengthMs <= longestMs) return null;
  const [longest, length] = [formatDuration(longestMs), formatDuration(lengthMs)];
  return { code: 'GUARD_DURATION', message: `the guard allows ${longest} at most, and this may last ${length}` };
}

function refuseHours({ hours }: Guard, { now }: GuardContext): Refusal | null {
  if (hours.length === 0 || hours.some((window) => isWithinHours(window, now))) return null;
  return { code: 'GUARD_HOURS', message: `${new Date(now).toISOString()} is outside the hours of the guard` };
}

/** Why a process may not be hit; null when it may. */
export function targetRefusal({ targets }: Guard, process: HostProcess, services: Services): string | null {
  const matches = (selector: Parameters<typeof matchesSelector>[1]): boolean =>
    matchesSelector(process, selector, services);
  if (targets.deny.some(matches)) return 'the guard of the node denies it';
  return targets.allow === null || targets.allow.some(matches) ? null : 'the guard of the node does not allow it';
}

/** One line for people: what the guard lets through. */
export function describeGuard(reading: GuardReading): string {
  if (!reading.ok) return `refuses everything: ${reading.why}`;
  const { environment, allow, deny, targets, most, longestMs, hours } = reading.guard;
  if (environment.trim().toLowerCase() === PRODUCTION) return 'refuses everything: the node is in production';
  return [
    `${environment}: ${allow === null ? 'every fault' : allow.join(' ') || 'no fault'}`,
    ...(deny.length > 0 ? [`not ${deny.join(' ')}`] : []),
    ...(targets.allow !== null || targets.deny.length > 0 ? ['chosen processes only'] : []),
    ...(most === null ? [] : [`${most} at once`]),
    ...(longestMs === null ? [] : [`${formatDuration(longestMs)} at most`]),
    ...(hours.length === 0 ? [] : ['at its hours']),
  ].join(', ');
}
