// The store port in memory, for tests whose subject is not the disk. Refuses what the database refuses.

import { chainEntry, GENESIS, type AuditRow } from '../../shared/audit.ts';
import type { NodeId, OrderId, RunId } from '../../shared/domain/ids.ts';
import type { KnownNode } from '../../shared/domain/node.ts';
import type { Reservation } from '../../shared/domain/reservation.ts';
import type { Lever, RunEvent, RunRecord } from '../../shared/domain/run.ts';
import type { Schedule } from '../../shared/domain/schedule.ts';
import { RouletteError } from '../../shared/errors.ts';
import { forgettableBefore } from '../../coordinator/store/old-reservations.ts';
import type { Batch, Store } from '../../coordinator/store/port.ts';

interface Contents {
  readonly runs: ReadonlyMap<RunId, RunRecord>;
  readonly events: readonly RunEvent[];
  readonly audit: readonly AuditRow[];
  readonly lever: Lever | null;
  readonly reservations: ReadonlyMap<OrderId, Reservation>;
  readonly nodes: ReadonlyMap<NodeId, KnownNode>;
  readonly schedules: ReadonlyMap<string, Schedule>;
}

const EMPTY: Contents = {
  runs: new Map(),
  events: [],
  audit: [],
  lever: null,
  reservations: new Map(),
  nodes: new Map(),
  schedules: new Map(),
};

export function createMemoryStore(): Store {
  let contents = EMPTY;
  let term = 0;
  const newestFirst = (): RunRecord[] => [...contents.runs.values()].toReversed();
  return {
    append: async (batch) => {
      contents = extend(contents, batch);
    },
    getRun: async (id) => contents.runs.get(id) ?? null,
    listRuns: async (limit) => newestFirst().slice(0, limit),
    lever: async () => contents.lever,
    openRuns: async () => [...contents.runs.values()].filter((run) => run.phase !== 'ended'),
    listEvents: async (id, afterSeq) =>
      contents.events
        .filter((event) => event.run === id && event.seq > afterSeq)
        .toSorted((first, second) => first.seq - second.seq),
    listAudit: async (afterSeq, limit) => contents.audit.filter((row) => row.seq > afterSeq).slice(0, limit),
    auditHead: async () => {
      const last = contents.audit.at(-1);
      return last === undefined ? GENESIS : { seq: last.seq, hash: last.hash };
    },
    reservations: async (releasedSinceAt) =>
      [...contents.reservations.values()]
        .filter(({ releasedAt }) => releasedAt === null || releasedAt >= releasedSinceAt)
        .toSorted((a, b) => a.reservedAt - b.reservedAt || compare(a.order, b.order)),
    knownNodes: async () => [...contents.nodes.values()].toSorted((a, b) => compare(a.id, b.id)),
    schedules: async () => [...contents.schedules.values()].toSorted((a, b) => compare(a.name, b.name)),
    nextTerm: async () => (term += 1),
    close: async () => {},
  };
}

function extend(contents: Contents, batch: Batch): Contents {
  const { lever = contents.lever, reservations = [] } = batch;
  const runs = new Map(contents.runs);
  if (batch.run !== undefined) runs.set(batch.run.id, batch.run);
  const audit = [...contents.audit];
  for (const entry of batch.audit ?? []) audit.push(chainEntry(audit.at(-1) ?? GENESIS, entry));
  return {
    runs,
    events: extendEvents(contents.events, batch.events ?? [], runs),
    audit,
    lever,
    reservations: extendReservations(contents.reservations, reservations),
    nodes: extendNodes(contents.nodes, batch),
    schedules: extendSchedules(contents.schedules, batch),
  };
}

function extendEvents(
  kept: Contents['events'],
  added: readonly RunEvent[],
  runs: Contents['runs'],
): Contents['events'] {
  const events = [...kept];
  for (const event of added) {
    if (!runs.has(event.run)) throw refused(`there is no run ${event.run}`);
    if (events.some(({ run, seq }) => run === event.run && seq === event.seq))
      throw refused(`event ${event.seq} of ${event.run} is there already`);
    events.push(event);
  }
  return events;
}

function extendReservations(kept: Contents['reservations'], added: readonly Reservation[]): Contents['reservations'] {
  const horizon = forgettableBefore(added);
  if (horizon === null) return kept;
  const reservations = new Map(kept);
  for (const reservation of added) reservations.set(reservation.order, reservation);
  return new Map([...reservations].filter(([, { releasedAt }]) => releasedAt === null || releasedAt >= horizon));
}

function extendNodes(kept: Contents['nodes'], { nodes: added = [], forgottenNode }: Batch): Contents['nodes'] {
  const nodes = new Map(kept);
  if (forgottenNode !== undefined) nodes.delete(forgottenNode);
  for (const node of added) nodes.set(node.id, node);
  return nodes;
}

function extendSchedules(kept: Contents['schedules'], { schedule, removedSchedule }: Batch): Contents['schedules'] {
  const schedules = new Map(kept);
  if (removedSchedule !== undefined) schedules.delete(removedSchedule);
  if (schedule !== undefined) schedules.set(schedule.name, schedule);
  return schedules;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function refused(why: string): RouletteError {
  return new RouletteError('STORE_UNWRITABLE', `nothing was written: ${why}`);
}
