// The folder of an agent: its journal, the keeper's notes, the term; and the lock that says that an agent is at work.

import { mkdirSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Clock } from '../shared/clock.ts';
import { RouletteError } from '../shared/errors.ts';
import { readBootId } from './effects/host-facts.ts';
import type { Journal, OpenJournal } from './effects/journal.ts';
import { recover, recoverBlind } from './effects/recover.ts';
import type { StuckInjection } from './effects/stuck.ts';

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
 * Taken by an agent for its life; the kernel gives it back however the agent ends. An abstract socket (unix(7)): no
 * file that a crash would leave. Throws AGENT_RUNNING when another has it.
 */
export async function takeFolder(folder: string): Promise<{ readonly release: () => void }> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const server = createServer((connection) => connection.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      const why = `another agent is at work in ${folder}`;
      reject(isTaken ? new RouletteError('AGENT_RUNNING', why, { cause: error }) : error);
    });
    server.listen(`\0roulette-agent:${realpathSync(folder)}`, resolve);
  });
  server.unref();
  return { release: () => server.close() };
}
