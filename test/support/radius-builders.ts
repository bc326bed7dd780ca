// Rules, nodes and reservations of the blast radius, valid as they are; a test names only what it is about.

import type { FleetMember } from '../../coordinator/core/blast-radius/membership.ts';
import type { Candidate } from '../../coordinator/core/blast-radius/headroom.ts';
import { createLedger, type Ledger } from '../../coordinator/core/blast-radius/ledger.ts';
import { nodeId, parseOrderId } from '../../shared/domain/ids.ts';
import type {
  ApartRule,
  CoolDownRule,
  ExcludeRule,
  FloorRule,
  LimitRule,
  RadiusRule,
  RateRule,
  RequireRule,
  RuleScope,
} from '../../shared/domain/policy.ts';
import type { Reservation } from '../../shared/domain/reservation.ts';

const SCOPE: RuleScope = { name: 'r', nodes: 'all', faults: null, per: { kind: 'fleet' } };

export const PER_ROLE: Pick<RuleScope, 'per'> = { per: { kind: 'label', label: 'role' } };

export const PER_SERVICE: Pick<RateRule, 'per'> = { per: { kind: 'service' } };

export function buildLimit(count: number, more: Partial<LimitRule> = {}): LimitRule {
  return { ...SCOPE, kind: 'limit', most: { kind: 'count', count }, ...more };
}

export function buildFloor(count: number, more: Partial<FloorRule> = {}): FloorRule {
  return { ...SCOPE, kind: 'floor', healthy: { kind: 'count', count }, ...more };
}

export function buildRate(most: number, withinMs: number, more: Partial<RateRule> = {}): RateRule {
  return { ...SCOPE, kind: 'rate', most, withinMs, ...more };
}

export function buildCoolDown(lengthMs: number, more: Partial<CoolDownRule> = {}): CoolDownRule {
  return { ...SCOPE, kind: 'coolDown', lengthMs, ...more };
}

export function buildApart(sides: ApartRule['sides'], more: Partial<ApartRule> = {}): ApartRule {
  return { ...SCOPE, kind: 'apart', sides, ...more };
}

export function buildExclude(more: Partial<ExcludeRule> = {}): ExcludeRule {
  return { ...SCOPE, kind: 'exclude', ...more };
}

export function buildRequire(labels: RequireRule['labels'], more: Partial<RequireRule> = {}): RequireRule {
  return { ...SCOPE, kind: 'require', labels, ...more };
}

export function buildMember(id: string, labels: FleetMember['labels'] = {}, connected = true): FleetMember {
  return { id: nodeId(id), labels: { node: id, ...labels }, connected };
}

export function buildCandidate(node: string, more: Partial<Candidate> = {}): Candidate {
  return { node: nodeId(node), fault: 'process-kill', service: null, owner: 'run-1', ...more };
}

/** One on the node, under an order of its own name. */
export function buildHeld(node: string, more: Partial<Reservation> & { readonly slot?: string } = {}): Reservation {
  const { slot = 'smoke/1/1', ...rest } = more;
  return {
    order: parseOrderId(`run-1/${slot}@${node}`),
    node: nodeId(node),
    fault: 'process-kill',
    service: null,
    state: 'active',
    reservedAt: 0,
    until: null,
    releasedAt: null,
    ...rest,
  };
}

/** A ledger over nodes, each with its labels. */
export function buildLedger(
  rules: readonly RadiusRule[],
  fleet: Readonly<Record<string, FleetMember['labels']>>,
): Ledger {
  const ledger = createLedger(rules);
  for (const [id, labels] of Object.entries(fleet)) ledger.setNode(buildMember(id, labels));
  return ledger;
}
