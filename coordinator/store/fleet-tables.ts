// The tables of the embedded store that hold the ledger, the fleet and the schedules.

import type { Database, Statement } from 'better-sqlite3';
import { readTable } from './database.ts';
import {
  nodeFromRow,
  nodeToRow,
  reservationFromRow,
  reservationToRow,
  scheduleFromRow,
  scheduleToRow,
} from './fleet-rows.ts';
import { forgettableBefore } from './old-reservations.ts';
import type { Batch, Store } from './port.ts';

export interface FleetTables extends Pick<Store, 'reservations' | 'knownNodes' | 'schedules'> {
  /** To be called inside the transaction of the batch. */
  readonly write: (batch: Batch) => void;
}

export function createFleetTables(db: Database): FleetTables {
  const statements = prepareStatements(db);
  return {
    write: (batch) => {
      writeReservations(statements, batch);
      writeNodes(statements, batch);
      writeSchedule(statements, batch);
    },
    reservations: async (releasedSinceAt) =>
      readTable('reservations', () => statements.listReservations.all(releasedSinceAt)).map(reservationFromRow),
    knownNodes: async () => readTable('nodes', () => statements.listNodes.all()).map(nodeFromRow),
    schedules: async () => readTable('schedules', () => statements.listSchedules.all()).map(scheduleFromRow),
  };
}

function writeReservations(statements: Statements, { reservations = [] }: Batch): void {
  for (const reservation of reservations) statements.putReservation.run(reservationToRow(reservation));
  const horizon = forgettableBefore(reservations);
  if (horizon !== null) statements.forgetReservations.run(horizon);
}

function writeNodes(statements: Statements, { nodes = [], forgottenNode }: Batch): void {
  if (forgottenNode !== undefined) statements.forgetNode.run(forgottenNode);
  for (const node of nodes) statements.putNode.run(nodeToRow(node));
}

function writeSchedule(statements: Statements, { schedule, removedSchedule }: Batch): void {
  if (removedSchedule !== undefined) statements.removeSchedule.run(removedSchedule);
  if (schedule !== undefined) statements.putSchedule.run(scheduleToRow(schedule));
}

interface Statements {
  readonly putReservation: Statement;
  readonly forgetReservations: Statement;
  readonly listReservations: Statement;
  readonly putNode: Statement;
  readonly forgetNode: Statement;
  readonly listNodes: Statement;
  readonly putSchedule: Statement;
  readonly removeSchedule: Statement;
  readonly listSchedules: Statement;
}

function prepareStatements(db: Database): Statements {
  const reading = (sql: string): Statement => db.prepare(sql).safeIntegers();
  return {
    putReservation: db.prepare(`
      REPLACE INTO reservations (order_id, node, fault, service, state, reserved_at, until, released_at)
      VALUES (@order_id, @node, @fault, @service, @state, @reserved_at, @until, @released_at)`),
    forgetReservations: db.prepare('DELETE FROM reservations WHERE released_at < ?'),
    // Each of the two conditions is looked up in the index.
    listReservations: reading(`
      SELECT * FROM reservations WHERE released_at IS NULL OR released_at >= ? ORDER BY reserved_at, order_id`),
    putNode: db.prepare(
      'REPLACE INTO nodes (id, environment, labels, last_seen_at) VALUES (@id, @environment, @labels, @last_seen_at)',
    ),
    forgetNode: db.prepare('DELETE FROM nodes WHERE id = ?'),
    listNodes: reading('SELECT * FROM nodes ORDER BY id'),
    putSchedule: db.prepare(`
      REPLACE INTO schedules (name, cron, timezone, document, seed, added_by, added_at, settled_at)
      VALUES (@name, @cron, @timezone, @document, @seed, @added_by, @added_at, @settled_at)`),
    removeSchedule: db.prepare('DELETE FROM schedules WHERE name = ?'),
    listSchedules: reading('SELECT * FROM schedules ORDER BY name'),
  };
}
