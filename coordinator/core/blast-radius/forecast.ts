// What a plan would come to under the rules, by itself on the fleet as it is now: dispatch played over the planned
// times, each injection lasting as long as it is planned to. Other runs are left out, because nobody knows how long
// they will be there; what they hold is asked for when an order is due.

import type { NodeId, SlotId } from '../../../shared/domain/ids.ts';
import type { Plan, Slot } from '../../../shared/domain/plan.ts';
import type { RadiusRule } from '../../../shared/domain/policy.ts';
import { injectionLengthMs } from '../../../shared/faults/index.ts';
import { candidateOf, fillPlace, type Obstacle } from './fill.ts';
import { bindingOf, refuse, tightest, type Binding, type Candidate, type View } from './headroom.ts';
import { countAway } from './ledger.ts';
import { isAbout, type Membership } from './membership.ts';
import { createTally, type Tally } from './tally.ts';

export interface SlotForecast {
  readonly slot: SlotId;
  /** The rule that binds most, and what it has left at the tightest moment; null when no rule counts. */
  readonly binding: Binding | null;
  /** Nodes that cannot be hit at their time, with those that would be hit instead: how many, and the first of them. */
  readonly substitutedCount: number;
  readonly substituted: readonly { readonly node: NodeId; readonly by: NodeId; readonly why: Obstacle }[];
  /** The longest wait for room; 0 when none has to wait. */
  readonly waitsMs: number;
  /** Nodes for which there is no room within the slack, nor for another in their place; likewise. */
  readonly unfitCount: number;
  readonly unfit: readonly { readonly node: NodeId; readonly why: Obstacle }[];
}

type Draft = {
  -readonly [Key in keyof SlotForecast]: SlotForecast[Key] extends readonly (infer One)[] ? One[] : SlotForecast[Key];
};

interface Wish {
  readonly slot: Slot;
  readonly node: NodeId;
  /** Shared by all wishes of a slot. */
  readonly reserves: NodeId[];
  readonly since: number;
  readonly until: number;
}

/** In order of the slots. */
export function forecastPlan(plan: Plan, membership: Membership, now: number): SlotForecast[] {
  const play = createPlay(
    membership,
    plan.slots.some(({ slackMs = 0 }) => slackMs > 0),
  );
  let at = now;
  for (const stage of plan.stages) {
    const end = playStage(play, plan, { stage: stage.name, at });
    at = Math.max(end, at + stage.lengthMs, play.lastEnd());
  }
  return plan.slots.map(({ id }) => play.draftOf(id));
}

interface Play extends Pick<Agenda, 'endBy' | 'nextChange' | 'lastEnd'> {
  readonly draftOf: (slot: SlotId) => Draft;
  /** Fills the place, or says why it cannot be filled at this time. */
  readonly fill: (wish: Wish, at: number) => Obstacle | null;
}

/** What is to come. */
interface Agenda {
  /** The key under which the injection that ends then is to be counted. */
  readonly endAt: (at: number) => string;
  readonly wakeAt: (at: number) => void;
  /** Ends what is over by then. */
  readonly endBy: (at: number) => void;
  /** After this time, when the next injection is over, or a rate or a cool-down may let another one in. */
  readonly nextChange: (at: number) => number;
  readonly lastEnd: () => number;
}

/** Goes from one time at which something can change to the next. The answer is when the last place was settled. */
function playStage(
  play: Play,
  plan: Plan,
  { stage, at: start }: { readonly stage: string; readonly at: number },
): number {
  const due = plan.slots.filter((slot) => slot.stage === stage);
  let waiting: Wish[] = [];
  let at = start;
  for (let next = 0; next < due.length || waiting.length > 0;) {
    const comes = due[next];
    const dueAt = comes === undefined ? Number.POSITIVE_INFINITY : start + comes.offsetMs;
    const change = waiting.reduce((soonest, { until }) => Math.min(soonest, until), play.nextChange(at));
    at = Math.max(at, waiting.length === 0 ? dueAt : Math.min(dueAt, change));
    play.endBy(at);
    if (at >= dueAt && comes !== undefined) {
      waiting = [...waiting, ...wishesOf(plan, comes, at)];
      next += 1;
    }
    waiting = waiting.filter((wish) => hasToWait(play, wish, at));
  }
  return at;
}

function wishesOf(plan: Plan, slot: Slot, at: number): Wish[] {
  const reserves = [...(plan.standby[slot.id] ?? [])];
  // A plan that has to wait for itself says so: the slack that every slot has is for what others are doing.
  return slot.nodes.map((node) => ({ slot, node, reserves, since: at, until: at + (slot.slackMs ?? 0) }));
}

/** Fills the place if it can, or gives it up when its time is over. */
function hasToWait(play: Play, wish: Wish, at: number): boolean {
  const { slot, node, since, until } = wish;
  const draft = play.draftOf(slot.id);
  const obstacle = play.fill(wish, at);
  if (obstacle === null) draft.waitsMs = Math.max(draft.waitsMs, at - since);
  else if (at < until) return true;
  else giveUp(draft, node, obstacle);
  return false;
}

/** Nobody reads more of them, and a plan may have as many as the fleet. */
const MOST_TOLD = 20;

function giveUp(draft: Draft, node: NodeId, why: Obstacle): void {
  draft.unfitCount += 1;
  if (draft.unfit.length < MOST_TOLD) draft.unfit.push({ node, why });
}

function standIn(draft: Draft, { node, by, why }: Draft['substituted'][number]): void {
  draft.substitutedCount += 1;
  if (draft.substituted.length < MOST_TOLD) draft.substituted.push({ node, by, why });
}

/** `mayWait`: whether any slot of the plan may wait, so that it matters when something changes. */
function createPlay(membership: Membership, mayWait: boolean): Play {
  const tally = createTally(membership);
  for (const member of membership.members()) countAway(tally, member);
  const drafts = new Map<SlotId, Draft>();
  const agenda = createAgenda(tally);

  function draftOf(slot: SlotId): Draft {
    const draft = drafts.get(slot) ?? {
      slot,
      binding: null,
      substitutedCount: 0,
      substituted: [],
      waitsMs: 0,
      unfitCount: 0,
      unfit: [],
    };
    drafts.set(slot, draft);
    return draft;
  }

  function hit({ fault, durationMs, params }: Slot, candidate: Candidate, now: number): void {
    const end = now + injectionLengthMs(fault, durationMs, params);
    tally.add(agenda.endAt(end), candidate, now);
    if (!mayWait) return;
    for (const { gauge } of membership.placesOf(candidate.node, candidate.service).flat()) {
      const freeAt = freeAgainAt(gauge.rule, now, end);
      if (freeAt !== null && isAbout(gauge.rule, fault)) agenda.wakeAt(freeAt);
    }
  }

  function take(slot: Slot, node: NodeId, view: View): Obstacle | null {
    if (membership.get(node)?.connected !== true)
      return { code: 'NODE_AWAY', rule: null, message: `${node} is not connected` };
    const candidate = candidateOf(slot, node, 'the plan');
    const reading = tightest(view, candidate);
    if (reading !== null && reading.headroom < 0) return refuse(view, reading, node);
    const draft = draftOf(slot.id);
    // Rules that do not count have endless headroom.
    if (reading !== null && reading.headroom < (draft.binding?.headroom ?? Infinity))
      draft.binding = bindingOf(reading);
    hit(slot, candidate, view.now);
    return null;
  }

  return {
    draftOf,
    fill: ({ slot, node, reserves }, at) => {
      const filled = fillPlace(node, reserves, {
        take: (one) => take(slot, one, { membership, tally, now: at }),
        isFree: (one) => tally.at(one).length === 0,
      });
      if (filled.taken === null) return filled.obstacle;
      if (filled.instead !== null) standIn(draftOf(slot.id), { node, by: filled.taken, why: filled.instead });
      return null;
    },
    ...agenda,
  };
}

function createAgenda(tally: Tally): Agenda {
  const ends: { readonly at: number; readonly key: string }[] = [];
  const wakes = new Set<number>();
  let ended = 0;
  return {
    endAt: (at) => {
      const key = `planned ${ends.length}`;
      ends.splice(ends.findLastIndex((end) => end.at <= at) + 1, 0, { at, key });
      return key;
    },
    wakeAt: (at) => void wakes.add(at),
    endBy: (at) => {
      for (let end = ends[ended]; end !== undefined && end.at <= at; end = ends[ended]) {
        tally.remove(end.key, end.at);
        ended += 1;
      }
    },
    nextChange: (at) => {
      let next = ends[ended]?.at ?? Number.POSITIVE_INFINITY;
      for (const wake of wakes) {
        if (wake <= at) wakes.delete(wake);
        else next = Math.min(next, wake);
      }
      return next;
    },
    lastEnd: () => ends.at(-1)?.at ?? Number.NEGATIVE_INFINITY,
  };
}

/** When an injection of these times no longer keeps others out by time alone; null for rules that are not about time. */
function freeAgainAt(rule: RadiusRule, startAt: number, endAt: number): number | null {
  if (rule.kind === 'rate') return startAt + rule.withinMs;
  return rule.kind === 'coolDown' ? endAt + rule.lengthMs : null;
}
