// The folder of an agent: its journal, the keeper's notes, the term; and the file that says which agent is at work.

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../shared/clock.ts';
import type { ProcessRef } from '../shared/domain/order.ts';
import { RouletteError } from '../shared/errors.ts';
import { readBootId } from './effects/host-facts.ts';
import type { Journal, OpenJournal } from './effects/journal.ts';
import { recover, recoverBlind } from './effects/recover.ts';
import type { StuckInjection } from './effects/stuck.ts';
import { liveStat, readStat, readText } from './targets/proc.ts';

export interface StateFiles {
  readonly journal: string;
  /** The keeper's. */
  readonly notes: string;
  readonly term: string;
}

export function filesOf(folder: string): StateFiles {
  const [journal, notes, term] = ['journal.jsonl', 'keeper.jsonl', 'term'];
  return { journal: path.join(folder, journal), notes: path.join(folder, notes), term: path.join(folder, term) };
}

export interface RecoveringDeps {
  readonly openJournal: OpenJournal;
  readonly clock: Clock;
  readonly log: {
    readonly warn: (fields: object, message: string) => void;
    readonly error: (fields: object, message: string) => void;
  };
}

/** Before anything else: whatever an earlier agent left is taken back, even if this one then cannot start. */
export async function openAndRecover(
  files: StateFiles,
  { openJournal, clock, log }: RecoveringDeps,
): Promise<{ readonly journal: Journal; readonly left: readonly StuckInjection[] }> {
  const bootId = readBootId();
  let journal: Journal;
  try {
    journal = openJournal(files.journal, bootId);
  } catch (error) {
    await recoverBlind({ ...files, bootId, clock, log });
    throw error;
  }
  for (const damage of journal.found.damage) log.error({ damage }, 'the undo journal is damaged');
  const left = await recover({ journal, notes: files.notes, clock, log });
  for (const { end } of left) {
    const { orderId: order, reason, reverted, revertErrors } = end;
    log.warn({ order, reason, reverted, revertErrors }, 'recovered');
  }
  return { journal, left };
}

/**
 * Taken by an agent for its life: a file that says which process it is. A crash leaves the file and not the process,
 * and nobody else can write in the folder. Throws AGENT_RUNNING when another has it.
 */
export function takeFolder(folder: string): { readonly release: () => void } {
  const other = agentIn(folder);
  if (other !== null) {
    throw new RouletteError('AGENT_RUNNING', `another agent (pid ${other.pid}) is at work in ${folder}`);
  }
  const file = holderFile(folder);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = readStat(process.pid);
    writeFileSync(`${file}.new`, `${process.pid} ${stat?.startTicks ?? ''}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // A folder that cannot be written keeps the agent from starting, but only after it has undone what it finds.
  }
  return { release: () => rmSync(file, { force: true }) };
}

/** The agent that is at work in the folder just now; null when there is none. */
export function agentIn(folder: string): ProcessRef | null {
  const [pid = '', startTicks = ''] = (readText(holderFile(folder)) ?? '').trim().split(' ');
  const holder = { pid: Number(pid), startTicks };
  return pid !== '' && holder.pid !== process.pid && liveStat(holder) !== null ? holder : null;
}

function holderFile(folder: string): string {
  return path.join(folder, 'agent.pid');
}
