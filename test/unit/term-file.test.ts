import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTermFile } from '../../agent/effects/term-file.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

describe('the term of a node', () => {
  it('is nothing at first, only ever grows, and is kept', () => {
    const file = path.join(makeTemporaryDirectory(), 'term');
    const term = openTermFile(file);
    const first = term.highest();

    for (const next of [3, 2, 3, 5, 4]) term.raise(next);

    expect(first).toBe(0);
    expect(term.highest()).toBe(5);
    expect(openTermFile(file).highest()).toBe(5);
    expect(readFileSync(file, 'utf8')).toBe('5\n');
  });

  it.each(['', 'x\n', '-1\n', '1.5\n', '7', '99999999999999999999\n'])('is not guessed from %j', (text) => {
    const file = path.join(makeTemporaryDirectory(), 'term');
    writeFileSync(file, text);

    expect(() => openTermFile(file)).toThrow(expect.objectContaining({ code: 'JOURNAL_UNWRITABLE' }));
  });

  it('is not raised when it cannot be written', () => {
    const folder = path.join(makeTemporaryDirectory(), 'state');
    mkdirSync(folder);
    const term = openTermFile(path.join(folder, 'term'));
    // A folder in the place of the file that is to be written first.
    mkdirSync(path.join(folder, 'term.new'));

    expect(() => term.raise(2)).toThrow(expect.objectContaining({ code: 'JOURNAL_UNWRITABLE' }));
    expect(term.highest()).toBe(0);
  });
});
