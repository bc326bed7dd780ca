// Which nodes a selector means, and which of them win a slot. Each candidate's rank comes from the slot's draw
// key and its own id alone: losing a node leaves the order of all others as it was.

import type { FlatMode, Mode, NodeSelector } from '../../shared/domain/experiment.ts';
import type { NodeId } from '../../shared/domain/ids.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import {
  createScorer,
  drawKey,
  fingerprint,
  openStream,
  rankBy,
  SCORES,
  type DrawScope,
  type Fingerprint,
} from '../../shared/draw.ts';
import { assertNever } from '../../shared/errors.ts';

/** Nodes whose labels all match, by name. */
export function selectNodes<Node extends InventoryNode>(selector: NodeSelector, inventory: readonly Node[]): Node[] {
  const matching = inventory.filter(({ labels }) => matchesLabels(selector, labels));
  return matching.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export function matchesLabels(selector: NodeSelector, labels: InventoryNode['labels']): boolean {
  if (selector === 'all') return true;
  return Object.entries(selector).every(([label, accepted]) => {
    const value = labels[label];
    return value !== undefined && accepted.includes(value);
  });
}

/** A node as a candidate: its fingerprint is computed once, not once per draw. */
export interface Candidate {
  readonly node: InventoryNode;
  readonly print: Fingerprint;
}

export function toCandidate(node: InventoryNode): Candidate {
  return { node, print: fingerprint(node.id) };
}

export interface Winners {
  /** Best rank first. */
  readonly nodes: readonly NodeId[];
  /** The next candidates, best rank first. */
  readonly standby: readonly NodeId[];
}

/** More than this many candidates away at once is no game day any more. */
const STANDBY = 3;

/** `scope` names the slot; purposes are added here. */
export function chooseNodes(mode: Mode, candidates: readonly Candidate[], scope: Omit<DrawScope, 'purpose'>): Winners {
  if (mode.kind !== 'groups') return chooseFlat(mode, candidates, scope);
  const groups = groupBy(mode.label, candidates);
  const ranked = rankBy(drawKey({ ...scope, purpose: 'group' }), [...groups.keys()], (value) => value);
  const chosen = ranked.slice(0, countOf(mode.choose, ranked.length, { ...scope, purpose: 'groups' }));
  const winners = chosen.map((value) => chooseFlat(mode.nodes, groups.get(value) ?? [], scope));
  return {
    nodes: winners.flatMap(({ nodes }) => nodes),
    standby: winners.flatMap(({ standby }) => standby).slice(0, STANDBY),
  };
}

function chooseFlat(mode: FlatMode, candidates: readonly Candidate[], scope: Omit<DrawScope, 'purpose'>): Winners {
  const count = countOf(mode, candidates.length, { ...scope, purpose: 'count' });
  const best = topRanked(drawKey({ ...scope, purpose: 'nodes' }), candidates, count + STANDBY);
  return { nodes: best.slice(0, count), standby: best.slice(count) };
}

/** How many of `size` candidates a mode takes: never more than there are, and none where the mode allows none. */
function countOf(mode: FlatMode, size: number, scope: DrawScope): number {
  switch (mode.kind) {
    case 'one':
      return Math.min(1, size);
    case 'all':
      return size;
    case 'count':
      return Math.min(mode.count, size);
    case 'percent':
      return shareOf(mode.percent, size);
    case 'upToPercent': {
      const most = shareOf(mode.percent, size);
      return most === 0 ? 0 : openStream(drawKey(scope)).integer(1, most);
    }
    case 'minority':
      return Math.max(0, Math.floor((size - 1) / 2));
    case 'majority':
      return size === 0 ? 0 : Math.floor(size / 2) + 1;
    default:
      return assertNever(mode);
  }
}

/** Rounded down, at least one of any. The tiny term keeps 7 % of 100 from becoming 6 by floating point. */
function shareOf(percent: number, size: number): number {
  return size === 0 ? 0 : Math.max(1, Math.floor((percent * size) / 100 + 1e-9));
}

function groupBy(label: string, candidates: readonly Candidate[]): Map<string, Candidate[]> {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const value = candidate.node.labels[label];
    if (value === undefined) continue;
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [candidate]);
    else group.push(candidate);
  }
  return groups;
}

interface Scored {
  readonly id: NodeId;
  readonly score: number;
}

/**
 * The best `count` by score, without sorting what cannot win. Scores are uniform, so that but for chance the
 * winners have the top `count / size` of all scores. Five standard deviations below that nearly always hold
 * enough of them; when they do not, everything is sorted.
 */
function topRanked(key: string, candidates: readonly Candidate[], count: number): NodeId[] {
  const score = createScorer(key);
  const generous = (count + 5 * Math.sqrt(count)) / candidates.length;
  const likely = scoredFrom((1 - generous) * SCORES, candidates, score);
  const enough = likely.length >= Math.min(count, candidates.length) ? likely : scoredFrom(0, candidates, score);
  return enough
    .toSorted(better)
    .slice(0, count)
    .map(({ id }) => id);
}

/** Those with a score of at least `least`. */
function scoredFrom(least: number, candidates: readonly Candidate[], score: (print: Fingerprint) => number): Scored[] {
  const found: Scored[] = [];
  for (const { node, print } of candidates) {
    const points = score(print);
    if (points >= least) found.push({ id: node.id, score: points });
  }
  return found;
}

function better(a: Scored, b: Scored): number {
  return b.score - a.score || (a.id < b.id ? -1 : 1);
}
