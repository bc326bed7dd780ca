// What every store does alike with reservations, known nodes and schedules.

import { describe, expect, it } from 'vitest';
import { verifyAudit } from '../../coordinator/services/audit.ts';
import type { Batch, Store } from '../../coordinator/store/port.ts';
import { nodeId, parseOrderId } from '../../shared/domain/ids.ts';
import type { Reservation } from '../../shared/domain/reservation.ts';
import {
  buildEntries,
  buildEntry,
  buildEvent,
  buildKnownNode,
  buildReservation,
  buildRun,
  buildSchedule,
} from '../support/store-builders.ts';
import { STORES } from '../support/stores.ts';

const NOW = 1_700_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;

async function readAll(store: Store): Promise<unknown> {
  return {
    reservations: await store.reservations(0),
    nodes: await store.knownNodes(),
    schedules: await store.schedules(),
  };
}

describe.each(STORES)('the $name store', ({ openStore }) => {
  it('knows no reservation, node or schedule at first', async () => {
    const store = await openStore();

    const found = await readAll(store);

    expect(found).toEqual({ reservations: [], nodes: [], schedules: [] });
  });

  it('gives all of them back as they came, together with the events and audit rows of the batch', async () => {
    const store = await openStore();
    const reservations = [
      buildReservation(1),
      buildReservation(2, { service: null, fault: 'net-loss', state: 'recovering' }),
      buildReservation(3, { service: 'größe "ß" 🎲', state: 'broken' }),
      buildReservation(4, { state: 'expiring', until: NOW + 60_000, releasedAt: NOW + 70_000 }),
    ];
    const node = buildKnownNode({ labels: { 'größe "ß"': '🎲', toString: '{}' } });
    const schedule = buildSchedule({ document: 'name: größe 🎲 "x"\n' });

    await store.append({
      run: buildRun(),
      events: [buildEvent(1)],
      audit: buildEntries(1),
      reservations,
      nodes: [node],
      schedule,
    });

    expect(await readAll(store)).toEqual({ reservations, nodes: [node], schedules: [schedule] });
    expect(await store.listEvents(buildRun().id, 0)).toEqual([buildEvent(1)]);
    expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 1 });
  });

  it('replaces what has the same order or name, and leaves the others', async () => {
    const store = await openStore();
    const other = { node: buildKnownNode({ id: nodeId('orders-b') }), schedule: buildSchedule({ name: 'smoke' }) };
    await store.append({
      reservations: [buildReservation(1), buildReservation(2)],
      nodes: [buildKnownNode(), other.node],
      schedule: buildSchedule(),
    });
    await store.append({ schedule: other.schedule });
    const released = buildReservation(1, { state: 'expiring', until: NOW + 5, releasedAt: NOW + 10, service: null });
    const seenAgain = buildKnownNode({ environment: 'test', labels: {}, lastSeenAt: NOW + 10 });
    const settled = buildSchedule({ cron: '* * * * *', settledAt: NOW + 10 });

    await store.append({ reservations: [released], nodes: [seenAgain], schedule: settled });

    expect(await readAll(store)).toEqual({
      reservations: [released, buildReservation(2)],
      nodes: [seenAgain, other.node],
      schedules: [settled, other.schedule],
    });
  });

  it('keeps the last of a batch that names one reservation twice', async () => {
    const store = await openStore();
    const released = buildReservation(1, { releasedAt: NOW + 10 });

    await store.append({ reservations: [buildReservation(1), released] });

    expect(await store.reservations(0)).toEqual([released]);
  });

  it('lists what is reserved and what was released since a time', async () => {
    const store = await openStore();
    const reservations = [null, NOW + 9, NOW + 10, NOW + 11].map((releasedAt, index) =>
      buildReservation(index, { releasedAt }),
    );
    await store.append({ reservations });

    const found = [await store.reservations(NOW + 10), await store.reservations(NOW + 12)];

    expect(found).toEqual([[reservations[0], reservations[2], reservations[3]], [reservations[0]]]);
  });

  it('lists reservations by time and then by order, however they came', async () => {
    const store = await openStore();
    const build = (order: string, reservedAt: number, releasedAt: number | null): Reservation =>
      buildReservation(1, { order: parseOrderId(order), reservedAt, releasedAt });

    await store.append({ reservations: [build('run-c', 2, null), build('run-a', 3, NOW)] });
    await store.append({ reservations: [build('run-b', 2, NOW), build('run-d', 1, NOW), build('run-B', 2, null)] });

    const orders = (await store.reservations(0)).map(({ order }) => order);
    expect(orders).toEqual(['run-d', 'run-B', 'run-b', 'run-c', 'run-a']);
  });

  it('forgets what was released more than eight days before the newest reservation, and nothing else', async () => {
    const store = await openStore();
    const reservedAt = NOW - 20 * DAY_MS;
    const kept = [
      buildReservation(1, { reservedAt }),
      buildReservation(2, { reservedAt, releasedAt: NOW - 8 * DAY_MS }),
    ];
    const old = buildReservation(3, { reservedAt, releasedAt: NOW - 8 * DAY_MS - 1 });
    await store.append({ reservations: [...kept, old] });
    await store.append({ audit: buildEntries(1) });
    const before = await store.reservations(0);
    const newest = buildReservation(4, { reservedAt: NOW });

    await store.append({ reservations: [newest, buildReservation(5, { reservedAt: NOW - DAY_MS })] });

    const after = (await store.reservations(0)).map(({ node }) => node);
    expect(before).toEqual([...kept, old]);
    expect(after).toEqual(['orders-1', 'orders-2', 'orders-5', 'orders-4']);
  });

  it('lists nodes and schedules by name, however they came', async () => {
    const store = await openStore();
    const names = ['orders-b', 'Orders', 'orders-10', 'orders-a'];
    for (const name of names)
      await store.append({ nodes: [buildKnownNode({ id: nodeId(name) })], schedule: buildSchedule({ name }) });

    const nodes = (await store.knownNodes()).map(({ id }) => id);
    const schedules = (await store.schedules()).map(({ name }) => name);

    expect(nodes).toEqual(['Orders', 'orders-10', 'orders-a', 'orders-b']);
    expect(schedules).toEqual(nodes);
  });

  it('forgets the node and removes the schedule that are named, and only those', async () => {
    const store = await openStore();
    const other = { node: buildKnownNode({ id: nodeId('orders-b') }), schedule: buildSchedule({ name: 'smoke' }) };
    await store.append({ nodes: [buildKnownNode(), other.node], schedule: buildSchedule() });
    await store.append({ schedule: other.schedule });

    await store.append({ forgottenNode: buildKnownNode().id, removedSchedule: buildSchedule().name });

    expect(await readAll(store)).toEqual({ reservations: [], nodes: [other.node], schedules: [other.schedule] });
  });

  it('takes it calmly when the node to forget or the schedule to remove is not there', async () => {
    const store = await openStore();
    await store.append({ nodes: [buildKnownNode()], schedule: buildSchedule() });

    await store.append({ forgottenNode: nodeId('nobody'), removedSchedule: 'nothing', audit: buildEntries(1) });

    expect(await readAll(store)).toEqual({ reservations: [], nodes: [buildKnownNode()], schedules: [buildSchedule()] });
    expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 1 });
  });

  it('keeps the node and the schedule that one batch both takes away and brings', async () => {
    const store = await openStore();
    await store.append({ nodes: [buildKnownNode()], schedule: buildSchedule() });
    const node = buildKnownNode({ lastSeenAt: NOW + 10 });
    const schedule = buildSchedule({ settledAt: NOW + 10 });

    await store.append({ forgottenNode: node.id, nodes: [node], removedSchedule: schedule.name, schedule });

    expect(await readAll(store)).toEqual({ reservations: [], nodes: [node], schedules: [schedule] });
  });

  it.each<{ readonly what: string; readonly flaw: Batch }>([
    { what: 'an event number that is taken', flaw: { events: [buildEvent(1)] } },
    { what: 'an entry that cannot be given back', flaw: { audit: [buildEntry(1, { actor: '\uD800' })] } },
  ])('changes nothing when the batch has $what', async ({ flaw }) => {
    const store = await openStore();
    const reservations = [buildReservation(1), buildReservation(2, { releasedAt: NOW })];
    await store.append({ run: buildRun(), events: [buildEvent(1)], reservations, nodes: [buildKnownNode()] });
    await store.append({ schedule: buildSchedule() });
    const before = await readAll(store);

    const act = store.append({
      reservations: [buildReservation(1, { releasedAt: NOW }), buildReservation(3, { reservedAt: NOW + 30 * DAY_MS })],
      nodes: [buildKnownNode({ id: nodeId('orders-b') })],
      forgottenNode: buildKnownNode().id,
      schedule: buildSchedule({ name: 'smoke' }),
      removedSchedule: buildSchedule().name,
      ...flaw,
    });

    await expect(act).rejects.toThrow();
    expect(await readAll(store)).toEqual(before);
  });

  it('takes the reservations of a whole fleet in one batch', async () => {
    const store = await openStore();
    const reservations = Array.from({ length: 5000 }, (_, index) => buildReservation(index));

    await store.append({ reservations, audit: buildEntries(1) });
    await store.append({ reservations: reservations.map((each) => ({ ...each, releasedAt: NOW })) });

    expect(await store.reservations(NOW)).toHaveLength(5000);
    expect(await store.reservations(NOW + 1)).toEqual([]);
  });
});
