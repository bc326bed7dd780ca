// Orders, answers and ends between wire and domain.

import { parseOrderId, parseSlotId, runId } from '../domain/ids.ts';
import type { FaultParams } from '../domain/experiment.ts';
import type {
  EndReason,
  InjectionEnd,
  InjectOrder,
  NodeHalted,
  Observation,
  OrderAnswer,
  Unreverted,
} from '../domain/order.ts';
import { canonicalJson } from '../canonical.ts';
import { isFaultKind } from '../faults/index.ts';
import type { AgentMessage } from './generated/roulette/v1/AgentMessage.ts';
import type { Ended, Ended__Output } from './generated/roulette/v1/Ended.ts';
import type { EndReason__Output } from './generated/roulette/v1/EndReason.ts';
import type { Halted__Output } from './generated/roulette/v1/Halted.ts';
import type { Inject, Inject__Output } from './generated/roulette/v1/Inject.ts';
import type { Observation as WireObservation, Observation__Output } from './generated/roulette/v1/Observation.ts';
import type { Refused__Output } from './generated/roulette/v1/Refused.ts';
import type { Started__Output } from './generated/roulette/v1/Started.ts';
import type { Unreverted as WireUnreverted, Unreverted__Output } from './generated/roulette/v1/Unreverted.ts';
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

/** `beat` is the newest beat of the node that the coordinator has received. */
export function toWireOrder(order: InjectOrder, beat: number): Inject {
  return {
    beat,
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
    notAfterMs: order.notAfterMs,
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
    notAfterMs: wire.notAfterMs,
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
  return Object.values(value).every(
    (member) => member === null || typeof member !== 'object' || (Array.isArray(member) && member.every(isText)),
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
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
  keeper: 'END_REASON_KEEPER',
  guard: 'END_REASON_GUARD',
  unkept: 'END_REASON_UNKEPT',
  vanished: 'END_REASON_VANISHED',
  'control-lost': 'END_REASON_CONTROL_LOST',
} as const satisfies Record<EndReason, EndReason__Output>;

export function toWireEnd(end: InjectionEnd): Ended {
  const { reason, observations, revertErrors, ...rest } = end;
  return {
    ...rest,
    reason: END_REASONS[reason],
    observations: observations.map((observation) => toWireObservation(observation)),
    revertErrors: [...revertErrors],
  };
}

const REASONS = Object.keys(END_REASONS).filter((reason): reason is EndReason => reason in END_REASONS);

/** A reason that this version does not know counts as failed: it must not look like a success. */
export function fromWireEnd(wire: Ended__Output): InjectionEnd {
  return {
    orderId: parseOrderId(wire.orderId),
    startedAt: wire.startedAt,
    endedAt: wire.endedAt,
    reason: REASONS.find((reason) => END_REASONS[reason] === wire.reason) ?? 'failed',
    observations: wire.observations.map((observation) => fromWireObservation(observation)),
    reverted: wire.reverted,
    revertErrors: wire.revertErrors,
  };
}

export function toWireHalted({ haltId, at, ends, unreverted }: NodeHalted): AgentMessage {
  return {
    halted: {
      haltId,
      haltedAt: at,
      ends: ends.map((end) => toWireEnd(end)),
      unreverted: unreverted.map((one) => toWireUnreverted(one)),
    },
  };
}

export function fromWireHalted({ haltId, haltedAt, ends, unreverted }: Halted__Output): NodeHalted {
  return {
    haltId,
    at: haltedAt,
    ends: ends.map((end) => fromWireEnd(end)),
    unreverted: unreverted.map((one) => fromWireUnreverted(one)),
  };
}

export function toWireUnreverted({ errors, ...rest }: Unreverted): WireUnreverted {
  return { ...rest, errors: [...errors] };
}

export function fromWireUnreverted({ orderId, since, errors }: Unreverted__Output): Unreverted {
  return { orderId: parseOrderId(orderId), since, errors };
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
