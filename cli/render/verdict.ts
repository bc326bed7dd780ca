// What the policy says of a plan, for people: which rule binds each slot, what is in the way, who has to approve.

import type { SlotForecast } from '../../coordinator/core/blast-radius/forecast.ts';
import type { PolicyVerdict } from '../../coordinator/core/policy-verdict.ts';
import { formatDuration } from '../../shared/units.ts';
import type { Paint } from '../io.ts';

/** Reads a verdict back from the wire. Throws a TypeError for anything else. */
export function parseVerdict(text: string): PolicyVerdict {
  const value: unknown = JSON.parse(text);
  if (isVerdict(value)) return value;
  throw new TypeError('the coordinator sent something else than a verdict');
}

function isVerdict(value: unknown): value is PolicyVerdict {
  return typeof value === 'object' && value !== null && 'refusals' in value && 'slots' in value && 'approvals' in value;
}

/** `third-of-a-role, 2 more of role=orders fit`, or nothing. */
export function describeBinding({ slots }: PolicyVerdict, slot: string): string {
  const binding = slots.find((one) => one.slot === slot)?.binding ?? null;
  return binding === null ? '' : `${binding.rule}, ${binding.headroom} more of ${binding.group} fit`;
}

export function renderVerdict(verdict: PolicyVerdict, approvedBy: readonly string[], paint: Paint): string[] {
  const { policyDigest, refusals, slots, approvals } = verdict;
  return [
    ...slots.flatMap((slot) => exceptionsOf(slot)).map((line) => paint.warn(line)),
    ...refusals.map(({ code, message }) => paint.bad(`would be refused: ${message} (${code})`)),
    ...(approvals.needed === 0 ? [] : [describeApprovals(approvals, approvedBy)]),
    ...(policyDigest === null ? [] : [`policy  ${policyDigest}`]),
  ];
}

function exceptionsOf({ slot, substituted, substitutedCount, waitsMs }: SlotForecast): string[] {
  const [first] = substituted;
  const more = substitutedCount > 1 ? ` (the first of ${substitutedCount})` : '';
  return [
    ...(first === undefined ? [] : [`${slot}: ${first.by} instead of ${first.node}: ${first.why.message}${more}`]),
    ...(waitsMs === 0 ? [] : [`${slot}: waits ${formatDuration(waitsMs)} for room`]),
  ];
}

export function describeApprovals(
  { needed, because }: PolicyVerdict['approvals'],
  approvedBy: readonly string[],
): string {
  const missing = Math.max(0, needed - approvedBy.length);
  const by = approvedBy.length === 0 ? '' : `, ${approvedBy.join(' and ')} ${approvedBy.length === 1 ? 'has' : 'have'}`;
  return `approvals  ${needed} needed (${because.join(', ')})${by}, ${missing} missing`;
}
