// Whose approvals of a prepared run count: given by somebody else than who asked for it, for this very plan, not too
// long ago, by people who have the role for it now.

import type { Policy } from '../../shared/domain/policy.ts';
import type { RunEvent, RunSummary } from '../../shared/domain/run.ts';
import { actorOf, may } from './rights.ts';

export interface ApprovalGround {
  readonly record: Pick<RunSummary, 'planDigest' | 'requestedBy'>;
  readonly policy: Policy;
  /** Wall clock. */
  readonly now: number;
}

/** Each person once, in the order in which they first approved. */
export function approversOf(events: readonly RunEvent[], { record, policy, now }: ApprovalGround): string[] {
  const given = events.flatMap(({ body }) => (body.type === 'run.approved' ? [body] : []));
  const valid = given.filter(
    ({ by, planDigest, expiresAt }) =>
      planDigest === record.planDigest &&
      by !== record.requestedBy &&
      expiresAt > now &&
      may(actorOf(policy, by), 'approve'),
  );
  return [...new Set(valid.map(({ by }) => by))];
}
