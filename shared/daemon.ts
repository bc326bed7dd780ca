// What the mains of both daemons share: how the end is asked for, and how a failed start is said.

import type { Command, OptionValues } from 'commander';
import { RouletteError, ERRORS, EXIT } from './errors.ts';

/** Exit code of a process that a second signal ended, as shells report SIGINT. */
const IMPATIENT_EXIT = 130;

/**
 * Resolves when the daemon is asked to end: at the first SIGTERM or SIGINT, and with `withParent` also when
 * standard input closes. A second signal does not wait for the orderly end.
 */
export function untilAskedToEnd(withParent: boolean): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (why: string): void => {
      asked = true;
      // An open standard input would keep the process alive after all else has ended.
      process.stdin.destroy();
      resolve(why);
    };
    const onSignal = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(IMPATIENT_EXIT);
      ask(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    if (withParent) process.stdin.resume().once('end', () => ask('standard input was closed'));
  });
}

/** The options on the command line. Wrong usage exits with the code for it, `--help` with 0. */
export function parseFlags(command: Command): OptionValues {
  return command
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.done : EXIT.usage))
    .showHelpAfterError('(--help tells the options)')
    .parse()
    .opts();
}

/** Runs a daemon's main. An expected failure is said in two lines; a defect keeps its stack. */
export async function runDaemon(main: () => Promise<void>): Promise<void> {
  try {
    await main();
    process.exitCode = EXIT.done;
  } catch (error) {
    const expected = error instanceof RouletteError;
    const defect = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(
      expected ? `error: ${error.message}\nhint: ${ERRORS[error.code].remedy}\n` : `error: ${defect}\n`,
    );
    // A start that failed half-way may have left a listener open, which would keep the process alive.
    process.exit(expected ? error.exit : EXIT.internal);
  }
}
