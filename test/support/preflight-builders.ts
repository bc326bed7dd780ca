// Questions of the pre-flight check, valid as they are.

import { preflightOf, type PreflightRequest } from '../../coordinator/core/preflight.ts';
import { nodeId, slotId } from '../../shared/domain/ids.ts';
import type { Plan, Slot } from '../../shared/domain/plan.ts';
import type { RunSummary } from '../../shared/domain/run.ts';
import { buildRun } from './store-builders.ts';

export function buildSlot(number: number, changes: Partial<Slot> = {}): Slot {
  return {
    id: slotId('smoke', 1, number),
    stage: 'smoke',
    step: 1,
    repetition: number,
    offsetMs: 0,
    fault: 'process-kill',
    params: {},
    durationMs: null,
    target: 'orders',
    processes: null,
    pick: { kind: 'one' },
    nodes: [nodeId(`orders-${number}`)],
    drawKey: 'd'.repeat(64),
    ...changes,
  };
}

export function buildPlan(slots: readonly Slot[], standby: Plan['standby'] = {}): Plan {
  return {
    apiVersion: 'roulette/v1',
    kind: 'Plan',
    experiment: { name: 'kill-orders', owner: 'ana', environment: 'staging', digest: 'e'.repeat(64) },
    seed: 'game-day-7',
    stages: [],
    slots,
    standby,
    problems: [],
  };
}

export function buildPreflight(
  run: Partial<RunSummary> = {},
  plan: Plan = buildPlan([buildSlot(1)]),
): PreflightRequest {
  return preflightOf(buildRun(run), plan);
}
