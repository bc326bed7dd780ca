// Where a crash can be made to happen: just before or just after the agent, or the keeper, writes a record. Every
// boundary of applying and reverting is one: acts lie between records (agent/core/journal-records.ts).

import { readFileSync } from 'node:fs';
import type { JournalRecord } from '../../agent/core/journal-records.ts';
import { openJournal, type OpenJournal } from '../../agent/effects/journal.ts';
import { withAppend } from '../support/journals.ts';

export interface Point {
  readonly record: JournalRecord['type'];
  /** Null for records of a whole order. */
  readonly step: number | null;
  readonly when: 'before' | 'after';
}

/** What the programs under test read at each record, so that one process can be used for many points. */
export interface Instruction {
  /** Each is followed once. */
  readonly id: number;
  readonly at: Point;
  /** Which program is to act on it. */
  readonly by: 'agent' | 'keeper';
  readonly signal: NodeJS.Signals;
  /** Processes that get the signal, in order; `self` and `keeper` are found by the program itself. */
  readonly to: readonly ('self' | 'keeper' | number)[];
}

export function formatPoint({ record, step, when }: Point): string {
  return `${when} ${record}${step === null ? '' : ` ${step}`}`;
}

/** A journal that does what the file says when the time has come. */
export function journalWithPoints(
  file: string,
  by: Instruction['by'],
  act: (instruction: Instruction) => void,
): OpenJournal {
  let followed = 0;
  function reach(record: JournalRecord, when: Point['when']): void {
    for (const instruction of readInstructions(file)) {
      if (instruction.by !== by || instruction.id === followed || !isAt(instruction.at, record, when)) continue;
      followed = instruction.id;
      act(instruction);
    }
  }
  return (name, bootId) => {
    const journal = openJournal(name, bootId);
    return withAppend(journal, (...records) => {
      for (const record of records) reach(record, 'before');
      journal.append(...records);
      for (const record of records) reach(record, 'after');
    });
  };
}

function isAt(point: Point, record: JournalRecord, when: Point['when']): boolean {
  const step = 'step' in record ? record.step : null;
  return point.record === record.type && point.step === step && point.when === when;
}

function readInstructions(file: string): Instruction[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Instruction[];
  } catch {
    // None is given just now.
    return [];
  }
}
