// What the groups of commands share: how a command is carried out, and words and options that many of them have.

import type { Command } from 'commander';
import type { Outcome, Session } from './session.ts';

export type Perform = (act: (session: Session) => Outcome, command: Command) => Promise<void>;

export function examples(...commands: readonly string[]): string {
  return ['', 'Examples:', ...commands.map((command) => `  ${command}`)].join('\n');
}

export const RUN_ID = 'its id, as `roulette runs` lists it';

export function withName(command: Command): Command {
  return command.option('--as <name>', 'in whose name (default: the user)');
}

export function withSeed(command: Command): Command {
  return command.option('--seed <seed>', "the seed (default: the document's, or else one is drawn)");
}
