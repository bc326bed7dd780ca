// The policy of a coordinator: what may be broken at once, by whom, when. Read from a folder of files
// (docs/policy.md); every rule has a name, and whatever is refused names the rule that refused it.

import type { FaultKind } from '../faults/index.ts';
import type { NodeSelector } from './experiment.ts';
import type { Hours } from './hours.ts';

export interface Policy {
  /** SHA-256 over the names and contents of the files that have rules. */
  readonly digest: string;
  readonly rules: readonly RadiusRule[];
  readonly expressions: readonly ExpressionRule[];
  readonly approvals: readonly ApprovalRule[];
  /** Empty: any time. Otherwise a run must be inside one of them from start to end. */
  readonly windows: readonly WindowRule[];
  readonly freezes: readonly Freeze[];
  /** Roles by name of the person; `*` stands for everybody who is not named. */
  readonly people: Readonly<Record<string, readonly Role[]>>;
  /** How long a prepared run waits for its start. */
  readonly preparedForMs: number;
  /** How long an approval holds. */
  readonly approvedForMs: number;
}

export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** Somebody who asks for something, with the roles that the policy gives. */
export interface Actor {
  readonly name: string;
  readonly roles: readonly Role[];
}

/** Which nodes and faults a rule is about, and for which groups of them it counts apart. */
export interface RuleScope {
  readonly name: string;
  readonly nodes: NodeSelector;
  /** `null` = all faults. */
  readonly faults: readonly FaultKind[] | null;
  readonly per: PerGroup;
}

/** Of a rule that counts injections rather than nodes. */
type InjectionScope = Omit<RuleScope, 'per'> & { readonly per: Per };

/**
 * `fleet`: all nodes of the rule together. `label`: each value of the label for itself, and the nodes without it as one
 * more group. `service`: each service that a fault's target names, and the faults that name none as one more group.
 */
export type Per = PerGroup | { readonly kind: 'service' };

export type PerGroup = { readonly kind: 'fleet' } | { readonly kind: 'label'; readonly label: string };

/** A number of nodes, or a share of the nodes of the group. Shares from 0 to 1. */
export type Amount =
  { readonly kind: 'count'; readonly count: number } | { readonly kind: 'share'; readonly share: number };

export type RadiusRule = LimitRule | RateRule | CoolDownRule | FloorRule | ApartRule | ExcludeRule | RequireRule;

/** At most so many nodes of a group impaired at once; a share is rounded down. */
export interface LimitRule extends RuleScope {
  readonly kind: 'limit';
  readonly most: Amount;
}

/** At most so many injections started within any time of this length. */
export interface RateRule extends InjectionScope {
  readonly kind: 'rate';
  readonly most: number;
  readonly withinMs: number;
}

/** Nothing new until so long after the last injection of the group was over. */
export interface CoolDownRule extends InjectionScope {
  readonly kind: 'coolDown';
  readonly lengthMs: number;
}

/** At least so many nodes of a group left healthy; a share is rounded up. */
export interface FloorRule extends RuleScope {
  readonly kind: 'floor';
  readonly healthy: Amount;
}

/** Nodes of two different sides are never impaired together. */
export interface ApartRule extends RuleScope {
  readonly kind: 'apart';
  /** The values of a label, or what each of the selectors matches. */
  readonly sides:
    | { readonly kind: 'label'; readonly label: string }
    | { readonly kind: 'groups'; readonly groups: readonly NodeSelector[] };
}

/** The nodes are never hit. */
export interface ExcludeRule extends RuleScope {
  readonly kind: 'exclude';
}

/** Only nodes with these labels are hit. */
export interface RequireRule extends RuleScope {
  readonly kind: 'require';
  readonly labels: Exclude<NodeSelector, 'all'>;
}

/** A condition in CEL that must be true; one that cannot be evaluated refuses. */
export interface ExpressionRule {
  readonly name: string;
  /** The rule applies only where this is true; `null` = always. */
  readonly when: string | null;
  readonly expression: string;
  /** Told when the expression is false. */
  readonly message: string;
}

/** So many approvals are needed for runs that use one of the faults on one of the nodes. */
export interface ApprovalRule {
  readonly name: string;
  readonly needs: number;
  readonly nodes: NodeSelector;
  readonly faults: readonly FaultKind[] | null;
}

export interface WindowRule {
  readonly name: string;
  readonly hours: Hours;
}

/** Nothing is played from `fromAt` on until `toAt`, which is not included. Milliseconds since the epoch. */
export interface Freeze {
  readonly name: string;
  readonly fromAt: number;
  readonly toAt: number;
}

/** One rule's word against something. */
export interface Refusal {
  readonly rule: string;
  readonly code: RefusalCode;
  readonly message: string;
}

export type RefusalCode =
  | 'POLICY_BLAST_RADIUS'
  | 'POLICY_EXCLUDED'
  | 'POLICY_EXPRESSION'
  | 'POLICY_WINDOW'
  | 'POLICY_APPROVAL'
  | 'POLICY_UNUSABLE';
