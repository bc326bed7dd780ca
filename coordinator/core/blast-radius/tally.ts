// How much is impaired, per gauge: counts that are kept up with every injection and every node that goes away, so
// that a decision costs the same in a fleet of ten nodes and of a hundred thousand. A tally may lie over another
// one: it then counts what would be, and leaves the one below as it is.

import type { NodeId } from '../../../shared/domain/ids.ts';
import type { RadiusRule } from '../../../shared/domain/policy.ts';
import type { FaultKind } from '../../../shared/faults/index.ts';
import type { Gauge } from './groups.ts';
import { isAbout, type Membership } from './membership.ts';
import { createPast, type Past } from './past.ts';

/** What impairs a node: an injection, or, with no fault, that the node is away. */
export interface Impairment {
  readonly node: NodeId;
  readonly fault: FaultKind | null;
  readonly service: string | null;
  /** The run that it belongs to; `null` for a node that is away. */
  readonly owner: string | null;
}

export interface Tally extends Pick<Past, 'startsAfter' | 'lastEnd'> {
  /** `startedAt` counts for rates; null for a node that is away. An impairment that is known already changes nothing. */
  readonly add: (key: string, impairment: Impairment, startedAt: number | null) => void;
  /** `endedAt` counts for cool-downs. */
  readonly remove: (key: string, endedAt: number) => void;
  /** `change` may put the node into other groups: what impairs it is counted there afterwards. */
  readonly regroup: (node: NodeId, change: () => void) => void;
  /** An injection that has come and gone. */
  readonly remember: (past: Impairment, startedAt: number, endedAt: number) => void;
  /** Nodes of the gauge that are impaired; for cool-downs, injections that last. */
  readonly impaired: (gauge: Gauge) => number;
  /** All that impairs the node. */
  readonly at: (node: NodeId) => readonly Impairment[];
}

/** Whether the rule counts a node with these impairments as impaired. */
export function isImpaired(rule: RadiusRule, here: readonly Impairment[]): boolean {
  return here.some(({ fault }) => isAbout(rule, fault));
}

/** `below` must not change while this one is in use. */
export function createTally(membership: Membership, below: Tally | null = null): Tally {
  const known = new Map<string, Impairment>();
  const counts = createCounts(membership, below);
  const past = createPast();

  function noteStart({ node, service, fault }: Impairment, at: number): void {
    for (const places of membership.placesOf(node, service))
      for (const { gauge } of places)
        if (gauge.rule.kind === 'rate' && isAbout(gauge.rule, fault)) past.noteStart(gauge, at);
  }

  function noteEnd({ node, service, fault }: Impairment, at: number): void {
    for (const places of membership.placesOf(node, service))
      for (const { gauge } of places)
        if (gauge.rule.kind === 'coolDown' && isAbout(gauge.rule, fault)) past.noteEnd(gauge, at);
  }

  return {
    add: (key, impairment, startedAt) => {
      if (known.has(key)) return;
      known.set(key, impairment);
      counts.add(impairment);
      if (startedAt !== null) noteStart(impairment, startedAt);
    },
    remove: (key, endedAt) => {
      const impairment = known.get(key);
      if (impairment === undefined) return;
      known.delete(key);
      counts.remove(impairment);
      if (impairment.fault !== null) noteEnd(impairment, endedAt);
    },
    regroup: (node, change) => {
      const here = counts.own(node);
      for (const impairment of here.toReversed()) counts.remove(impairment);
      change();
      for (const impairment of here) counts.add(impairment);
    },
    remember: (gone, startedAt, endedAt) => {
      noteStart(gone, startedAt);
      noteEnd(gone, endedAt);
    },
    impaired: counts.impaired,
    at: counts.at,
    startsAfter: (gauge, at) => past.startsAfter(gauge, at) + (below === null ? 0 : below.startsAfter(gauge, at)),
    lastEnd: (gauge) => {
      const [own, lower] = [past.lastEnd(gauge), below === null ? null : below.lastEnd(gauge)];
      return own === null || lower === null ? (own ?? lower) : Math.max(own, lower);
    },
  };
}

interface Counts extends Pick<Tally, 'impaired' | 'at'> {
  readonly add: (impairment: Impairment) => void;
  readonly remove: (impairment: Impairment) => void;
  /** Without those of the tally below. */
  readonly own: (node: NodeId) => readonly Impairment[];
}

const NOTHING: readonly Impairment[] = [];

function createCounts(membership: Membership, below: Tally | null): Counts {
  const byNode = new Map<NodeId, readonly Impairment[]>();
  const counts = new Map<Gauge, number>();

  function own(node: NodeId): readonly Impairment[] {
    return byNode.get(node) ?? NOTHING;
  }

  function at(node: NodeId): readonly Impairment[] {
    const lower = below === null ? NOTHING : below.at(node);
    return lower.length === 0 ? own(node) : [...lower, ...own(node)];
  }

  function count(gauge: Gauge, by: 1 | -1): void {
    counts.set(gauge, (counts.get(gauge) ?? 0) + by);
  }

  /** While `impairment` is not among those of its node: a node is counted once, however many faults it has. */
  function tip(impairment: Impairment, by: 1 | -1): void {
    const here = at(impairment.node);
    for (const places of membership.placesOf(impairment.node, impairment.service)) {
      for (const { gauge, side } of places) {
        const { rule } = gauge;
        if (!countsFor(rule, impairment)) continue;
        // Cool-downs count injections, not nodes.
        if (rule.kind !== 'coolDown' && isImpaired(rule, here)) continue;
        count(gauge, by);
        if (side !== null) count(side, by);
      }
    }
  }

  return {
    add: (impairment) => {
      tip(impairment, 1);
      byNode.set(impairment.node, [...own(impairment.node), impairment]);
    },
    remove: (impairment) => {
      const left = own(impairment.node).filter((other) => other !== impairment);
      if (left.length > 0) byNode.set(impairment.node, left);
      else byNode.delete(impairment.node);
      tip(impairment, -1);
    },
    own,
    at,
    impaired: (gauge) => (counts.get(gauge) ?? 0) + (below === null ? 0 : below.impaired(gauge)),
  };
}

function countsFor(rule: RadiusRule, { fault }: Impairment): boolean {
  const { kind } = rule;
  // A node that is away has not been injected into, so nothing has to rest for it.
  const isCounted = kind === 'limit' || kind === 'floor' || kind === 'apart' || (kind === 'coolDown' && fault !== null);
  return isCounted && isAbout(rule, fault);
}
