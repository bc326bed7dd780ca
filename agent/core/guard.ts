// The node's own word on what may be done to it. Decides from the guard as it was last read, an injection or a
// process at a time. Whatever is not plainly allowed is refused: no guard that can be read, no fault. Each refusal
// names the line of the guard that it comes from, and what was asked.

import type { ProcessSelector } from '../../shared/domain/experiment.ts';
import type { Guard } from '../../shared/domain/guard.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import { formatHours, formatMoment, isWithinHours } from '../../shared/hours.ts';
import { formatDuration } from '../../shared/units.ts';
import type { Refusal } from './admission.ts';
import { matchesSelector, type HostProcess, type Services } from './match.ts';

export type GuardReading = { readonly ok: true; readonly guard: Guard } | { readonly ok: false; readonly why: string };

export interface GuardedInjection {
  readonly fault: FaultKind;
  /** How long it may last. */
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

const IN_PRODUCTION = 'a node in production takes no fault';

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
  if (isProduction(environment)) return { code, message: `${quote({ environment })}, and ${IN_PRODUCTION}` };
  if (isProduction(context.environment)) {
    return { code, message: `the environment of the agent is ${context.environment}, and ${IN_PRODUCTION}` };
  }
  if (environment === context.environment) return null;
  return { code, message: `${quote({ environment })}, and that of the agent is ${context.environment}` };
}

/** However it is written: a slip of the pen must not open the node. */
function isProduction(environment: string): boolean {
  return environment.trim().toLowerCase() === 'production';
}

function refuseFault({ allow, deny }: Guard, { fault }: GuardedInjection): Refusal | null {
  const code = 'GUARD_FAULT';
  if (deny.includes(fault)) return { code, message: `${quote({ deny })}, and this is ${fault}` };
  if (allow === null || allow.includes(fault)) return null;
  return { code, message: `${quote({ allow })}, and this is ${fault}` };
}

function refuseLimits({ most, longestMs }: Guard, { lengthMs, others }: GuardedInjection): Refusal | null {
  if (most !== null && others >= most) {
    return { code: 'GUARD_LIMIT', message: `${quote({ most })}, and other injections active are ${others}` };
  }
  if (longestMs === null || lengthMs <= longestMs) return null;
  const longest = formatDuration(longestMs);
  return {
    code: 'GUARD_DURATION',
    message: `${quote({ longest })}, and this may last ${formatDuration(lengthMs)}`,
  };
}

function refuseHours({ hours }: Guard, { now }: GuardContext): Refusal | null {
  if (hours.length === 0 || hours.some((window) => isWithinHours(window, now))) return null;
  const zones = [...new Set(hours.map(({ timezone }) => timezone))];
  const clocks = zones.map((zone) => `${formatMoment(now, zone)} in ${zone}`).join(', ');
  return { code: 'GUARD_HOURS', message: `${quote({ hours: hours.map(formatHours) })}, and it is ${clocks}` };
}

/**
 * Why a process may not be hit; null when it may. A service that is denied and that the agent does not know denies
 * every process: which ones it means cannot be told.
 */
export function targetRefusal(guard: Guard, process: HostProcess, services: Services): string | null {
  const { environment, targets } = guard;
  if (isProduction(environment)) return `${quote({ environment })}, and ${IN_PRODUCTION}`;
  const unknown = targets.deny.find(({ service }) => service !== undefined && !Object.hasOwn(services, service));
  if (unknown !== undefined) {
    return `${quoteTargets('deny', [unknown])}, and the configuration of the agent defines no such service`;
  }
  const denying = targets.deny.find((selector) => matchesSelector(process, selector, services));
  if (denying !== undefined) return `${quoteTargets('deny', [denying])}, and it is one of those`;
  if (targets.allow === null) return null;
  return targets.allow.some((selector) => matchesSelector(process, selector, services))
    ? null
    : `${quoteTargets('allow', targets.allow)}, and it is none of those`;
}

/** Whether the guard says anything of single processes. */
export function rulesTargets(reading: GuardReading): boolean {
  return reading.ok && (reading.guard.targets.allow !== null || reading.guard.targets.deny.length > 0);
}

/** One line for people: what the guard lets through. */
export function describeGuard(reading: GuardReading): string {
  if (!reading.ok) return `refuses everything: ${reading.why}`;
  const { guard } = reading;
  if (isProduction(guard.environment)) return `refuses everything: ${IN_PRODUCTION}`;
  return [`${guard.environment}: ${describeFaults(guard)}`, ...describeTargets(guard), ...describeLimits(guard)].join(
    ', ',
  );
}

function describeFaults({ allow, deny }: Guard): string {
  const allowed = allow === null ? 'every fault' : allow.join(' ') || 'no fault';
  return deny.length === 0 ? allowed : `${allowed}, not ${deny.join(' ')}`;
}

function describeTargets({ targets: { allow, deny } }: Guard): string[] {
  return [
    ...(allow === null ? [] : [`on ${formatSelectors(allow) || 'no process'}`]),
    ...(deny.length === 0 ? [] : [`not on ${formatSelectors(deny)}`]),
  ];
}

function describeLimits({ most, longestMs, hours }: Guard): string[] {
  return [
    ...(most === null ? [] : [`${most} at once`]),
    ...(longestMs === null ? [] : [`${formatDuration(longestMs)} at most`]),
    ...(hours.length === 0 ? [] : [`at ${clip(hours.map(formatHours).join(' or '))}`]),
  ];
}

/** As it stands in the file: ``the guard says `most: 2` ``. */
function quote(line: Readonly<Record<string, string | number | readonly string[]>>): string {
  const [key = '', value = ''] = Object.entries(line)[0] ?? [];
  return `the guard says \`${key}: ${typeof value === 'object' ? `[${clip(value.join(', '))}]` : value}\``;
}

function quoteTargets(key: 'allow' | 'deny', selectors: readonly ProcessSelector[]): string {
  return `the guard says \`targets: { ${key}: [${formatSelectors(selectors)}] }\``;
}

function formatSelectors(selectors: readonly ProcessSelector[]): string {
  const texts = selectors.map((selector) =>
    Object.entries(selector)
      .map(([key, wanted]) => `${key}: ${wanted}`)
      .join(', '),
  );
  return clip(texts.map((text) => `{ ${text} }`).join(', '));
}

const LONGEST_QUOTE = 300;

/** A reason is told for every process, and travels to the coordinator. */
function clip(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}
