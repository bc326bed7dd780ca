// What every rule counts at a moment, for people who want to know how much room there is.

import type { RadiusRule } from '../../../shared/domain/policy.ts';
import { leastOf, mostOf, type View } from './headroom.ts';
import { describeGroup, type Gauge } from './groups.ts';

export interface GaugeReading {
  readonly rule: string;
  readonly group: string;
  /** Nodes in the group. */
  readonly total: number;
  /** Impaired nodes, or injections started within the rule's time. */
  readonly used: number;
  /** How much of `used` the rule allows. */
  readonly most: number;
}

/** Of the rules that count, in the order of their names and those of their groups. */
export function readGauges({ membership, tally, now }: View): GaugeReading[] {
  const usedIn = (gauge: Gauge, rule: RadiusRule): number =>
    rule.kind === 'rate' ? tally.startsAfter(gauge, now - rule.withinMs) : tally.impaired(gauge);
  return membership
    .gauges()
    .flatMap((gauge) => {
      const { rule, total } = gauge;
      const group = describeGroup(gauge);
      const most = allowedBy(rule, total);
      // A group that nobody is in any more counts nothing.
      if (most === null || (total === 0 && rule.per.kind !== 'service')) return [];
      return [{ rule: rule.name, group, total, used: usedIn(gauge, rule), most }];
    })
    .toSorted((a, b) => compare(a.rule, b.rule) || compare(a.group, b.group));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function allowedBy(rule: RadiusRule, total: number): number | null {
  switch (rule.kind) {
    case 'limit':
      return mostOf(rule.most, total);
    case 'floor':
      return Math.max(0, total - leastOf(rule.healthy, total));
    case 'rate':
      return rule.most;
    default:
      return null;
  }
}
