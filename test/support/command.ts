// The command line in this process, with its streams captured.

import { main } from '../../cli/program.ts';
import { createPaint, type Io } from '../../cli/io.ts';

export interface Spoken {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface Setting {
  readonly environment?: NodeJS.ProcessEnv;
  /** What a person on a terminal would answer; without it there is no terminal. */
  readonly answer?: string;
  /** Given the callback of Ctrl-C. */
  readonly onInterrupt?: (interrupt: () => void) => void;
  /** Called for each line on stderr. */
  readonly onLine?: (line: string) => void;
}

export async function speak(argv: readonly string[], setting: Setting = {}): Promise<Spoken> {
  const out: string[] = [];
  const err: string[] = [];
  const { answer, onInterrupt, onLine, environment = {} } = setting;
  const io: Io = {
    out: (line) => out.push(line),
    err: (line) => {
      err.push(line);
      onLine?.(line);
    },
    live: () => undefined,
    isLive: false,
    paint: createPaint(false),
    ask: answer === undefined ? null : () => Promise.resolve(answer),
    onInterrupt: (callback) => {
      onInterrupt?.(callback);
      return () => undefined;
    },
    user: 'tester',
  };
  const exit = await main(argv, io, { ROULETTE_CONFIG: '/nowhere/config.yaml', ...environment });
  return { exit, out: out.join('\n'), err: err.join('\n') };
}
