// What a timeline says of a run: injections with what came of them, stages with their recovery, monitors in
// numbers. Pure; report, command line and console all read this and none of them folds events on its own.

import type { FaultKind } from '../../shared/faults/index.ts';
import type { NodeId, OrderId, SlotId } from '../../shared/domain/ids.ts';
import type { EndReason, Observation, ProcessIdentity, SkippedProcess } from '../../shared/domain/order.ts';
import type { HaltedNode, RunEvent } from '../../shared/domain/run.ts';
import { median } from './judge.ts';
import { recoveries, type Recovery } from './mttr.ts';

export interface InjectionFinding {
  readonly slot: SlotId;
  readonly order: OrderId;
  readonly node: NodeId;
  readonly fault: FaultKind;
  readonly sentAt: number;
  readonly outcome: 'open' | 'ended' | 'refused' | 'lost';
  /** Null until the node has started it. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
  readonly targets: readonly ProcessIdentity[];
  readonly skipped: readonly SkippedProcess[];
  readonly observations: readonly Observation[];
  readonly effective: boolean | null;
  /** Why it was refused or lost, or which undo failed. */
  readonly why: string | null;
  /** When what was lost or could not be undone was confirmed as reverted; null when that was not so, or is so yet. */
  readonly cleanAt: number | null;
  /** Null when it never started. */
  readonly recovery: Recovery | null;
}

export interface StageFinding {
  readonly stage: string;
  readonly startedAt: number;
  /** From the end of the stage until the steady state held; null when it did not return. */
  readonly recoveredAfterMs: number | null;
}

export interface MonitorFinding {
  readonly monitor: string;
  readonly baseline: number | null;
  readonly samples: number;
  /** Times without a value. */
  readonly missing: number;
  readonly min: number | null;
  readonly median: number | null;
  readonly max: number | null;
}

export interface Findings {
  readonly injections: readonly InjectionFinding[];
  readonly stages: readonly StageFinding[];
  readonly monitors: readonly MonitorFinding[];
  readonly skippedSlots: readonly { readonly slot: SlotId; readonly node: NodeId | null; readonly why: string }[];
  readonly breached: readonly string[];
  readonly halted: readonly HaltedNode[];
}

export function findingsOf(events: readonly RunEvent[]): Findings {
  return {
    injections: injectionsOf(events),
    stages: stagesOf(events),
    monitors: monitorsOf(events),
    skippedSlots: events.flatMap(({ body }) =>
      body.type === 'slot.skipped' ? [{ slot: body.slot, node: body.node, why: body.why }] : [],
    ),
    breached: events.flatMap(({ body }) => (body.type === 'abort.breached' ? [`${body.condition} (${body.why})`] : [])),
    halted: events.flatMap(({ body }) => (body.type === 'halt.confirmed' ? body.nodes : [])),
  };
}

function injectionsOf(events: readonly RunEvent[]): InjectionFinding[] {
  const found = new Map<OrderId, InjectionFinding>();
  for (const event of events) {
    const { body } = event;
    if (!('order' in body) || body.type === 'revert.sent') continue;
    const known = found.get(body.order);
    if (body.type === 'order.sent') found.set(body.order, newFinding(event.at, body));
    else if (known !== undefined) found.set(body.order, { ...known, ...changeOf(event.at, body) });
  }
  return withRecoveries([...found.values()], events);
}

type OrderBody = Extract<RunEvent['body'], { readonly order: OrderId; readonly slot: SlotId }>;
type SentBody = Extract<OrderBody, { readonly type: 'order.sent' }>;

function newFinding(sentAt: number, { slot, order, node, fault }: SentBody): InjectionFinding {
  return {
    slot,
    order,
    node,
    fault,
    sentAt,
    outcome: 'open',
    startedAt: null,
    endedAt: null,
    endReason: null,
    targets: [],
    skipped: [],
    observations: [],
    effective: null,
    why: null,
    cleanAt: null,
    recovery: null,
  };
}

function changeOf(at: number, body: Exclude<OrderBody, SentBody>): Partial<InjectionFinding> {
  switch (body.type) {
    case 'injection.started':
      return { startedAt: at, targets: body.targets, skipped: body.skipped };
    case 'injection.refused':
      return { outcome: 'refused', why: `${body.code}: ${body.why}`, skipped: body.skipped };
    case 'injection.lost':
      return { outcome: 'lost', why: body.why };
    case 'order.repeated':
      return {};
    case 'revert.confirmed':
      return { cleanAt: at };
    case 'injection.ended': {
      const { observations, effective, reason, reverted, revertErrors } = body;
      const why = reverted ? null : `an undo failed: ${revertErrors.join('; ')}`;
      return { outcome: 'ended', endedAt: at, endReason: reason, observations, effective, why };
    }
  }
}

/** All on the coordinator's clock: nodes' clocks may differ from it. */
function withRecoveries(injections: readonly InjectionFinding[], events: readonly RunEvent[]): InjectionFinding[] {
  const started = injections.flatMap(({ order, startedAt }) => (startedAt === null ? [] : [{ order, startedAt }]));
  const steady = events.flatMap(({ at, body }) =>
    body.type === 'steady.lost' || body.type === 'steady.regained'
      ? [{ at, holds: body.type === 'steady.regained' }]
      : [],
  );
  const byOrder = new Map(
    recoveries({ injections: started, steady, endedAt: events.at(-1)?.at ?? 0 }).map((found) => [found.order, found]),
  );
  return injections.map((injection) => ({ ...injection, recovery: byOrder.get(injection.order) ?? null }));
}

function stagesOf(events: readonly RunEvent[]): StageFinding[] {
  const recovered = new Map(
    events.flatMap(({ body }) => (body.type === 'recovery.measured' ? [[body.stage, body.tookMs] as const] : [])),
  );
  return events.flatMap(({ at, body }) =>
    body.type === 'stage.started'
      ? [{ stage: body.stage, startedAt: at, recoveredAfterMs: recovered.get(body.stage) ?? null }]
      : [],
  );
}

function monitorsOf(events: readonly RunEvent[]): MonitorFinding[] {
  const samples = events.flatMap(({ body }) => (body.type === 'monitor.sampled' ? [body] : []));
  const medians = events.flatMap(({ body }) => (body.type === 'baseline.measured' ? [body.medians] : []))[0] ?? {};
  return [...new Set(samples.map(({ monitor }) => monitor))].map((monitor) => {
    const all = samples.filter((sample) => sample.monitor === monitor);
    const values = all.flatMap(({ value }) => (value === null ? [] : [value])).toSorted((a, b) => a - b);
    return {
      monitor,
      baseline: medians[monitor] ?? null,
      samples: all.length,
      missing: all.length - values.length,
      min: values[0] ?? null,
      median: values.length > 0 ? median(values) : null,
      max: values.at(-1) ?? null,
    };
  });
}
