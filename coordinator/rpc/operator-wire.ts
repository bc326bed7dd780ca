// Runs, events, nodes and audit rows in wire form.

import type { AuditRow } from '../../shared/audit.ts';
import { canonicalJson } from '../../shared/canonical.ts';
import type { OrderId } from '../../shared/domain/ids.ts';
import type { KnownNode } from '../../shared/domain/node.ts';
import type { Reservation } from '../../shared/domain/reservation.ts';
import type { HaltedNode, Lever, RunEvent, RunSummary } from '../../shared/domain/run.ts';
import { present } from '../../shared/rpc/absent.ts';
import type { AuditRow as WireAuditRow } from '../../shared/rpc/generated/roulette/v1/AuditRow.ts';
import type { HaltedInjection } from '../../shared/rpc/generated/roulette/v1/HaltedInjection.ts';
import type { HaltedNode as WireHaltedNode } from '../../shared/rpc/generated/roulette/v1/HaltedNode.ts';
import type { Lever as WireLever } from '../../shared/rpc/generated/roulette/v1/Lever.ts';
import type { Node } from '../../shared/rpc/generated/roulette/v1/Node.ts';
import type { Reservation as WireReservation } from '../../shared/rpc/generated/roulette/v1/Reservation.ts';
import type { Schedule as WireSchedule } from '../../shared/rpc/generated/roulette/v1/Schedule.ts';
import type { Run } from '../../shared/rpc/generated/roulette/v1/Run.ts';
import type { RunEvent as WireRunEvent } from '../../shared/rpc/generated/roulette/v1/RunEvent.ts';
import { toWireFacts } from '../../shared/rpc/node-wire.ts';
import type { FleetNode } from '../services/fleet.ts';
import type { FleetHaltRow } from '../services/lever.ts';
import type { ListedSchedule } from '../services/schedules.ts';

export function toWireRun(record: RunSummary): Run {
  const { id, experiment, owner, seed, planDigest, phase, requestedBy, preparedAt } = record;
  const { verdict, reason, replayOf, endedAt, expiresAt, policyDigest } = record;
  return {
    id,
    experiment,
    owner,
    seed,
    planDigest,
    phase,
    requestedBy,
    preparedAt,
    ...present({ verdict, reason, replayOf, endedAt, expiresAt, policyDigest }),
  };
}

export function toWireEvent({ run, seq, at, body }: RunEvent): WireRunEvent {
  return { runId: run, seq, at, type: body.type, bodyJson: canonicalJson(body) };
}

export function toWireNode(node: FleetNode, activeOrders: readonly OrderId[]): Node {
  const { id, environment, labels, faults, capabilities, facts, metrics, health, lastSeenAt, guard } = node;
  return {
    id,
    environment,
    labels,
    faults,
    facts: toWireFacts(facts),
    metrics,
    lastSeenAt,
    guard,
    alarms: node.unreverted.map(({ orderId, since, errors }) => ({ orderId, since, why: errors.join('; ') })),
    capabilities: [...capabilities],
    addresses: [...node.addresses],
    connected: health === 'connected',
    activeOrders: [...activeOrders],
  };
}

/** A node that has not connected to this coordinator yet. */
export function toWireUnseen({ id, environment, labels, lastSeenAt }: KnownNode): Node {
  return { id, environment, labels, lastSeenAt, connected: false };
}

export function toWireReservation(reservation: Reservation): WireReservation {
  const { order: orderId, node, fault, state, reservedAt, until } = reservation;
  return { orderId, node, fault, state, reservedAt, ...present({ until }) };
}

export function toWireSchedule(schedule: ListedSchedule): WireSchedule {
  const { name, cron, timezone, seed, addedBy, addedAt, nextAt } = schedule;
  return { name, cron, timezone, seed, addedBy, addedAt, ...present({ nextAt }) };
}

export function toWireHalted({ node, order, state, at, why }: HaltedNode): HaltedInjection {
  return { node, orderId: order, state, at, ...present({ why }) };
}

export function toWireHaltedNode({ node, state, at, why, orders }: FleetHaltRow): WireHaltedNode {
  return { node, state, at, orders: [...orders], ...present({ why }) };
}

export function toWireLever({ ref, ...lever }: Lever): WireLever {
  return { ...lever, ...present({ ref }) };
}

export function toWireAuditRow({ run, detail, ...row }: AuditRow): WireAuditRow {
  return { ...row, runId: run, detailJson: detail };
}
