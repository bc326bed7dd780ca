import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  liveRecords,
  unfinished,
  unsettledEnds,
  type JournalRecord,
  type Undo,
} from '../../agent/core/journal-records.ts';
import { formatLine, readJournal } from '../../agent/effects/journal-text.ts';
import { openJournal } from '../../agent/effects/journal.ts';
import { parseOrderId } from '../../shared/domain/ids.ts';
import { buildEnd } from '../support/run-player.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const undoFor = (pid: number): Undo => ({ kind: 'signal', process: { pid, startTicks: '7' }, signal: 'SIGCONT' });

/** What an agent writes for one order with some steps, up to some point of its life. */
const life = fc.record({
  order: fc.integer({ min: 0, max: 3 }),
  steps: fc.integer({ min: 1, max: 3 }),
  done: fc.nat({ max: 10 }),
});

/** As agents write them: the intent of all steps, each act and then its record, the reverts, the end. */
function recordsOf({ order: number, steps, done }: { order: number; steps: number; done: number }): JournalRecord[] {
  const order = parseOrderId(`run-${number}/s/1/1@n`);
  const numbers = Array.from({ length: steps }, (_, step) => step);
  const undoOfStep = (step: number): Undo => undoFor(100 * number + step);
  const about = { order, at: 1, boot: 'b' };
  const all: JournalRecord[] = [
    { type: 'intent', ...about, undos: numbers.map((step) => undoOfStep(step)) },
    ...numbers.map((step) => ({ type: 'applied' as const, ...about, step, undo: undoOfStep(step) })),
    ...numbers.toReversed().map((step) => ({ type: 'reverted' as const, order, step, at: 2 })),
    { type: 'ended', order, end: null },
  ];
  return all.slice(0, done);
}

/** The steps of an order that were taken when these records were on disk: the next act may be done as well. */
function takenAt(records: readonly JournalRecord[], order: string): { sure: Set<number>; perhaps: number | null } {
  const own = records.filter((record) => record.order === order);
  const sure = new Set(own.flatMap((record) => (record.type === 'applied' ? [record.step] : [])));
  for (const record of own) if (record.type === 'reverted') sure.delete(record.step);
  const [intent] = own.flatMap((record) => (record.type === 'intent' ? [record.undos.length] : []));
  const acted = own.filter(({ type }) => type === 'applied').length;
  const isActing =
    intent !== undefined && acted < intent && own.every(({ type }) => type !== 'reverted' && type !== 'ended');
  return { sure, perhaps: isActing ? acted : null };
}

const journals = fc
  .uniqueArray(life, { maxLength: 2, selector: ({ order }) => order })
  .map((lives) => lives.flatMap((one) => recordsOf(one)));

describe('the undo journal', () => {
  it('cut at every byte, still undoes what was applied, and never touches what was not', () => {
    fc.assert(
      fc.property(journals, (records) => {
        const bytes = Buffer.from(records.map((record) => formatLine(record)).join(''));
        for (let cut = 0; cut <= bytes.length; cut += 1) {
          const text = bytes.subarray(0, cut).toString();
          const onDisk = records.slice(0, text.split('\n').length - 1);
          const { records: read, damage } = readJournal(text);
          const undone = new Map(unfinished(read).map(({ order, steps }) => [order, steps.map(({ step }) => step)]));

          expect(damage).toEqual([]);
          for (const order of new Set(records.map((record) => record.order))) {
            const { sure, perhaps } = takenAt(onDisk, order);
            const expected = [...sure, ...(perhaps === null ? [] : [perhaps])].toSorted((a, b) => a - b);
            expect(undone.get(order) ?? []).toEqual(expected);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('lists the steps in the order in which they were taken, and none that is reverted', () => {
    const records = recordsOf({ order: 1, steps: 3, done: 5 });

    expect(unfinished(records)).toMatchObject([
      { order: 'run-1/s/1/1@n', boot: 'b', steps: [{ step: 0 }, { step: 1 }] },
    ]);
  });

  it('reports a damaged line in the middle, and reads everything else', () => {
    const records = recordsOf({ order: 1, steps: 3, done: 4 });
    const lines = records.map((record) => formatLine(record));

    const broken = readJournal([lines[0], lines[1]?.replace('SIGCONT', 'SIGKILL'), lines[2], lines[3]].join(''));

    expect(broken.damage).toEqual(['line 2 is not as it was written']);
    expect(broken.records).toEqual([records[0], records[2], records[3]]);
  });

  it('loses no undo to one damaged line, whichever it is', () => {
    const records = recordsOf({ order: 1, steps: 3, done: 4 });
    const lines = records.map((record) => formatLine(record));

    for (const index of lines.keys()) {
      const { records: read } = readJournal(lines.map((line, at) => (at === index ? `x${line}` : line)).join(''));

      expect(unfinished(read, true)).toEqual(unfinished(records));
    }
  });

  it('writes after damage that is not text so that the next start reads it', () => {
    const folder = makeTemporaryDirectory();

    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (noise) => {
        const file = path.join(folder, 'journal');
        const records = recordsOf({ order: 1, steps: 3, done: 4 });
        const [first = '', second = ''] = records.map((record) => formatLine(record));
        writeFileSync(file, Buffer.concat([Buffer.from(first), noise, Buffer.from(`\n${second}`)]));

        const journal = openJournal(file, 'b');
        for (const record of records.slice(2)) journal.append(record);
        journal.close();

        expect(readJournal(readFileSync(file, 'utf8')).records).toEqual(records);
      }),
    );
  });

  it('stays small however many orders come and go, and keeps what is unfinished or not settled', () => {
    const file = path.join(makeTemporaryDirectory(), 'journal');
    const journal = openJournal(file, 'b', 1000);
    const unfinishedOrder = recordsOf({ order: 1, steps: 1, done: 2 });
    const untold = {
      type: 'ended',
      order: parseOrderId('run-2/s/1/1@n'),
      end: buildEnd(parseOrderId('run-2/s/1/1@n'), 5),
    } as const;
    for (const record of [...unfinishedOrder, untold]) journal.append(record);

    for (let order = 3; order < 200; order += 1) {
      journal.append(...recordsOf({ order, steps: 1, done: 4 }));
    }
    journal.close();

    const { records } = openJournal(file, 'b').found;
    expect(statSync(file).size).toBeLessThan(4000);
    expect(unfinished(records)).toEqual(unfinished(unfinishedOrder));
    expect(unsettledEnds(records)).toEqual([untold.end]);
  });

  it('forgets an end once it is settled', () => {
    const order = parseOrderId('run-1/s/1/1@n');
    const records: JournalRecord[] = [
      ...recordsOf({ order: 1, steps: 1, done: 3 }),
      { type: 'ended', order, end: buildEnd(order, 5) },
    ];

    const settled = [...records, { type: 'settled' as const, order }];

    expect(liveRecords(records)).toEqual(records);
    expect(liveRecords(settled)).toEqual([]);
  });

  it('keeps a damaged file for a person to look at', () => {
    const file = path.join(makeTemporaryDirectory(), 'journal');
    writeFileSync(file, 'noise\n');

    const journal = openJournal(file, 'b');
    journal.compact();
    journal.close();

    expect(journal.found.damage).toEqual(['line 1 is not as it was written']);
    expect([file, `${file}.damaged`].map((name) => readFileSync(name, 'utf8'))).toEqual(['', 'noise\n']);
  });

  it('never throws, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => readJournal(text)).not.toThrow();
      }),
    );
  });

  it('goes on after a torn last line as if that had never been written', () => {
    const file = path.join(makeTemporaryDirectory(), 'journal');
    const [first, second, third] = recordsOf({ order: 1, steps: 2, done: 3 });
    if (!first || !second || !third) throw new Error('three records were asked for');
    writeFileSync(file, formatLine(first));
    appendFileSync(file, formatLine(second));
    truncateSync(file, formatLine(first).length + 10);

    const journal = openJournal(file, 'b');
    journal.append(third);
    journal.close();

    expect(journal.found.records).toEqual([first]);
    expect(readJournal(readFileSync(file, 'utf8'))).toMatchObject({ records: [first, third], damage: [] });
  });

  it('refuses, before anything is done, when it cannot be written', () => {
    const file = path.join(makeTemporaryDirectory(), 'file');
    writeFileSync(file, '');

    expect(() => openJournal(path.join(file, 'journal'), 'b')).toThrow(
      expect.objectContaining({ code: 'JOURNAL_UNWRITABLE' }),
    );
  });

  it('refuses when a record does not reach the disk', () => {
    const journal = openJournal(path.join(makeTemporaryDirectory(), 'journal'), 'b');
    journal.close();

    // The descriptor is closed, so that the kernel refuses the write.
    const append = (): void => journal.append({ type: 'ended', order: parseOrderId('x'), end: null });

    expect(append).toThrow(expect.objectContaining({ code: 'JOURNAL_UNWRITABLE' }));
  });
});
