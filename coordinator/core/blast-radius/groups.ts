// The groups of one rule: by the value of a label, by service, or the fleet as a whole.

import type { NodeSelector } from '../../../shared/domain/experiment.ts';
import type { RadiusRule } from '../../../shared/domain/policy.ts';
import { matchesLabels } from '../select-nodes.ts';

export type Labels = Readonly<Record<string, string>>;

/** One rule over one of its groups, or over one side of it. Counts are kept under it (tally.ts). */
export interface Gauge {
  readonly rule: RadiusRule;
  /** The value of the label, or the service; nothing for those without one, and for the fleet as a whole. */
  readonly key: string | undefined;
  readonly side: string | null;
  /** Nodes in the group, connected or not; counted for limits, floors and rates. */
  total: number;
}

/** A node in a group. `side` is the part of the group that it is on, for rules that keep sides apart. */
export interface Place {
  readonly gauge: Gauge;
  readonly side: Gauge | null;
}

/** A rule, made ready for many nodes. */
export interface Groups {
  readonly rule: RadiusRule;
  /** Those that decide whether and where a node counts. */
  readonly labels: readonly string[];
  /** Whether the rule is about nodes with these labels. */
  readonly matches: (labels: Labels) => boolean;
  readonly gaugeOf: (labels: Labels) => Gauge;
  /** Where a node that the rule is about counts; adds nothing where the rule has nothing to say about it. */
  readonly addPlaces: (about: { readonly labels: Labels; readonly service: string | null }, places: Place[]) => void;
  readonly gauges: () => Iterable<Gauge>;
}

export function createGroups(rule: RadiusRule): Groups {
  const places = new Map<string | undefined, Place>();
  const sides = new Map<string | undefined, Map<string, Gauge>>();

  function placeOf(key: string | undefined): Place {
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = { gauge: { rule, key, side: null, total: 0 }, side: null };
    places.set(key, place);
    return place;
  }

  function sideOf(key: string | undefined, side: string): Gauge {
    const known = sides.get(key) ?? new Map<string, Gauge>();
    sides.set(key, known);
    const gauge = known.get(side) ?? { rule, key, side, total: 0 };
    known.set(side, gauge);
    return gauge;
  }

  function keyOf(labels: Labels): string | undefined {
    return rule.per.kind === 'label' ? valueOf(labels, rule.per.label) : undefined;
  }

  return {
    rule,
    labels: labelsOf(rule),
    matches: compileSelector(rule.nodes),
    gaugeOf: (labels) => placeOf(keyOf(labels)).gauge,
    addPlaces: ({ labels, service }, found) => {
      if (rule.kind === 'require' && matchesLabels(rule.labels, labels)) return;
      const place = placeOf(rule.per.kind === 'service' ? (service ?? undefined) : keyOf(labels));
      if (rule.kind !== 'apart') found.push(place);
      // Somebody who is on no side disturbs none; somebody who is on two of them is never apart from himself.
      else
        for (const side of sidesOf(rule, labels))
          found.push({ gauge: place.gauge, side: sideOf(place.gauge.key, side) });
    },
    gauges: function* () {
      for (const { gauge } of places.values()) yield gauge;
    },
  };
}

function labelsOf(rule: RadiusRule): string[] {
  const selectors = [rule.nodes, ...(rule.kind === 'require' ? [rule.labels] : [])];
  const sides = rule.kind === 'apart' ? rule.sides : null;
  if (sides?.kind === 'groups') selectors.push(...sides.groups);
  return [
    ...selectors.flatMap((selector) => (selector === 'all' ? [] : Object.keys(selector))),
    ...(rule.per.kind === 'label' ? [rule.per.label] : []),
    ...(sides?.kind === 'label' ? [sides.label] : []),
  ];
}

/** In words: `the fleet`, `role=orders`, `service checkout`. Nodes without the label are a group too. */
export function describeGroup({ rule: { per }, key }: Gauge): string {
  switch (per.kind) {
    case 'fleet':
      return 'the fleet';
    case 'label':
      return key === undefined ? `no ${per.label}` : `${per.label}=${key}`;
    case 'service':
      return key === undefined ? 'no service' : `service ${key}`;
  }
}

function sidesOf({ sides }: Extract<RadiusRule, { readonly kind: 'apart' }>, labels: Labels): string[] {
  if (sides.kind === 'label') return [valueOf(labels, sides.label) ?? ''];
  return sides.groups.flatMap((group) => (matchesLabels(group, labels) ? [describeSelector(group)] : []));
}

export function describeSelector(selector: NodeSelector): string {
  if (selector === 'all') return 'all nodes';
  return Object.entries(selector)
    .map(([label, values]) => `${label}=${values.join('|')}`)
    .join(' ');
}

/** The same as `matchesLabels`, for one selector and many nodes. */
function compileSelector(selector: NodeSelector): (labels: Labels) => boolean {
  if (selector === 'all') return () => true;
  const wanted = Object.entries(selector).map(([label, values]) => ({ label, values }));
  return (labels) =>
    wanted.every(({ label, values }) => {
      const value = valueOf(labels, label);
      return value !== undefined && values.includes(value);
    });
}

function valueOf(labels: Labels, label: string): string | undefined {
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}
