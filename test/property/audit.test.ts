// The audit chain over arbitrary entries and arbitrary damage.

import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyAudit } from '../../coordinator/services/audit.ts';
import { chainEntry, checkChain, checkEnd, GENESIS, type AuditEntry, type AuditRow } from '../../shared/audit.ts';
import { canonicalJson, sha256 } from '../../shared/canonical.ts';
import { createMemoryStore } from '../support/memory-store.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'coordinator', 'agent:orders-a', '\n', '"\\'));

const entry: fc.Arbitrary<AuditEntry> = fc.record({
  at: fc.maxSafeInteger(),
  actor: text,
  action: text,
  run: text,
  detail: fc.jsonValue().map((value) => canonicalJson(value)),
});

const chain: fc.Arbitrary<AuditRow[]> = fc.array(entry, { minLength: 1, maxLength: 12 }).map((entries) => {
  const rows: AuditRow[] = [];
  for (const next of entries) rows.push(chainEntry(rows.at(-1) ?? GENESIS, next));
  return rows;
});

function verify(rows: readonly AuditRow[], last: AuditRow | undefined): number | null {
  const check = checkChain(GENESIS, rows);
  const end = check.ok ? checkEnd(check.head, last ?? GENESIS) : check;
  return end.ok ? null : end.row;
}

describe('a chain of any entries', () => {
  it('verifies as it was written', () => {
    fc.assert(
      fc.property(chain, (rows) => {
        expect(verify(rows, rows.at(-1))).toBeNull();
      }),
    );
  });

  it('is the same however the entries were grouped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(entry, { maxLength: 4 }), { maxLength: 5 }), async (groups) => {
        const grouped = createMemoryStore();
        const single = createMemoryStore();

        for (const audit of groups) await grouped.append({ audit });
        for (const one of groups.flat()) await single.append({ audit: [one] });

        expect(await grouped.auditHead()).toEqual(await single.auditHead());
        expect(await verifyAudit(grouped)).toMatchObject({ ok: true, rows: groups.flat().length });
      }),
    );
  });

  it('names the row of which any field was changed', () => {
    const field = fc.constantFrom('at', 'actor', 'action', 'run', 'detail', 'prev', 'hash');
    fc.assert(
      fc.property(chain, fc.nat(), field, text, (rows, choice, name, other) => {
        const index = choice % rows.length;
        const row = rows[index];
        fc.pre(row !== undefined && row[name] !== other);
        const value = name === 'at' ? (row?.at ?? 0) - 1 : other;

        const damaged = rows.map((each, at) => (at === index ? { ...each, [name]: value } : each));

        expect(verify(damaged, rows.at(-1))).toBe(index + 1);
      }),
    );
  });

  it('names the row that was removed', () => {
    fc.assert(
      fc.property(chain, fc.nat(), (rows, choice) => {
        const index = choice % rows.length;

        expect(verify(rows.toSpliced(index, 1), rows.at(-1))).toBe(index + 1);
      }),
    );
  });

  it('names the first of two rows that were swapped, with their numbers or without', () => {
    fc.assert(
      fc.property(chain, fc.nat(), fc.nat(), fc.boolean(), (rows, one, other, withNumbers) => {
        const [first, second] = [one % rows.length, other % rows.length].toSorted((a, b) => a - b);
        fc.pre(first !== second);
        const swapped = rows.map((row, index) => {
          const from = index === first ? rows[second ?? 0] : index === second ? rows[first ?? 0] : row;
          return withNumbers ? (from ?? row) : { ...(from ?? row), seq: row.seq };
        });

        expect(verify(swapped, rows.at(-1))).toBe((first ?? 0) + 1);
      }),
    );
  });
});

describe('the text that is hashed', () => {
  it('differs when content moves from one field to its neighbour', () => {
    fc.assert(
      fc.property(entry, text, (base, moved) => {
        fc.pre(moved !== '');

        const left = chainEntry(GENESIS, { ...base, actor: base.actor + moved });
        const right = chainEntry(GENESIS, { ...base, action: moved + base.action });

        expect(left.hash).not.toBe(right.hash);
      }),
    );
  });

  it('is what SQLite makes of a row by itself', () => {
    const db = new Sqlite(':memory:');
    const select = db.prepare(`
      SELECT json_array(seq, at, actor, action, run, prev) || char(10) || detail
      FROM (SELECT CAST(@seq AS INTEGER) AS seq, CAST(@at AS INTEGER) AS at, @actor AS actor, @action AS action,
        @run AS run, @detail AS detail, @prev AS prev)`);

    fc.assert(
      fc.property(chain, (rows) => {
        for (const row of rows) expect(sha256(String(select.pluck().get(row)))).toBe(row.hash);
      }),
    );
    db.close();
  });
});
