// Does one more injection fit? Every rule that is about it is asked, and the most restrictive one wins: it is the
// one that is named, whether it refuses or only binds.

import type { NodeId } from '../../../shared/domain/ids.ts';
import type { Amount, CoolDownRule, FloorRule, LimitRule, RadiusRule, Refusal } from '../../../shared/domain/policy.ts';
import type { FaultKind } from '../../../shared/faults/index.ts';
import { formatDuration } from '../../../shared/units.ts';
import { describeGroup, describeSelector, type Gauge, type Place } from './groups.ts';
import { isAbout, type Membership } from './membership.ts';
import { isImpaired, type Impairment, type Tally } from './tally.ts';

/** An injection that somebody wants. */
export type Candidate = Impairment & { readonly fault: FaultKind };

/** What a rule says of a candidate, the candidate counted in. */
export interface Reading {
  readonly rule: RadiusRule;
  readonly gauge: Gauge;
  /** How many more would fit after it; below 0: it does not fit itself. Infinite for rules that do not count. */
  readonly headroom: number;
}

/** What the rule that binds most has left. */
export interface Binding {
  readonly rule: string;
  /** The group that it counts: `role=orders`. */
  readonly group: string;
  /** How many more fit. */
  readonly headroom: number;
}

export interface View {
  readonly membership: Membership;
  readonly tally: Tally;
  readonly now: number;
}

/** The reading with the least headroom; null when no rule is about the candidate. */
export function tightest(view: View, candidate: Candidate): Reading | null {
  let gauge: Gauge | null = null;
  let least = 0;
  const here = view.tally.at(candidate.node);
  for (const places of view.membership.placesOf(candidate.node, candidate.service)) {
    for (const place of places) {
      if (!isAbout(place.gauge.rule, candidate.fault)) continue;
      const headroom = headroomIn(view, place, here);
      if (gauge === null || headroom < least) {
        gauge = place.gauge;
        least = headroom;
      }
    }
  }
  return gauge === null ? null : { rule: gauge.rule, gauge, headroom: least };
}

export function bindingOf({ rule, gauge, headroom }: Reading): Binding | null {
  return Number.isFinite(headroom) ? { rule: rule.name, group: describeGroup(gauge), headroom } : null;
}

/** The rule that is there without being written: two game days on one node would each be judged by the other's damage. */
const ONE_RUN = 'one-run-to-a-node';

/** Why no count comes to bear: the node is not of the fleet, or is in the hands of another run. */
function obstacleOf({ membership, tally }: View, { node, owner }: Candidate): Refusal | null {
  if (membership.get(node) === undefined)
    return { rule: 'fleet', code: 'POLICY_EXCLUDED', message: `${node} is no node of the fleet` };
  const other = tally.at(node).find((one) => one.owner !== null && one.owner !== owner);
  if (other === undefined) return null;
  const message = `rule ${ONE_RUN}: ${node} belongs to ${other.owner ?? ''} until it has recovered from it`;
  return { rule: ONE_RUN, code: 'POLICY_BLAST_RADIUS', message };
}

/** Null when the candidate fits. */
export function refusalOf(view: View, candidate: Candidate): Refusal | null {
  const obstacle = obstacleOf(view, candidate);
  if (obstacle !== null) return obstacle;
  const reading = tightest(view, candidate);
  return reading === null || reading.headroom >= 0 ? null : refuse(view, reading, candidate.node);
}

/** `here`: what impairs the node already. */
function headroomIn({ tally, now }: View, { gauge, side }: Place, here: readonly Impairment[]): number {
  const { rule } = gauge;
  switch (rule.kind) {
    case 'exclude':
    case 'require':
      return Number.NEGATIVE_INFINITY;
    case 'limit':
      return mostOf(rule.most, gauge.total) - impairedWith(tally, gauge, here);
    case 'floor':
      return gauge.total - impairedWith(tally, gauge, here) - leastOf(rule.healthy, gauge.total);
    case 'rate':
      return rule.most - tally.startsAfter(gauge, now - rule.withinMs) - 1;
    case 'coolDown':
      return tally.impaired(gauge) > 0 || (restsUntil(tally, gauge, rule.lengthMs) ?? now) > now ? -1 : Infinity;
    case 'apart': {
      const elsewhere = side === null ? 0 : tally.impaired(gauge) - tally.impaired(side);
      return elsewhere > 0 ? -1 : Infinity;
    }
  }
}

function impairedWith(tally: Tally, gauge: Gauge, here: readonly Impairment[]): number {
  return tally.impaired(gauge) + (isImpaired(gauge.rule, here) ? 0 : 1);
}

function restsUntil(tally: Tally, gauge: Gauge, lengthMs: number): number | null {
  const end = tally.lastEnd(gauge);
  return end === null ? null : end + lengthMs;
}

/** The tiny term keeps 29 % of 100 from becoming 28, or its complement 72, by floating point. */
const ROUNDING = 1e-9;

export function mostOf(amount: Amount, total: number): number {
  return amount.kind === 'count' ? amount.count : Math.floor(amount.share * total + ROUNDING);
}

export function leastOf(amount: Amount, total: number): number {
  return amount.kind === 'count' ? amount.count : Math.ceil(amount.share * total - ROUNDING);
}

export function refuse(view: View, { rule, gauge }: Reading, node: NodeId): Refusal {
  const code = rule.kind === 'exclude' || rule.kind === 'require' ? 'POLICY_EXCLUDED' : 'POLICY_BLAST_RADIUS';
  return { rule: rule.name, code, message: `rule ${rule.name}: ${sayWhy(view, gauge, node)}` };
}

function sayWhy(view: View, gauge: Gauge, node: NodeId): string {
  const { rule } = gauge;
  const group = describeGroup(gauge);
  switch (rule.kind) {
    case 'exclude':
      return `${node} is never hit`;
    case 'require':
      return `${node} lacks ${describeSelector(rule.labels)}`;
    case 'limit':
      return sayLimit(view.tally, gauge, rule);
    case 'floor':
      return sayFloor(view.tally, gauge, rule);
    case 'rate':
      return `of ${group} at most ${rule.most} injections may start within ${formatDuration(rule.withinMs)}, and as many have`;
    case 'coolDown':
      return sayRest(view, gauge, rule);
    case 'apart':
      return `${node} is not hit while another side of ${group} is impaired`;
  }
}

function sayLimit(tally: Tally, gauge: Gauge, { most }: LimitRule): string {
  const impaired = tally.impaired(gauge);
  const number = mostOf(most, gauge.total);
  const share = most.kind === 'share' ? `${percent(most.share)} of ${nodes(gauge.total)}, that is ${number},` : number;
  return `of ${describeGroup(gauge)} at most ${share} may be impaired at once, and ${impaired} ${areIs(impaired)}`;
}

function sayFloor(tally: Tally, gauge: Gauge, { healthy }: FloorRule): string {
  const least = leastOf(healthy, gauge.total);
  const left = gauge.total - tally.impaired(gauge);
  return `of ${describeGroup(gauge)} at least ${least} must stay healthy, and ${left} of ${nodes(gauge.total)} ${areIs(left)}`;
}

function sayRest({ tally, now }: View, gauge: Gauge, { lengthMs }: CoolDownRule): string {
  const rests = `${describeGroup(gauge)} rests ${formatDuration(lengthMs)} after each injection`;
  if (tally.impaired(gauge) > 0) return `${rests}, and has one`;
  return `${rests}, for another ${formatDuration((restsUntil(tally, gauge, lengthMs) ?? now) - now)}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(6))}%`;
}

function nodes(count: number): string {
  return `${count} ${count === 1 ? 'node' : 'nodes'}`;
}

function areIs(count: number): string {
  return count === 1 ? 'is' : 'are';
}
