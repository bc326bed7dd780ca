// What must hold of a plan before its run is prepared and started. Each throws the refusal that is told.

import { RouletteError } from '../../shared/errors.ts';
import type { PolicyVerdict } from '../core/policy-verdict.ts';
import type { Planned } from './make-plan.ts';

export function requireSamePlan({ digest }: Planned, expected: string | null): void {
  if (expected !== null && expected !== digest)
    throw new RouletteError('PLAN_CHANGED', `the plan is now ${digest}, not ${expected}`);
}

export function requireAllowed({ plan }: Planned, { refusals }: PolicyVerdict): void {
  const [refused] = [...plan.problems, ...refusals];
  if (refused !== undefined) throw new RouletteError(refused.code, refused.message);
}

export function requireApproved({ approvals }: PolicyVerdict, approvedBy: readonly string[]): void {
  const { needed, because } = approvals;
  if (approvedBy.length >= needed) return;
  const who = approvedBy.length === 0 ? 'nobody' : approvedBy.join(' and ');
  throw new RouletteError('POLICY_APPROVAL', `${needed} must approve (${because.join(', ')}), and ${who} has`);
}
