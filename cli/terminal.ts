// The real Io: this process's streams, signals and user.

import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { isatty } from 'node:tty';
import { createPaint, type Io } from './io.ts';
import { printable } from './render/printable.ts';

/** To the start of the line, and clear to its end (ECMA-48: CHA, EL). */
const CLEAR_LINE = '\u001B[1G\u001B[0K';
const STANDARD_INPUT = 0;

export function createTerminal(options: { readonly colour: boolean }): Io {
  const { stdout, stderr } = process;
  const isLive = stderr.isTTY;
  const coloured = options.colour && stderr.isTTY && stdout.isTTY && !process.env['NO_COLOR'];
  let shown = '';
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  const over = (write: () => void): void => {
    if (shown !== '') stderr.write(CLEAR_LINE);
    write();
    if (shown !== '') stderr.write(shown);
  };
  return {
    out: (line) => over(() => writeLine(stdout, line)),
    err: (line) => over(() => writeLine(stderr, line)),
    live: (line) => {
      if (!isLive) return;
      if (shown !== '') stderr.write(CLEAR_LINE);
      // A line that wraps could not be redrawn.
      shown = printable(line).slice(0, Math.max(20, stderr.columns - 1));
      stderr.write(shown);
    },
    isLive,
    paint: createPaint(coloured),
    ask: isatty(STANDARD_INPUT) && stderr.isTTY ? askOnTerminal : null,
    onInterrupt: (callback) => {
      process.on('SIGINT', callback);
      return () => process.off('SIGINT', callback);
    },
    user: nameOfUser(),
  };
}

/** Files and pipes get every byte as it is. */
function writeLine(stream: NodeJS.WriteStream, line: string): void {
  stream.write(`${stream.isTTY ? printable(line) : line}\n`);
}

/** Whoever read the output, `head` perhaps, has enough; the command goes on to its exit code. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Ctrl-C and Ctrl-D answer nothing, which is no. */
async function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const givenUp = new Promise<null>((resolve) => {
    terminal.once('close', () => resolve(null));
  });
  try {
    const answer = await Promise.race([terminal.question(question).catch(() => null), givenUp]);
    if (answer === null) process.stderr.write('\n');
    return answer ?? '';
  } finally {
    terminal.close();
  }
}

/** A user of a container need not have an entry in passwd(5). */
function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
