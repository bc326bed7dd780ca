// One case of a policy test, played without a fleet: the document is planned on the nodes of the test, and the
// policy judges that plan. Nodes offer all that this version knows, so that nothing but the policy refuses.

import type { Experiment } from '../../shared/domain/experiment.ts';
import { nodeId } from '../../shared/domain/ids.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import type { Actor, Policy } from '../../shared/domain/policy.ts';
import { CAPABILITIES } from '../../shared/faults/capabilities.ts';
import { FAULT_KINDS, faultSpec } from '../../shared/faults/index.ts';
import { specHash } from '../../shared/faults/spec.ts';
import { parseExperiment } from '../../shared/schema/document.ts';
import type { PolicyCase, TestNode } from '../../shared/schema/policy-test.ts';
import { formatIssue, suggest } from '../../shared/schema/source.ts';
import { createMembership } from './blast-radius/membership.ts';
import { compilePlan } from './compile.ts';
import { namesIn } from './peers.ts';
import { judgePlan } from './policy-verdict.ts';
import { actorOf, describeLack, may } from './rights.ts';

export interface CaseGround {
  readonly policy: Policy;
  readonly nodes: readonly TestNode[];
  /** Of the case, by the name that messages have for it. */
  readonly document: { readonly text: string; readonly file: string };
}

export interface CaseResult {
  readonly name: string;
  readonly expect: PolicyCase['expect'];
  /** `null` when it did not come to one. */
  readonly verdict: PolicyCase['expect'] | null;
  readonly refusals: readonly CaseRefusal[];
  /** How many people would have to approve. */
  readonly approvals: number;
  /** Why the case fails; `null` when all is as expected. */
  readonly failure: string | null;
}

export interface CaseRefusal {
  /** `people` when the person has no role that allows to ask. */
  readonly rule: string;
  readonly message: string;
}

export function playCase(policyCase: PolicyCase, ground: CaseGround): CaseResult {
  const { name, expect } = policyCase;
  const fail = (failure: string): CaseResult => ({ name, expect, verdict: null, refusals: [], approvals: 0, failure });
  const unknown = policyCase.by.find((rule) => !ruleNames(ground.policy).includes(rule));
  if (unknown !== undefined) return fail(`there is no rule ${unknown}${suggest(unknown, ruleNames(ground.policy))}`);
  const parsed = parseExperiment(ground.document.text, ground.document.file);
  if (!parsed.ok) return fail(parsed.issues.map((issue) => formatIssue(issue)).join('\n'));
  const plan = planCase(parsed, policyCase, ground);
  const [problem] = plan.problems;
  if (problem !== undefined) return fail(`the plan would be refused under any policy: ${problem.message}`);
  const { refusals, approvals } = judgeCase(parsed.experiment, plan, { policyCase, ground });
  const result = { name, expect, verdict: refusals.length === 0 ? 'allowed' : 'refused', refusals, approvals } as const;
  return { ...result, failure: failureOf(policyCase, result) };
}

/** `people` stands for the roles, as if they were a rule. */
function ruleNames({ rules, expressions, windows, freezes }: Policy): string[] {
  return [...[...rules, ...expressions, ...windows, ...freezes].map(({ name }) => name), 'people'];
}

function planCase(
  { experiment, digest }: { readonly experiment: Experiment; readonly digest: string },
  { seed }: PolicyCase,
  { nodes }: CaseGround,
): Plan {
  const { environment } = experiment;
  const inventory = nodes.flatMap((node, index) => (node.connected ? [toInventory(node, index, environment)] : []));
  const names = new Map(namesIn(experiment).map((host) => [host, [ELSEWHERE]]));
  return compilePlan({ experiment, documentDigest: digest, seed, environment, inventory, names });
}

/** Addresses that belong to nobody (RFC 3849): peers come to something, and nothing is looked up. */
const ELSEWHERE = '2001:db8:ffff::1';

const OFFERED = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, specHash(faultSpec(kind))]));

function toInventory({ node, labels }: TestNode, index: number, environment: string): InventoryNode {
  return {
    id: nodeId(node),
    environment,
    labels,
    faults: OFFERED,
    capabilities: Object.keys(CAPABILITIES),
    addresses: [`2001:db8::${(index + 1).toString(16)}`],
  };
}

function judgeCase(
  experiment: Experiment,
  plan: Plan,
  { policyCase, ground: { policy, nodes } }: { readonly policyCase: PolicyCase; readonly ground: CaseGround },
): { readonly refusals: readonly CaseRefusal[]; readonly approvals: number } {
  const actor = actorOf(policy, policyCase.as);
  const membership = createMembership(policy.rules);
  for (const { node, labels, connected } of nodes) membership.set({ id: nodeId(node), labels, connected });
  const verdict = judgePlan(experiment, plan, { policy, membership, actor, now: policyCase.at });
  const refusals = verdict.refusals.map(({ rule, message }) => ({ rule, message }));
  return { refusals: [...lackOfRole(actor), ...refusals], approvals: verdict.approvals.needed };
}

function lackOfRole(actor: Actor): CaseRefusal[] {
  return may(actor, 'prepare') ? [] : [{ rule: 'people', message: describeLack(actor, 'prepare') }];
}

function failureOf(
  { expect, by, approvals }: PolicyCase,
  found: Pick<CaseResult, 'verdict' | 'refusals' | 'approvals'>,
): string | null {
  const rules = [...new Set(found.refusals.map(({ rule }) => rule))];
  if (found.verdict === 'allowed' && expect === 'refused') return 'expected to be refused, and is allowed';
  if (found.verdict === 'refused' && expect === 'allowed')
    return `expected to be allowed, and is refused by ${rules.join(', ')}`;
  const silent = by.filter((rule) => !rules.includes(rule));
  if (silent.length > 0) return `expected to be refused by ${silent.join(', ')}, and is refused by ${rules.join(', ')}`;
  if (approvals === null || approvals === found.approvals) return null;
  return `expected to need ${approvals} approvals, and needs ${found.approvals}`;
}
