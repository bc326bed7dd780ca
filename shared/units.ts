// Quantities as people write them, and as the code has them: milliseconds, fractions, per second, bytes.
// Each parser gives null for what it does not read, or what is no finite number; nothing is guessed.

const DURATION_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const RATE_SECONDS = { s: 1, m: 60, h: 3600 } as const;
const BITS_PER_SECOND = { gbit: 1e9, mbit: 1e6, kbit: 1e3, bit: 1 } as const;
const SIZE_BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

/** A week: whoever needs longer means something else. */
const LONGEST_DURATION_MS = 7 * 24 * DURATION_MS.h;

const DURATION =
  /^(?=.)(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m)?(?:(?<s>\d+(?:\.\d+)?)s)?(?:(?<ms>\d+(?:\.\d+)?)ms)?$/u;

/** `500ms`, `2s`, `1.5m`, `1h`, `1m30s` in whole milliseconds, at most a week. Larger units first, each at most once. */
export function parseDuration(text: string): number | null {
  const parts = DURATION.exec(text)?.groups;
  if (parts === undefined) return null;
  const ms = Object.entries(DURATION_MS).reduce((sum, [unit, length]) => sum + Number(parts[unit] ?? 0) * length, 0);
  // 1.005 s is 1004.999… ms in floating point, and still a whole number of milliseconds.
  const whole = Math.round(ms);
  return Math.abs(ms - whole) < 1e-6 && whole <= LONGEST_DURATION_MS ? whole : null;
}

/** The shortest text that parses to the same: 90,000 is `1m30s`, 1500 is `1s500ms`. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  if (rest <= 0) return '0s';
  let text = '';
  for (const [unit, length] of Object.entries(DURATION_MS)) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}

/** `2%` as 0.02: the same number as `0.02` itself, where a division by 100 may miss it by the last bit. */
export function parsePercent(text: string): number | null {
  const amount = /^(?<amount>\d+(?:\.\d+)?)%$/u.exec(text)?.groups?.['amount'];
  return amount === undefined ? null : finite(Number(`${amount}e-2`));
}

/** `20/s`, `100/m`, `5/h` as a number per second. */
export function parseRate(text: string): number | null {
  const parts = /^(?<amount>\d+(?:\.\d+)?)\/(?<unit>[smh])$/u.exec(text)?.groups;
  return parts === undefined ? null : finite(Number(parts['amount']) / lengthOf(RATE_SECONDS, parts['unit']));
}

/** `512MiB` in bytes. */
export function parseSize(text: string): number | null {
  const parts = /^(?<amount>\d+(?:\.\d+)?)(?<unit>B|KiB|MiB|GiB|TiB)$/u.exec(text)?.groups;
  return parts === undefined ? null : finite(Number(parts['amount']) * lengthOf(SIZE_BYTES, parts['unit']));
}

/** `500kbit`, `10mbit`, `1.5gbit` in bits per second, as tc(8) writes rates: powers of ten. */
export function parseBitrate(text: string): number | null {
  const parts = /^(?<amount>\d+(?:\.\d+)?)(?<unit>bit|kbit|mbit|gbit)$/u.exec(text)?.groups;
  return parts === undefined
    ? null
    : finite(Math.round(Number(parts['amount']) * lengthOf(BITS_PER_SECOND, parts['unit'])));
}

/** In the largest unit that gives a number of at least 1. */
export function formatBitrate(bitsPerSecond: number): string {
  const [unit, size] = Object.entries(BITS_PER_SECOND).find(([, bits]) => bitsPerSecond >= bits) ?? ['bit', 1];
  return `${bitsPerSecond / size}${unit}`;
}

function lengthOf(units: Readonly<Record<string, number>>, unit: string | undefined): number {
  return units[unit ?? ''] ?? Number.NaN;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
