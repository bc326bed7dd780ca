// How long each part of the lab takes, one line each, as it ends.

export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  try {
    return await work();
  } finally {
    say(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${what}`);
  }
}

/** A figure that a test has measured. */
export function figure(what: string, value: string): void {
  say(`          ${what}: ${value}`);
}

function say(line: string): void {
  process.stderr.write(`lab ${line}\n`);
}
