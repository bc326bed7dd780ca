// Values that stores keep, valid as they are; a test names only what it is about.

import type { AuditEntry } from '../../shared/audit.ts';
import { nodeId, orderId, runId, slotId } from '../../shared/domain/ids.ts';
import type { KnownNode } from '../../shared/domain/node.ts';
import type { Reservation } from '../../shared/domain/reservation.ts';
import type { RunEvent, RunEventBody, RunRecord } from '../../shared/domain/run.ts';
import type { Schedule } from '../../shared/domain/schedule.ts';

export function buildRun(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    id: runId('run-0123456789ab'),
    experiment: 'order-fulfillment-kill',
    owner: 'payments-oncall',
    seed: 'game-day-7',
    planDigest: 'd'.repeat(64),
    phase: 'playing',
    verdict: null,
    reason: null,
    requestedBy: 'ana',
    replayOf: null,
    preparedAt: 1_700_000_000_000,
    endedAt: null,
    expiresAt: null,
    policyDigest: null,
    document: 'apiVersion: roulette/v1\n',
    plan: '{"kind":"Plan"}',
    ...changes,
  };
}

export function buildEvent(seq: number, changes: { run?: RunEvent['run']; body?: RunEventBody } = {}): RunEvent {
  return {
    run: runId('run-0123456789ab'),
    seq,
    at: 1_700_000_000_000 + seq,
    body: { type: 'stage.started', stage: 'smoke', lengthMs: 1000 },
    ...changes,
  };
}

export function buildEntry(number: number, changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: 1_700_000_000_000 + number,
    actor: 'coordinator',
    action: 'order.send',
    run: 'run-0123456789ab',
    detail: `{"node":"orders-a","number":${number},"seed":"game-day-7"}`,
    ...changes,
  };
}

export function buildEntries(count: number): AuditEntry[] {
  return Array.from({ length: count }, (_, index) => buildEntry(index + 1));
}

export function buildReservation(number: number, changes: Partial<Reservation> = {}): Reservation {
  const node = nodeId(`orders-${number}`);
  return {
    order: orderId(runId('run-0123456789ab'), slotId('smoke', 1, number), node),
    node,
    fault: 'process-kill',
    service: 'orders',
    state: 'active',
    reservedAt: 1_700_000_000_000 + number,
    until: null,
    releasedAt: null,
    ...changes,
  };
}

export function buildKnownNode(changes: Partial<KnownNode> = {}): KnownNode {
  return {
    id: nodeId('orders-a'),
    environment: 'staging',
    labels: { role: 'orders', zone: 'a' },
    lastSeenAt: 1_700_000_000_000,
    ...changes,
  };
}

export function buildSchedule(changes: Partial<Schedule> = {}): Schedule {
  return {
    name: 'order-fulfillment-kill',
    cron: '0 10 * * 2',
    timezone: 'Europe/Paris',
    document: 'apiVersion: roulette/v1\n',
    seed: 'game-day-7',
    addedBy: 'ana',
    addedAt: 1_700_000_000_000,
    settledAt: 1_700_000_000_000,
    ...changes,
  };
}
