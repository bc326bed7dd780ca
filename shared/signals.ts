// How a daemon ends: the first SIGTERM or SIGINT asks for an orderly end, a second one does not wait for it.

/** Exit code of a process that a second signal ended, as shells report SIGINT. */
const IMPATIENT_EXIT = 130;

/** Resolves at the first SIGTERM or SIGINT with its name. A second one exits the process. */
export function untilAskedToEnd(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(IMPATIENT_EXIT);
      asked = true;
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
