// Journals that something happens to, each a real one underneath.

import type { Journal } from '../../agent/effects/journal.ts';
import { RouletteError } from '../../shared/errors.ts';

/** `append` stands in the place of the journal's own. */
export function withAppend(journal: Journal, append: Journal['append']): Journal {
  const { bootId, found } = journal;
  return { bootId, found, append, compact: () => journal.compact(), close: () => journal.close() };
}

/** On a disk that is full after some writes. */
export function fullAfter(count: number): (journal: Journal) => Journal {
  let written = 0;
  return (journal) =>
    withAppend(journal, (...records) => {
      written += 1;
      if (written > count) throw new RouletteError('JOURNAL_UNWRITABLE', 'no space left on device');
      journal.append(...records);
    });
}
