// Between rows of the database and values of the domain: reservations, known nodes and schedules.
// Rows are our own data, so the checks are light: types, the words of each closed set, the shape of JSON.

import { canonicalJson } from '../../shared/canonical.ts';
import { nodeId, parseOrderId } from '../../shared/domain/ids.ts';
import type { KnownNode } from '../../shared/domain/node.ts';
import type { Reservation, ReservationState } from '../../shared/domain/reservation.ts';
import type { Schedule } from '../../shared/domain/schedule.ts';
import { isFaultKind } from '../../shared/faults/index.ts';
import {
  among,
  integer,
  integerOrNull,
  isObject,
  json,
  oneOf,
  read,
  text,
  textOrNull,
  unreadable,
  type Reading,
} from './reading.ts';

type Row = Readonly<Record<string, string | number | null>>;

export function reservationToRow(reservation: Reservation): Row {
  return {
    order_id: reservation.order,
    node: reservation.node,
    fault: reservation.fault,
    service: reservation.service,
    state: reservation.state,
    reserved_at: reservation.reservedAt,
    until: reservation.until,
    released_at: reservation.releasedAt,
  };
}

export function reservationFromRow(row: unknown): Reservation {
  const reading = read('reservations', ['order_id'], row);
  return {
    order: parseOrderId(text(reading, 'order_id')),
    node: nodeId(text(reading, 'node')),
    fault: oneOf(reading, 'fault', isFaultKind),
    service: textOrNull(reading, 'service'),
    state: oneOf(reading, 'state', isReservationState),
    reservedAt: integer(reading, 'reserved_at'),
    until: integerOrNull(reading, 'until'),
    releasedAt: integerOrNull(reading, 'released_at'),
  };
}

export function nodeToRow(node: KnownNode): Row {
  return {
    id: node.id,
    environment: node.environment,
    labels: canonicalJson(node.labels),
    last_seen_at: node.lastSeenAt,
  };
}

export function nodeFromRow(row: unknown): KnownNode {
  const reading = read('nodes', ['id'], row);
  return {
    id: nodeId(text(reading, 'id')),
    environment: text(reading, 'environment'),
    labels: labels(reading),
    lastSeenAt: integer(reading, 'last_seen_at'),
  };
}

function labels(reading: Reading): Readonly<Record<string, string>> {
  const value = json(reading, 'labels');
  if (!isLabels(value)) throw unreadable(reading, 'column labels does not hold labels');
  return value;
}

function isLabels(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && !Array.isArray(value) && Object.values(value).every((member) => typeof member === 'string');
}

export function scheduleToRow(schedule: Schedule): Row {
  return {
    name: schedule.name,
    cron: schedule.cron,
    timezone: schedule.timezone,
    document: schedule.document,
    seed: schedule.seed,
    added_by: schedule.addedBy,
    added_at: schedule.addedAt,
    settled_at: schedule.settledAt,
  };
}

export function scheduleFromRow(row: unknown): Schedule {
  const reading = read('schedules', ['name'], row);
  return {
    name: text(reading, 'name'),
    cron: text(reading, 'cron'),
    timezone: text(reading, 'timezone'),
    document: text(reading, 'document'),
    seed: text(reading, 'seed'),
    addedBy: text(reading, 'added_by'),
    addedAt: integer(reading, 'added_at'),
    settledAt: integer(reading, 'settled_at'),
  };
}

const isReservationState = among<ReservationState>({ active: true, recovering: true, broken: true, expiring: true });
