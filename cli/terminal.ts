// The real Io: this process's streams, signals and user.

import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { createPaint, type Io } from './io.ts';

/** To the start of the line, and clear to its end (ECMA-48: CHA, EL). */
const CLEAR_LINE = '\u001B[1G\u001B[0K';

export function createTerminal(options: { readonly colour: boolean }): Io {
  const { stdout, stderr, stdin } = process;
  const isLive = stderr.isTTY;
  const coloured = options.colour && stderr.isTTY && stdout.isTTY && !process.env['NO_COLOR'];
  let shown = '';
  const over = (write: () => void): void => {
    if (shown !== '') stderr.write(CLEAR_LINE);
    write();
    if (shown !== '') stderr.write(shown);
  };
  return {
    out: (line) => over(() => stdout.write(`${line}\n`)),
    err: (line) => over(() => stderr.write(`${line}\n`)),
    live: (line) => {
      if (!isLive) return;
      if (shown !== '') stderr.write(CLEAR_LINE);
      // A line that wraps could not be redrawn.
      shown = line.slice(0, Math.max(20, stderr.columns - 1));
      stderr.write(shown);
    },
    isLive,
    paint: createPaint(coloured),
    ask: stdin.isTTY && stderr.isTTY ? askOnTerminal : null,
    onInterrupt: (callback) => {
      process.on('SIGINT', callback);
      return () => process.off('SIGINT', callback);
    },
    user: userInfo().username,
  };
}

async function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
