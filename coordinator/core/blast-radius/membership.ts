// Which rules of the policy are about a node, and in which of their groups it is. Worked out once, when the node
// joins or changes its labels: a decision about an order then looks at nothing but the node's own places.

import type { NodeSelector } from '../../../shared/domain/experiment.ts';
import type { NodeId } from '../../../shared/domain/ids.ts';
import type { Per, RadiusRule } from '../../../shared/domain/policy.ts';
import type { FaultKind } from '../../../shared/faults/index.ts';
import { matchesLabels } from '../select-nodes.ts';

/** One rule over one of its groups. Counts are kept under it (tally.ts). */
export interface Gauge {
  readonly rule: RadiusRule;
  /** In words: `the fleet`, `role=orders`, `service checkout`. */
  readonly group: string;
  /** Nodes in the group, connected or not. */
  total: number;
}

/** A node in a group. `side` is the part of the group that it is on, for rules that keep sides apart. */
export interface Place {
  readonly gauge: Gauge;
  readonly side: Gauge | null;
}

export interface FleetMember {
  readonly id: NodeId;
  readonly labels: Readonly<Record<string, string>>;
  readonly connected: boolean;
}

export interface Membership {
  /** Takes a node in, or brings it up to date. True when its places may be others than before. */
  readonly set: (member: FleetMember) => boolean;
  readonly delete: (node: NodeId) => void;
  readonly get: (node: NodeId) => FleetMember | undefined;
  readonly members: () => Iterable<FleetMember>;
  /** Where an injection on the node counts, by what the node is and which service it is about. */
  readonly placesOf: (node: NodeId, service: string | null) => readonly Place[];
  readonly gauges: () => readonly Gauge[];
}

interface Entry {
  readonly member: FleetMember;
  readonly places: readonly Place[];
  /** Rules that count by service and are about this node. */
  readonly byService: readonly RadiusRule[];
}

export function createMembership(rules: readonly RadiusRule[]): Membership {
  const entries = new Map<NodeId, Entry>();
  const gauges = createGauges();

  function enter(member: FleetMember): Entry {
    const about = rules.filter((rule) => matchesLabels(rule.nodes, member.labels));
    const places = about.flatMap((rule) => placesIn(gauges, rule, member));
    for (const { gauge, side } of places) {
      gauge.total += 1;
      if (side !== null) side.total += 1;
    }
    return { member, places, byService: about.filter(({ per }) => per.kind === 'service') };
  }

  function leave(node: NodeId): void {
    for (const { gauge, side } of entries.get(node)?.places ?? []) {
      gauge.total -= 1;
      if (side !== null) side.total -= 1;
    }
    entries.delete(node);
  }

  return {
    set: (member) => {
      const known = entries.get(member.id);
      if (known !== undefined && areAlike(known.member.labels, member.labels)) {
        entries.set(member.id, { ...known, member });
        return false;
      }
      leave(member.id);
      entries.set(member.id, enter(member));
      return true;
    },
    delete: leave,
    get: (node) => entries.get(node)?.member,
    members: function* () {
      for (const { member } of entries.values()) yield member;
    },
    placesOf: (node, service) => {
      const entry = entries.get(node);
      if (entry === undefined) return [];
      if (entry.byService.length === 0) return entry.places;
      const group = service === null ? 'no service' : `service ${service}`;
      return [...entry.places, ...entry.byService.map((rule) => ({ gauge: gauges.of(rule, group), side: null }))];
    },
    gauges: gauges.all,
  };
}

interface Gauges {
  readonly of: (rule: RadiusRule, group: string) => Gauge;
  readonly all: () => Gauge[];
}

function createGauges(): Gauges {
  const byRule = new Map<RadiusRule, Map<string, Gauge>>();
  return {
    of: (rule, group) => {
      const groups = byRule.get(rule) ?? new Map<string, Gauge>();
      byRule.set(rule, groups);
      const gauge = groups.get(group) ?? { rule, group, total: 0 };
      groups.set(group, gauge);
      return gauge;
    },
    all: () => [...byRule.values()].flatMap((groups) => [...groups.values()]),
  };
}

/** None where the rule has nothing to say about the node, or counts by service. */
function placesIn(gauges: Gauges, rule: RadiusRule, { labels }: FleetMember): Place[] {
  if (rule.per.kind === 'service') return [];
  if (rule.kind === 'require' && matchesLabels(rule.labels, labels)) return [];
  const group = groupOf(rule.per, labels);
  const gauge = gauges.of(rule, group);
  if (rule.kind !== 'apart') return [{ gauge, side: null }];
  const sides = sidesOf(rule.sides, labels);
  // Somebody who is on no side disturbs none; somebody who is on two of them is never apart from himself.
  if (sides.length === 0) return [];
  return sides.map((side) => ({ gauge, side: gauges.of(rule, `${group}, ${side}`) }));
}

function groupOf(per: Exclude<Per, { readonly kind: 'service' }>, labels: FleetMember['labels']): string {
  return per.kind === 'fleet' ? 'the fleet' : valueOf(per.label, labels);
}

/** Nodes without the label are a group too: leaving a label out is no way around a rule. */
function valueOf(label: string, labels: FleetMember['labels']): string {
  const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
  return value === undefined ? `no ${label}` : `${label}=${value}`;
}

type Sides = Extract<RadiusRule, { readonly kind: 'apart' }>['sides'];

function sidesOf(sides: Sides, labels: FleetMember['labels']): string[] {
  if (sides.kind === 'label') return [valueOf(sides.label, labels)];
  return sides.groups.flatMap((group) => (matchesLabels(group, labels) ? [describeSelector(group)] : []));
}

export function describeSelector(selector: NodeSelector): string {
  if (selector === 'all') return 'all nodes';
  return Object.entries(selector)
    .map(([label, values]) => `${label}=${values.join('|')}`)
    .join(' ');
}

function areAlike(a: FleetMember['labels'], b: FleetMember['labels']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Whether the rule counts this fault; `null` stands for a node that is away, which every rule counts. */
export function isAbout(rule: RadiusRule, fault: FaultKind | null): boolean {
  return rule.faults === null || fault === null || rule.faults.includes(fault);
}
