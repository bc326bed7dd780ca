import { describe, expect, it } from 'vitest';
import { chainEntry, checkChain, checkEnd, GENESIS, type AuditRow } from '../../shared/audit.ts';
import { sha256 } from '../../shared/canonical.ts';
import { buildEntries, buildEntry } from '../support/store-builders.ts';

function buildChain(count: number): AuditRow[] {
  const rows: AuditRow[] = [];
  for (const entry of buildEntries(count)) rows.push(chainEntry(rows.at(-1) ?? GENESIS, entry));
  return rows;
}

describe('chainEntry', () => {
  it('hashes the list of the short fields, a line feed and the detail, as the documentation says', () => {
    const entry = buildEntry(1, { at: 1_700_000_000_000, actor: 'ana "ß"', detail: '{"why":"a\\nb"}' });

    const row = chainEntry(GENESIS, entry);

    const list = `[1,1700000000000,"ana \\"ß\\"","order.send","run-0123456789ab","${'0'.repeat(64)}"]`;
    expect(row).toEqual({ ...entry, seq: 1, prev: '0'.repeat(64), hash: sha256(`${list}\n{"why":"a\\nb"}`) });
  });

  it('keeps nothing of an entry but the fields of an entry', () => {
    const entry = { ...buildEntry(1), note: 'x' };

    const row = chainEntry(GENESIS, entry);

    expect(row).not.toHaveProperty('note');
  });

  it.each([
    { what: 'a time that is no whole number', changes: { at: 0.5 } },
    { what: 'a time that is no number', changes: { at: Number.NaN } },
    { what: 'a time beyond exact numbers', changes: { at: 2 ** 53 } },
    { what: 'an actor with half a character', changes: { actor: 'a\uD83C' } },
    { what: 'an action with half a character', changes: { action: '\uDFB2' } },
    { what: 'a run with half a character', changes: { run: '\uDFB2\uD83C' } },
    { what: 'a detail with half a character', changes: { detail: '{"\uD83C":1}' } },
  ])('refuses $what', ({ changes }) => {
    const act = (): AuditRow => chainEntry(GENESIS, buildEntry(1, changes));

    expect(act).toThrow(TypeError);
  });
});

describe('checkChain', () => {
  it('gives the head of rows that continue the chain, in one piece or several', () => {
    const rows = buildChain(4);
    const head = { seq: 4, hash: rows[3]?.hash };

    const whole = checkChain(GENESIS, rows);
    const first = checkChain(GENESIS, rows.slice(0, 2));
    const second = checkChain(first.ok ? first.head : GENESIS, rows.slice(2));

    expect(whole).toEqual({ ok: true, head });
    expect(second).toEqual({ ok: true, head });
  });

  it('says that a row is missing and what is in its place', () => {
    const rows = buildChain(4);

    const check = checkChain(GENESIS, rows.toSpliced(1, 1));

    expect(check).toEqual({ ok: false, row: 2, why: 'row 2 is missing: row 3 is in its place' });
  });

  it('tells a row that was changed from one that was written anew', () => {
    const rows = buildChain(3);
    const changed = rows.map((row) => (row.seq === 2 ? { ...row, actor: 'nobody' } : row));
    const anew = rows.map((row) => (row.seq === 1 ? chainEntry(GENESIS, { ...row, actor: 'nobody' }) : row));

    const checks = [checkChain(GENESIS, changed), checkChain(GENESIS, anew)];

    expect(checks).toEqual([
      { ok: false, row: 2, why: 'row 2 is not as it was written' },
      { ok: false, row: 2, why: 'row 2 does not continue row 1' },
    ]);
  });

  it('does not take the tail of a chain for a whole one', () => {
    const rows = buildChain(3).slice(1);
    const renumbered = rows.map((row, index) => chainEntry({ seq: index, hash: row.prev }, row));

    const check = checkChain(GENESIS, renumbered);

    expect(check).toEqual({ ok: false, row: 1, why: 'row 1 does not begin the log' });
  });
});

describe('checkEnd', () => {
  const noted = { seq: 5, hash: 'a'.repeat(64) };

  it.each([
    { what: 'the noted row', end: noted, check: { ok: true, head: noted } },
    { what: 'a row before it', end: { ...noted, seq: 3 }, check: { ok: false, row: 4 } },
    { what: 'a row after it', end: { ...noted, seq: 7 }, check: { ok: false, row: 6 } },
    { what: 'another row of its number', end: { ...noted, hash: 'b'.repeat(64) }, check: { ok: false, row: 5 } },
  ])('judges a chain that ends with $what', ({ end, check }) => {
    const found = checkEnd(end, noted);

    expect(found).toMatchObject(check);
  });
});
