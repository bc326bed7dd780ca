// Where the command line speaks: results to stdout, everything for people beside them to stderr.

import { ERRORS, RouletteError, messageOf } from '../shared/errors.ts';

export interface Io {
  /** One line of result on stdout. */
  readonly out: (line: string) => void;
  /** One line of progress or trouble on stderr. */
  readonly err: (line: string) => void;
  /** Replaces the live line at the bottom of the terminal; '' takes it away. Does nothing elsewhere. */
  readonly live: (line: string) => void;
  /** Whether stderr is a terminal that can redraw. */
  readonly isLive: boolean;
  readonly paint: Paint;
  /** Asks on the terminal; null where there is none. */
  readonly ask: ((question: string) => Promise<string>) | null;
  /** Calls back at each SIGINT until the returned function is called. */
  readonly onInterrupt: (callback: () => void) => () => void;
  /** The name that goes into the audit log. */
  readonly user: string;
}

/** Colours for people; each leaves the text as it is where there are none. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

const plain = (text: string): string => text;

/** SGR codes (ECMA-48, section 8.3.117). */
function sgr(code: number): (text: string) => string {
  return (text) => `\u001B[${code}m${text}\u001B[0m`;
}

export function createPaint(coloured: boolean): Paint {
  if (!coloured) return { good: plain, bad: plain, warn: plain, faint: plain, strong: plain };
  return { good: sgr(32), bad: sgr(31), warn: sgr(33), faint: sgr(2), strong: sgr(1) };
}

/** What went wrong, and what to do about it. A defect of the program itself comes with its stack. */
export function sayError(io: Io, error: unknown): void {
  const code = error instanceof RouletteError ? error.code : 'INTERNAL';
  io.live('');
  io.err(`${io.paint.bad('error:')} ${messageOf(error)}`);
  io.err(`${io.paint.faint('hint:')} ${ERRORS[code].remedy} (${code})`);
  if (error instanceof Error && !(error instanceof RouletteError)) io.err(io.paint.faint(error.stack ?? ''));
}
