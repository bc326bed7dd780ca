// The live line of a run: a bar over the planned time of the stages, the injections that are over, the phase,
// and the newest values of the monitors. A pure fold over the timeline: time is what the events say.

import { round } from '../../shared/describe-event.ts';
import type { RunEvent } from '../../shared/domain/run.ts';
import type { Plan } from '../../shared/domain/plan.ts';

export interface Progress {
  readonly phase: string;
  /** Injections that the plan holds, and those that are over, refused or skipped. */
  readonly planned: number;
  readonly done: number;
  readonly monitors: Readonly<Record<string, number | null>>;
  readonly stages: readonly { readonly name: string; readonly lengthMs: number }[];
  /** The stage that plays or was played last, and when it began; null before the first. */
  readonly stage: { readonly name: string; readonly at: number } | null;
  /** Times of the first and the newest event; null before the first. */
  readonly span: { readonly from: number; readonly to: number } | null;
}

export function startProgress(plan: Plan): Progress {
  const planned = plan.slots.reduce((sum, { nodes }) => sum + nodes.length, 0);
  const stages = plan.stages.map(({ name, lengthMs }) => ({ name, lengthMs }));
  return { phase: 'prepared', planned, done: 0, monitors: {}, stages, stage: null, span: null };
}

const SETTLED = new Set(['injection.ended', 'injection.refused', 'injection.lost', 'slot.skipped']);

export function advance(before: Progress, { at, body }: RunEvent): Progress {
  const progress = { ...before, span: { from: before.span?.from ?? at, to: at } };
  if (SETTLED.has(body.type)) return { ...progress, done: progress.done + 1 };
  switch (body.type) {
    case 'baseline.started':
      return { ...progress, phase: 'baseline' };
    case 'stage.started':
      return { ...progress, phase: `stage ${body.stage}`, stage: { name: body.stage, at } };
    case 'recovery.started':
      return { ...progress, phase: `recovery after ${body.stage}` };
    case 'halt.requested':
      return { ...progress, phase: 'halting' };
    case 'monitor.sampled':
      return { ...progress, monitors: { ...progress.monitors, [body.monitor]: body.value } };
    default:
      return progress;
  }
}

/** From the first event to the newest. */
export function elapsedMs({ span }: Progress): number {
  return span === null ? 0 : span.to - span.from;
}

/** How much of the stages' planned time is over, 0 to 1. Waiting for a recovery is no part of it. */
export function playedShare({ stages, stage, span }: Progress): number {
  if (stage === null || span === null) return 0;
  const index = stages.findIndex(({ name }) => name === stage.name);
  const current = stages[index]?.lengthMs ?? 0;
  const sum = (some: Progress['stages']): number => some.reduce((total, { lengthMs }) => total + lengthMs, 0);
  const played = sum(stages.slice(0, Math.max(0, index))) + clamp(span.to - stage.at, current);
  const planned = sum(stages);
  return planned === 0 ? 0 : played / planned;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

const BAR_WIDTH = 24;

export function renderProgress(progress: Progress): string {
  const { phase, planned, done, monitors } = progress;
  const filled = Math.floor(playedShare(progress) * BAR_WIDTH);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`;
  const values = Object.entries(monitors).map(([name, value]) => `${name} ${value === null ? '?' : round(value)}`);
  return [`[${bar}] ${done}/${planned}`, phase, ...values].join('  ');
}
