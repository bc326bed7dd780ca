// The live line of a run: phase, a bar over the planned injections, and the newest values of the monitors.
// A pure fold over the timeline.

import { round } from '../../shared/describe-event.ts';
import type { RunEvent } from '../../shared/domain/run.ts';
import type { Plan } from '../../shared/domain/plan.ts';

export interface Progress {
  readonly phase: string;
  /** Injections that the plan holds, and those that are over, refused or skipped. */
  readonly planned: number;
  readonly done: number;
  readonly monitors: Readonly<Record<string, number | null>>;
}

export function startProgress(plan: Plan): Progress {
  const planned = plan.slots.reduce((sum, { nodes }) => sum + nodes.length, 0);
  return { phase: 'prepared', planned, done: 0, monitors: {} };
}

const SETTLED = new Set(['injection.ended', 'injection.refused', 'injection.lost', 'slot.skipped']);

export function advance(progress: Progress, { body }: RunEvent): Progress {
  if (SETTLED.has(body.type)) return { ...progress, done: progress.done + 1 };
  switch (body.type) {
    case 'baseline.started':
      return { ...progress, phase: 'baseline' };
    case 'stage.started':
      return { ...progress, phase: `stage ${body.stage}` };
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

const BAR_WIDTH = 24;

export function renderProgress({ phase, planned, done, monitors }: Progress): string {
  const filled = planned === 0 ? 0 : Math.min(BAR_WIDTH, Math.round((done / planned) * BAR_WIDTH));
  const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`;
  const values = Object.entries(monitors).map(([name, value]) => `${name} ${value === null ? '?' : round(value)}`);
  return [`[${bar}] ${done}/${planned}`, phase, ...values].join('  ');
}
