// Orders, answers and ends between wire and domain.

import { parseOrderId, parseSlotId, runId } from '../domain/ids.ts';
import type { FaultParams } from '../domain/experiment.ts';
import type { EndReason, InjectionEnd, InjectOrder, Observation, OrderAnswer } from '../domain/order.ts';
import { canonicalJson } from '../canonical.ts';
import { isFaultKind } from '../faults/index.ts';
import type { AgentMessage } from './generated/roulette/v1/AgentMessage.ts';
import type { Ended__Output } from './generated/roulette/v1/Ended.ts';
import type { EndReason__Output } from './generated/roulette/v1/EndReason.ts';
import type { Inject, Inject__Output } from './generated/roulette/v1/Inject.ts';
import type { Observation as WireObservation, Observation__Output } from './generated/roulette/v1/Observation.ts';
import type { Refused__Output } from './generated/roulette/v1/Refused.ts';
import type { Started__Output } from './generated/roulette/v1/Started.ts';
import { orNull, present } from './absent.ts';
import {
  fromWirePick,
  fromWireProcess,
  fromWireSelector,
  fromWireSkipped,
  toWirePick,
  toWireProcess,
  toWireSelector,
} from './process-wire.ts';

export function toWireOrder(order: InjectOrder): Inject {
  return {
    orderId: order.id,
    runId: order.run,
    slotId: order.slot,
    term: order.term,
    fault: order.fault,
    specHash: order.specHash,
    paramsJson: canonicalJson(order.params),
    processes: order.processes === null ? null : toWireSelector(order.processes),
    pick: toWirePick(order.pick),
    drawKey: order.drawKey,
    leaseMs: order.leaseMs,
    ...present({ durationMs: order.durationMs }),
  };
}

/** An order as a value, or the sentence that says what in it is not understood. */
export function fromWireOrder(wire: Inject__Output): InjectOrder | string {
  const params = parseParams(wire.paramsJson);
  const pick = fromWirePick(wire.pick);
  if (!isFaultKind(wire.fault)) return `unknown fault ${wire.fault}`;
  if (params === null) return 'the parameters are not an object of plain values';
  if (pick === null) return 'the pick is of an unknown kind';
  return {
    id: parseOrderId(wire.orderId),
    run: runId(wire.runId),
    slot: parseSlotId(wire.slotId),
    term: wire.term,
    fault: wire.fault,
    specHash: wire.specHash,
    params,
    processes: wire.processes === null ? null : fromWireSelector(wire.processes),
    pick,
    drawKey: wire.drawKey,
    durationMs: orNull(wire.durationMs),
    leaseMs: wire.leaseMs,
  };
}

function parseParams(text: string): FaultParams | null {
  try {
    const value: unknown = JSON.parse(text);
    return isParams(value) ? value : null;
  } catch {
    return null;
  }
}

function isParams(value: unknown): value is FaultParams {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((member) => member === null || typeof member !== 'object');
}

export function toWireAnswer(answer: OrderAnswer): AgentMessage {
  const skipped = [...answer.skipped];
  if (answer.kind === 'refused') {
    const { orderId, at: refusedAt, code, message } = answer;
    return { refused: { orderId, refusedAt, code, message, skipped } };
  }
  const targets = answer.targets.map((target) => toWireProcess(target));
  return { started: { orderId: answer.orderId, startedAt: answer.at, targets, skipped } };
}

export function fromWireStarted(wire: Started__Output): OrderAnswer {
  return {
    kind: 'started',
    orderId: parseOrderId(wire.orderId),
    at: wire.startedAt,
    targets: wire.targets.map((target) => fromWireProcess(target)),
    skipped: fromWireSkipped(wire.skipped),
  };
}

export function fromWireRefused(wire: Refused__Output): OrderAnswer {
  return {
    kind: 'refused',
    orderId: parseOrderId(wire.orderId),
    at: wire.refusedAt,
    code: wire.code,
    message: wire.message,
    skipped: fromWireSkipped(wire.skipped),
  };
}

const END_REASONS = {
  completed: 'END_REASON_COMPLETED',
  halted: 'END_REASON_HALTED',
  'lease-expired': 'END_REASON_LEASE_EXPIRED',
  'agent-stopped': 'END_REASON_AGENT_STOPPED',
  failed: 'END_REASON_FAILED',
  recovered: 'END_REASON_RECOVERED',
} as const satisfies Record<EndReason, EndReason__Output>;

export function toWireEnd(end: InjectionEnd): AgentMessage {
  const { reason, observations, revertErrors, ...rest } = end;
  return {
    ended: {
      ...rest,
      reason: END_REASONS[reason],
      observations: observations.map((observation) => toWireObservation(observation)),
      revertErrors: [...revertErrors],
    },
  };
}

/** A reason that this version does not know counts as failed: it must not look like a success. */
export function fromWireEnd(wire: Ended__Output): InjectionEnd {
  const reasons: readonly EndReason[] = ['completed', 'halted', 'lease-expired', 'agent-stopped', 'recovered'];
  return {
    orderId: parseOrderId(wire.orderId),
    startedAt: wire.startedAt,
    endedAt: wire.endedAt,
    reason: reasons.find((reason) => END_REASONS[reason] === wire.reason) ?? 'failed',
    observations: wire.observations.map((observation) => fromWireObservation(observation)),
    reverted: wire.reverted,
    revertErrors: wire.revertErrors,
  };
}

function toWireObservation({ asked, achieved, effective, ...rest }: Observation): WireObservation {
  return { ...rest, ...present({ asked, achieved, effective }) };
}

function fromWireObservation(wire: Observation__Output): Observation {
  return {
    name: wire.name,
    unit: wire.unit,
    asked: orNull(wire.asked),
    achieved: orNull(wire.achieved),
    effective: orNull(wire.effective),
    note: wire.note,
  };
}
