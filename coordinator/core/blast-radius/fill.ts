// Who takes a node's place in a slot: the node itself if it can, else the next by rank that can and that nothing
// impairs yet. Dispatch and forecast both go this way, so that what a plan foretells is what a run then does.

import type { NodeId } from '../../../shared/domain/ids.ts';
import type { Slot } from '../../../shared/domain/plan.ts';
import type { Candidate } from './headroom.ts';

/** Why a node cannot be hit just now, or ever. */
export interface Obstacle {
  readonly code: string;
  /** The rule of the policy that says so; null when it is no rule. */
  readonly rule: string | null;
  readonly message: string;
}

export type Filled =
  | { readonly taken: NodeId; readonly instead: Obstacle | null }
  /** `obstacle` is that of the node that was to be hit. */
  | { readonly taken: null; readonly obstacle: Obstacle };

export interface Ground {
  /** Takes a node, or says why not. */
  readonly take: (node: NodeId) => Obstacle | null;
  readonly isFree: (node: NodeId) => boolean;
}

/** A reserve that is taken is removed from `reserves`; others stay for later. */
export function fillPlace(node: NodeId, reserves: NodeId[], { take, isFree }: Ground): Filled {
  const obstacle = take(node);
  if (obstacle === null) return { taken: node, instead: null };
  // To hit one twice in the place of two would fit nearly every limit, and be another experiment.
  const index = reserves.findIndex((reserve) => isFree(reserve) && take(reserve) === null);
  const [reserve] = index < 0 ? [] : reserves.splice(index, 1);
  return reserve === undefined ? { taken: null, obstacle } : { taken: reserve, instead: obstacle };
}

export function candidateOf(
  { fault, processes }: Pick<Slot, 'fault' | 'processes'>,
  node: NodeId,
  owner: string,
): Candidate {
  return { node, fault, service: processes?.service ?? null, owner };
}

/** How long a slot waits for room that other runs take, when its document does not say. */
const SLACK_MS = 30_000;

export function slackOf({ slackMs }: Pick<Slot, 'slackMs'>): number {
  return slackMs ?? SLACK_MS;
}
