import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unfinished, type JournalRecord, type Undo } from '../../agent/core/journal-records.ts';
import { formatLine, openJournal, readJournal } from '../../agent/effects/journal.ts';
import { parseOrderId } from '../../shared/domain/ids.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const undoFor = (pid: number): Undo => ({ kind: 'signal', process: { pid, startTicks: '7' }, signal: 'SIGCONT' });

/** What an agent writes for one order with some steps, up to some point of its life. */
const life = fc.record({
  order: fc.integer({ min: 0, max: 3 }),
  steps: fc.integer({ min: 1, max: 3 }),
  done: fc.nat({ max: 10 }),
});

function recordsOf({ order: number, steps, done }: { order: number; steps: number; done: number }): JournalRecord[] {
  const order = parseOrderId(`run-${number}/s/1/1@n`);
  const all: JournalRecord[] = [];
  for (let step = 0; step < steps; step += 1) {
    const undo = undoFor(100 * number + step);
    const about = { order, step, at: 1, boot: 'b', undo };
    all.push({ type: 'intent', ...about }, { type: 'applied', ...about });
  }
  for (let step = steps - 1; step >= 0; step -= 1) all.push({ type: 'reverted', order, step });
  all.push({ type: 'ended', order });
  return all.slice(0, done);
}

const journals = fc
  .uniqueArray(life, { maxLength: 2, selector: ({ order }) => order })
  .map((lives) => lives.flatMap((one) => recordsOf(one)));

describe('the undo journal', () => {
  it('cut at every byte, still undoes what had an intent and was not reverted, and nothing else', () => {
    fc.assert(
      fc.property(journals, (records) => {
        const text = records.map((record) => formatLine(record)).join('');
        for (let cut = 0; cut <= text.length; cut += 1) {
          const whole = text.slice(0, cut).split('\n').length - 1;
          const { records: read, damage } = readJournal(text.slice(0, cut));

          expect(damage).toEqual([]);
          expect(unfinished(read)).toEqual(unfinished(records.slice(0, whole)));
        }
      }),
      { numRuns: 10 },
    );
  });

  it('lists the steps in the order in which they were taken, and none that is reverted', () => {
    const records = recordsOf({ order: 1, steps: 3, done: 7 });

    expect(unfinished(records)).toMatchObject([
      { order: 'run-1/s/1/1@n', boot: 'b', steps: [{ step: 0 }, { step: 1 }] },
    ]);
  });

  it('reports a damaged line in the middle, and reads everything else', () => {
    const records = recordsOf({ order: 1, steps: 2, done: 4 });
    const lines = records.map((record) => formatLine(record));

    const broken = readJournal([lines[0], lines[1]?.replace('SIGCONT', 'SIGKILL'), lines[2], lines[3]].join(''));

    expect(broken.damage).toEqual(['line 2 is not as it was written']);
    expect(broken.records).toEqual([records[0], records[2], records[3]]);
  });

  it('loses no undo to one damaged line, whichever it is', () => {
    const records = recordsOf({ order: 1, steps: 3, done: 6 });
    const lines = records.map((record) => formatLine(record));

    for (const index of lines.keys()) {
      const { records: read } = readJournal(lines.map((line, at) => (at === index ? `x${line}` : line)).join(''));

      expect(unfinished(read)).toEqual(unfinished(records));
    }
  });

  it('writes after damage that is not text so that the next start reads it', () => {
    const folder = makeTemporaryDirectory();

    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (noise) => {
        const file = path.join(folder, 'journal');
        const records = recordsOf({ order: 1, steps: 2, done: 4 });
        const [first = '', second = ''] = records.map((record) => formatLine(record));
        writeFileSync(file, Buffer.concat([Buffer.from(first), noise, Buffer.from(`\n${second}`)]));

        const journal = openJournal(file, 'b');
        for (const record of records.slice(2)) journal.append(record);
        journal.close();

        expect(readJournal(readFileSync(file, 'utf8')).records).toEqual(records);
      }),
    );
  });

  it('starts afresh once it has grown and nothing is unfinished, and not before', () => {
    const file = path.join(makeTemporaryDirectory(), 'journal');
    const journal = openJournal(file, 'b', 100);
    const [one, other] = [1, 2].map((order) => recordsOf({ order, steps: 1, done: 4 }));

    for (const record of [...(one ?? []).slice(0, 3), ...(other ?? [])]) journal.append(record);
    const unfinishedLeft = readJournal(readFileSync(file, 'utf8')).records;
    for (const record of (one ?? []).slice(3)) journal.append(record);
    const nothingLeft = readFileSync(file, 'utf8');
    journal.close();

    expect(unfinishedLeft).toHaveLength(7);
    expect(nothingLeft).toBe('');
  });

  it('keeps a damaged file for a person to look at', () => {
    const file = path.join(makeTemporaryDirectory(), 'journal');
    writeFileSync(file, 'noise\n');

    const journal = openJournal(file, 'b');
    journal.clear();
    journal.close();

    expect(journal.damage).toEqual(['line 1 is not as it was written']);
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

    expect(journal.records).toEqual([first]);
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
    const append = (): void => journal.append({ type: 'ended', order: parseOrderId('x') });

    expect(append).toThrow(expect.objectContaining({ code: 'JOURNAL_UNWRITABLE' }));
  });
});
