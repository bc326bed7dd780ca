// Text that came from somewhere else, made safe for a terminal.

const ESCAPE = '\u001B';
/** What follows ESC in a colour (SGR; ECMA-48, section 8.3.117). */
const COLOUR = /^\[[\d;]{0,12}m/u;
const LONGEST_COLOUR = 14;

/**
 * Control characters other than line feed, tab and colours become U+FFFD: the name of a process must not be
 * able to move the cursor, rename the window or hide a line.
 */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, (control, at: number) => {
    const isColour = control === ESCAPE && COLOUR.test(text.slice(at + 1, at + 1 + LONGEST_COLOUR));
    return isColour ? control : '\uFFFD';
  });
}
