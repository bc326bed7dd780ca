// The keeper's watch: it answers each word of the agent at once, which shows the agent that it is there and not
// stopped itself, and takes over when the pipe closes or the agent's words stay out.

import { readFileSync } from 'node:fs';
import { repeatEvery, type Clock } from '../../shared/clock.ts';
import type { ProcessRef } from '../../shared/domain/order.ts';
import { BEAT_MS, createVigil, FAREWELL } from '../core/vigil.ts';
import type { Journal, OpenJournal } from '../effects/journal.ts';
import { liveStat } from '../targets/proc.ts';
import { endAgent, revertAll } from './take-over.ts';

export interface Watched {
  readonly agent: ProcessRef;
  /** The agent's journal, and the file that the keeper notes its own acts in. */
  readonly journal: string;
  readonly notes: string;
}

export interface WatchDeps {
  readonly clock: Clock;
  readonly openJournal: OpenJournal;
  readonly say: (fields: object, message: string) => void;
}

/** Resolves when the agent is gone and everything is taken back, as far as it could be. */
export async function watchAgent(watched: Watched, deps: WatchDeps): Promise<void> {
  const { why, farewell } = await untilGone(deps.clock);
  if (!farewell && liveStat(watched.agent) !== null) {
    deps.say({ why, pid: watched.agent.pid }, 'the keeper ends the agent');
    await endAgent(watched.agent, deps.clock);
  }
  const log = { warn: deps.say };
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const orders = await revertAll({
    journal: watched.journal,
    bootId,
    openNotes: () => openNotes(watched.notes, bootId, deps),
    clock: deps.clock,
    log,
  });
  if (orders > 0) deps.say({ why, orders }, 'the keeper has reverted');
}

interface Gone {
  readonly why: string;
  /** The agent has ended in order: nobody has to end it. */
  readonly farewell: boolean;
}

function untilGone(clock: Clock): Promise<Gone> {
  const vigil = createVigil();
  let farewell = false;
  return new Promise((resolve) => {
    const stopBeat = repeatEvery(clock, BEAT_MS, () => {
      if (vigil.missed()) gone('the agent does not move');
    });
    const gone = (why: string): void => {
      stopBeat();
      resolve({ why, farewell });
    };
    process.stdin.on('data', (words: Buffer) => {
      vigil.heard();
      farewell ||= words.includes(FAREWELL);
      process.stdout.write(words);
    });
    // A pipe of Node's is a socket: an agent that has ended its side gives `end`, one that is dead may give `error`.
    process.stdin.on('end', () => gone('the agent is gone'));
    process.stdin.on('error', () => gone('the pipe broke'));
  });
}

/** Without a file to note it in it is reverted all the same; the agent's next start then does it once more. */
function openNotes(file: string, bootId: string, { openJournal, say }: WatchDeps): Pick<Journal, 'append'> {
  try {
    return openJournal(file, bootId);
  } catch (error) {
    say({ err: error }, 'the keeper cannot note what it reverts');
    return { append: () => undefined };
  }
}
