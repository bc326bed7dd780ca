// Quantities as people write them, and as the code has them: milliseconds, fractions, per second, bytes.
// Each parser gives null for what it does not read; nothing is guessed.

const DURATION_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const PER_SECOND = { s: 1, m: 1 / 60, h: 1 / 3600 } as const;
const SIZE_BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

/** A week: whoever needs longer means something else. */
const LONGEST_DURATION_MS = 7 * 24 * DURATION_MS.h;

/** `500ms`, `2s`, `1.5m`, `1h`, `1m30s` in whole milliseconds, at most a week. */
export function parseDuration(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/u.test(text)) return null;
  const parts = [...text.matchAll(/(?<amount>\d+(?:\.\d+)?)(?<unit>ms|s|m|h)/gu)];
  const ms = parts.reduce(
    (sum, { groups }) => sum + Number(groups?.['amount']) * unitOf(DURATION_MS, groups?.['unit']),
    0,
  );
  // 1.005 s is 1004.999… ms in floating point, and still a whole number of milliseconds.
  const whole = Math.round(ms);
  return Math.abs(ms - whole) < 1e-6 && whole <= LONGEST_DURATION_MS ? whole : null;
}

/** The shortest text that parses to the same: `90s` is `1m30s`, 1500 is `1s500ms`. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  if (rest <= 0) return '0s';
  let text = '';
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / DURATION_MS[unit]);
    rest -= count * DURATION_MS[unit];
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}

/** `2%` as 0.02. */
export function parsePercent(text: string): number | null {
  const match = /^(?<amount>\d+(?:\.\d+)?)%$/u.exec(text);
  return match === null ? null : Number(match.groups?.['amount']) / 100;
}

/** `20/s`, `100/m`, `5/h` as a number per second. */
export function parseRate(text: string): number | null {
  const match = /^(?<amount>\d+(?:\.\d+)?)\/(?<unit>[smh])$/u.exec(text);
  return match === null ? null : Number(match.groups?.['amount']) * unitOf(PER_SECOND, match.groups?.['unit']);
}

/** `512MiB` in bytes. */
export function parseSize(text: string): number | null {
  const match = /^(?<amount>\d+(?:\.\d+)?)(?<unit>B|KiB|MiB|GiB|TiB)$/u.exec(text);
  return match === null ? null : Number(match.groups?.['amount']) * unitOf(SIZE_BYTES, match.groups?.['unit']);
}

function unitOf(units: Readonly<Record<string, number>>, unit: string | undefined): number {
  return units[unit ?? ''] ?? Number.NaN;
}
