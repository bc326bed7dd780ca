// What every store does alike, whatever it keeps its data in: runs, events, audit log, lever and term.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { verifyAudit } from '../../coordinator/services/audit.ts';
import { GENESIS } from '../../shared/audit.ts';
import { runId } from '../../shared/domain/ids.ts';
import { createFailingStore } from '../support/failing-store.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { buildEntries, buildEntry, buildEvent, buildReservation, buildRun } from '../support/store-builders.ts';
import { STORES } from '../support/stores.ts';

describe.each(STORES)('the $name store', ({ openStore }) => {
  it('is empty at first', async () => {
    const store = await openStore();

    const found = {
      run: await store.getRun(buildRun().id),
      runs: await store.listRuns(10),
      open: await store.openRuns(),
      events: await store.listEvents(buildRun().id, 0),
      audit: await store.listAudit(0, 10),
      head: await store.auditHead(),
    };

    expect(found).toEqual({ run: null, runs: [], open: [], events: [], audit: [], head: GENESIS });
  });

  it('keeps one lever, engaged or not, in one act with what is said of it', async () => {
    const store = await openStore();
    const lever = { engagedAt: 5, engagedBy: 'ann', reason: 'incident', ref: 'OPS-1' };
    const entry = { at: 5, actor: 'ann', action: 'lever.engaged', run: '', detail: '{}' };

    const before = await store.lever();
    await store.append({ lever, audit: [entry] });
    const engaged = await store.lever();
    await store.append({ lever: { ...lever, engagedBy: 'bob', ref: null } });
    const again = await store.lever();
    await store.append({ audit: [entry] });
    const untouched = await store.lever();
    await store.append({ lever: null });

    expect([before, engaged, again]).toEqual([null, lever, { ...lever, engagedBy: 'bob', ref: null }]);
    expect(untouched).toEqual(again);
    expect(await store.lever()).toBeNull();
    expect(await store.listAudit(0, 10)).toHaveLength(2);
  });

  it('gives a run back as it came', async () => {
    const store = await openStore();
    const playing = buildRun({ document: 'name: größe 🎲 "x"\u0000\n' });
    const ended = buildRun({
      id: runId('run-ba9876543210'),
      phase: 'ended',
      verdict: 'refuted',
      reason: 'the ledger check failed',
      replayOf: playing.id,
      endedAt: 1_700_000_060_000,
      expiresAt: 1_700_000_900_000,
      policyDigest: 'e'.repeat(64),
    });

    await store.append({ run: playing });
    await store.append({ run: ended });

    expect(await store.getRun(playing.id)).toEqual(playing);
    expect(await store.getRun(ended.id)).toEqual(ended);
  });

  it('replaces the record of a run that it has, which keeps its place in the order', async () => {
    const store = await openStore();
    const [first, second, third] = ['run-1', 'run-2', 'run-3'].map((id) => buildRun({ id: runId(id) }));
    for (const run of [first, second, third]) await store.append(run === undefined ? {} : { run });

    await store.append({
      run: buildRun({ id: runId('run-2'), phase: 'ended', verdict: 'passed', expiresAt: 7, policyDigest: 'e' }),
    });

    const newest = await store.listRuns(2);
    const unfinished = await store.openRuns();
    expect(newest.map(({ id, verdict, expiresAt, policyDigest }) => [id, verdict, expiresAt, policyDigest])).toEqual([
      ['run-3', null, null, null],
      ['run-2', 'passed', 7, 'e'],
    ]);
    expect(unfinished.map(({ id }) => id)).toEqual(['run-1', 'run-3']);
  });

  it('lists the events of one run after a number, in order', async () => {
    const store = await openStore();
    const other = buildRun({ id: runId('run-other') });
    await store.append({ run: other, events: [buildEvent(1, { run: other.id })] });
    const events = [1, 2, 3].map((seq) =>
      buildEvent(seq, { body: { type: 'monitor.sampled', monitor: 'p99 "ß"', value: seq / 3, why: null } }),
    );

    await store.append({ run: buildRun(), events });

    expect(await store.listEvents(buildRun().id, 0)).toEqual(events);
    expect(await store.listEvents(buildRun().id, 2)).toEqual(events.slice(2));
    expect(await store.listEvents(buildRun().id, 3)).toEqual([]);
  });

  it('chains audit entries over several batches', async () => {
    const store = await openStore();
    await store.append({ audit: buildEntries(2) });

    await store.append({ audit: [buildEntry(3, { actor: 'ana "ß" 🎲', detail: '{"why":"a\\nb"}', run: '' })] });

    const rows = await store.listAudit(0, 10);
    const check = await verifyAudit(store);
    expect(rows.map(({ seq, actor, run }) => [seq, actor, run])).toEqual([
      [1, 'coordinator', 'run-0123456789ab'],
      [2, 'coordinator', 'run-0123456789ab'],
      [3, 'ana "ß" 🎲', ''],
    ]);
    expect(rows.map(({ prev }) => prev)).toEqual([GENESIS.hash, rows[0]?.hash, rows[1]?.hash]);
    expect(check).toEqual({ ok: true, rows: 3, head: { seq: 3, hash: rows[2]?.hash } });
  });

  it('pages the audit log', async () => {
    const store = await openStore();
    await store.append({ audit: buildEntries(5) });

    const pages = [await store.listAudit(0, 2), await store.listAudit(2, 2), await store.listAudit(5, 2)];

    expect(pages.map((page) => page.map(({ seq }) => seq))).toEqual([[1, 2], [3, 4], []]);
  });

  it.each([
    { what: 'an event of a run that it does not have', batch: { events: [buildEvent(1, { run: runId('run-none') })] } },
    { what: 'an event number that is taken', batch: { events: [buildEvent(2), buildEvent(1)] } },
  ])('keeps nothing of a batch with $what', async ({ batch }) => {
    const store = await openStore();
    await store.append({ run: buildRun(), events: [buildEvent(1)], audit: buildEntries(1) });

    const act = store.append({ run: buildRun({ phase: 'ended' }), audit: buildEntries(1), ...batch });

    await expect(act).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });
    expect(await store.getRun(buildRun().id)).toEqual(buildRun());
    expect(await store.listEvents(buildRun().id, 0)).toEqual([buildEvent(1)]);
    expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 1 });
  });

  it('keeps nothing of a batch with an entry that it could not give back', async () => {
    const store = await openStore();
    await store.append({ audit: buildEntries(1) });

    const act = store.append({ run: buildRun(), audit: [buildEntry(2), buildEntry(3, { actor: '\uD800' })] });

    await expect(act).rejects.toThrow(TypeError);
    expect(await store.getRun(buildRun().id)).toBeNull();
    expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 1 });
  });

  it('takes appends again after one that failed', async () => {
    const store = await openStore();
    await store.append({ audit: buildEntries(1) });
    await store.append({ audit: buildEntries(1), events: [buildEvent(1)] }).catch(() => null);

    await store.append({ audit: buildEntries(1) });

    expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 2 });
  });

  it('gives a larger term at each call', async () => {
    const store = await openStore();

    const terms = [await store.nextTerm(), await store.nextTerm(), await store.nextTerm()];

    expect(terms).toEqual([1, 2, 3]);
  });

  it('may be closed twice', async () => {
    const store = await openStore();
    await store.close();

    await expect(store.close()).resolves.toBeUndefined();
  });

  it('verifies the rows of its beginning while more are appended', async () => {
    const store = await openStore();
    await store.append({ audit: buildEntries(1000) });

    const verifying = verifyAudit(store);
    for (let turn = 0; turn < 20; turn += 1) {
      await store.append({ audit: buildEntries(300) });
      await nextTurn();
    }

    expect(await verifying).toMatchObject({ ok: true, rows: 1000 });
    expect((await store.auditHead()).seq).toBeGreaterThan(1000);
  });
});

describe('the failing store', () => {
  it('refuses every write and still reads', async () => {
    const inner = createMemoryStore();
    await inner.append({ run: buildRun(), audit: buildEntries(1), reservations: [buildReservation(1)] });
    const store = createFailingStore(inner);

    const writes = [
      store.append({ audit: buildEntries(1), reservations: [buildReservation(2)] }),
      store.append({}),
      store.nextTerm(),
    ];

    for (const write of writes) await expect(write).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });
    expect(await store.getRun(buildRun().id)).toEqual(buildRun());
    expect(await store.reservations(0)).toEqual([buildReservation(1)]);
    expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 1 });
  });
});
