// What the policy says of a plan: whether and why it would be refused, which rule binds each slot, and how many
// people have to approve. Beside the plan, never in it: a plan is the same under every policy.

import type { Experiment } from '../../shared/domain/experiment.ts';
import type { Actor, ApprovalRule, Policy, Refusal } from '../../shared/domain/policy.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { forecastPlan, type SlotForecast } from './blast-radius/forecast.ts';
import type { Membership } from './blast-radius/membership.ts';
import { createCalendar, outlasts } from './calendar.ts';
import { judgeExpressions } from './policy-expressions.ts';
import { matchesLabels } from './select-nodes.ts';

export interface PolicyVerdict {
  /** `null` when no policy is in force: then everything is refused. */
  readonly policyDigest: string | null;
  /** Each alone keeps the run from starting. */
  readonly refusals: readonly Refusal[];
  /** One for each slot of the plan, in its order. */
  readonly slots: readonly SlotForecast[];
  readonly approvals: NeededApprovals;
  /** From the start of the baseline to the end of the last injection, when all goes as planned. */
  readonly lengthMs: number;
}

export interface NeededApprovals {
  readonly needed: number;
  /** Who asks for them: `the document`, or names of rules. */
  readonly because: readonly string[];
}

export interface VerdictGround {
  readonly policy: Policy;
  /** Of a fleet under the rules of this policy. */
  readonly membership: Membership;
  readonly actor: Actor;
  /** Wall clock. */
  readonly now: number;
}

export function judgePlan(experiment: Experiment, plan: Plan, ground: VerdictGround): PolicyVerdict {
  const { policy, membership, actor, now } = ground;
  const slots = forecastPlan(plan, membership, now + experiment.baselineMs);
  const lengthMs = plan.stages.reduce((sum, stage) => sum + stage.lengthMs, experiment.baselineMs);
  const late = outlasts(createCalendar(policy, experiment.window), now, lengthMs);
  const fleet = [...membership.members()];
  return {
    policyDigest: policy.digest,
    refusals: [
      ...slots.flatMap(refusalsOfSlot),
      ...judgeExpressions(policy.expressions, { experiment, plan, actor, now, fleet }),
      ...(late === null ? [] : [late]),
    ],
    slots,
    approvals: neededApprovals(experiment, plan, ground),
    lengthMs,
  };
}

/** Without a policy nothing may be done. */
export function refuseWithoutPolicy(trouble: string): PolicyVerdict {
  const message = `no policy is in force: ${trouble}`;
  const refusals: Refusal[] = [{ rule: 'policy', code: 'POLICY_UNUSABLE', message }];
  return { policyDigest: null, refusals, slots: [], approvals: { needed: 0, because: [] }, lengthMs: 0 };
}

/** Nodes that are away are no matter of the policy: others stand in for them. */
function refusalsOfSlot({ slot, unfit, unfitCount }: SlotForecast): Refusal[] {
  const refusals = unfit.flatMap(({ node, why }): Refusal[] => {
    const { rule, code, message } = why;
    if (rule === null || (code !== 'POLICY_BLAST_RADIUS' && code !== 'POLICY_EXCLUDED')) return [];
    return [{ rule, code, message: `${slot} on ${node}: ${message}` }];
  });
  const [first] = refusals;
  if (first === undefined || unfitCount <= MOST_NAMED) return refusals;
  return [{ ...first, message: `${first.message} (the first of ${unfitCount} nodes of the slot)` }];
}

/** Beyond this many nodes of a slot the first is told, with their number. */
const MOST_NAMED = 5;

function neededApprovals(
  experiment: Experiment,
  plan: Plan,
  { policy, membership }: Pick<VerdictGround, 'policy' | 'membership'>,
): NeededApprovals {
  const asking = [
    ...(experiment.approvals > 0 ? [{ who: 'the document', needs: experiment.approvals }] : []),
    ...policy.approvals
      .filter((rule) => concerns(rule, plan, membership))
      .map(({ name, needs }) => ({ who: `rule ${name}`, needs })),
  ];
  return { needed: Math.max(0, ...asking.map(({ needs }) => needs)), because: asking.map(({ who }) => who) };
}

/** Standbys count: any of them may be hit. */
function concerns({ faults, nodes }: ApprovalRule, plan: Plan, membership: Membership): boolean {
  return plan.slots.some(
    (slot) =>
      (faults === null || faults.includes(slot.fault)) &&
      [...slot.nodes, ...(plan.standby[slot.id] ?? [])].some((node) =>
        matchesLabels(nodes, membership.get(node)?.labels ?? {}),
      ),
  );
}
