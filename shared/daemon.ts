// What the mains of both daemons share: who is told of start and stop, how the end is asked for, and how a failed start
// is said.

import type { Command, OptionValues } from 'commander';
import type { Logger } from 'pino';
import { RouletteError, ERRORS, EXIT } from './errors.ts';
import { notifyManager, type DaemonState } from './notify.ts';

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

interface Serving {
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Also end when standard input closes. */
  readonly withParent: boolean;
  /** Ends the daemon in order. */
  readonly stop: () => Promise<void>;
}

/** To be called when the daemon is ready: says so to the service manager, and resolves after the orderly end. */
export async function serveUntilAskedToEnd({ log, withParent, stop }: Serving): Promise<void> {
  const asked = untilAskedToEnd(withParent);
  const ready = tellManager('READY=1', log);
  const why = await asked;
  log.info({ why }, 'stopping');
  // What is to be taken back does not wait for anybody's being told.
  await Promise.all([stop(), ready.then(() => tellManager('STOPPING=1', log))]);
}

/** A daemon that could not say that it is ready goes on: the manager starts it again when its patience is over. */
async function tellManager(state: DaemonState, log: Serving['log']): Promise<void> {
  const trouble = await notifyManager(state);
  if (trouble !== null) log.warn({ state, trouble }, 'the service manager could not be told');
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
