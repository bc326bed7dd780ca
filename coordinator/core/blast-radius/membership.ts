// The fleet under the rules of a policy: which rules are about a node, and in which of their groups it is. Worked out
// once for each node and its labels: a decision about an order then looks at nothing but the node's own places.

import type { NodeId } from '../../../shared/domain/ids.ts';
import type { RadiusRule } from '../../../shared/domain/policy.ts';
import type { FaultKind } from '../../../shared/faults/index.ts';
import { createGroups, type Gauge, type Groups, type Labels, type Place } from './groups.ts';

export interface FleetMember {
  readonly id: NodeId;
  readonly labels: Labels;
  readonly connected: boolean;
}

export interface Membership {
  /** Takes a node in, or brings it up to date. */
  readonly set: (member: FleetMember) => void;
  readonly delete: (node: NodeId) => void;
  readonly get: (node: NodeId) => FleetMember | undefined;
  readonly members: () => Iterable<FleetMember>;
  /** Where an injection on the node counts, by what the node is and which service it is about: some lists of places. */
  readonly placesOf: (node: NodeId, service: string | null) => Places;
  readonly gauges: () => readonly Gauge[];
}

/** Those that the node shares with all nodes of the same labels, and those of its own. */
type Places = readonly (readonly Place[])[];

interface Entry {
  readonly member: FleetMember;
  /** Of the service that was asked for last. Not worked out before: most nodes of a large fleet are never hit. */
  known: { readonly service: string | null; readonly places: Places } | null;
}

export function createMembership(rules: readonly RadiusRule[]): Membership {
  const entries = new Map<NodeId, Entry>();
  const all = rules.map(createGroups);
  const counting = all.filter(({ rule }) => hasTotals(rule));
  const placesIn = createPlaces(all);

  function count({ labels }: FleetMember, by: 1 | -1): void {
    for (const { matches, gaugeOf } of counting) if (matches(labels)) gaugeOf(labels).total += by;
  }

  function leave(node: NodeId): void {
    const known = entries.get(node);
    if (known !== undefined) count(known.member, -1);
    entries.delete(node);
  }

  return {
    set: (member) => {
      const known = entries.get(member.id);
      if (known !== undefined && areAlike(known.member.labels, member.labels)) {
        entries.set(member.id, { ...known, member });
        return;
      }
      leave(member.id);
      count(member, 1);
      entries.set(member.id, { member, known: null });
    },
    delete: leave,
    get: (node) => entries.get(node)?.member,
    members: function* () {
      for (const { member } of entries.values()) yield member;
    },
    placesOf: (node, service) => {
      const entry = entries.get(node);
      if (entry === undefined) return NOWHERE;
      if (entry.known?.service !== service) entry.known = { service, places: placesIn(entry.member, service) };
      return entry.known.places;
    },
    gauges: () => all.flatMap(({ gauges }) => [...gauges()]),
  };
}

/** Rules whose groups are shown, or whose shares are of their group's nodes. */
function hasTotals({ kind, per }: RadiusRule): boolean {
  return per.kind !== 'service' && (kind === 'limit' || kind === 'floor' || kind === 'rate');
}

const NOWHERE: Places = [];

/** Labels that no two nodes have alike. */
const OWN_LABELS = new Set(['node', 'hostname']);

/** Nodes that are alike in all labels that matter share one list: a large fleet has few kinds of nodes. */
function createPlaces(all: readonly Groups[]): (member: FleetMember, service: string | null) => Places {
  const [own, shared] = [all.filter(isOwn), all.filter((groups) => !isOwn(groups))];
  const labelsThatMatter = [...new Set(shared.flatMap(({ labels }) => labels))];
  const lists = new Map<string, readonly Place[]>();
  return ({ labels }, service) => {
    const kind = JSON.stringify([service, ...labelsThatMatter.map((label) => labels[label] ?? null)]);
    const list = lists.get(kind) ?? listPlaces(shared, labels, service);
    lists.set(kind, list);
    return own.length === 0 ? [list] : [list, listPlaces(own, labels, service)];
  };
}

function isOwn({ labels }: Groups): boolean {
  return labels.some((label) => OWN_LABELS.has(label));
}

function listPlaces(all: readonly Groups[], labels: Labels, service: string | null): Place[] {
  const places: Place[] = [];
  for (const { matches, addPlaces } of all) if (matches(labels)) addPlaces({ labels, service }, places);
  return places;
}

function areAlike(a: Labels, b: Labels): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Whether the rule counts this fault; `null` stands for a node that is away, which every rule counts. */
export function isAbout(rule: RadiusRule, fault: FaultKind | null): boolean {
  return rule.faults === null || fault === null || rule.faults.includes(fault);
}
