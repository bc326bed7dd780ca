// IPv4 and IPv6 addresses and networks, as values that can be compared.

import { isIP } from 'node:net';

export interface Network {
  readonly family: 4 | 6;
  /** The address as a number, as written: bits beyond the prefix may be set. */
  readonly address: bigint;
  /** Length of the prefix; that of a whole address when the text names none. */
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** An address (`10.0.0.1`, `fd00::1`) or a network (`10.0.0.0/8`); null for anything else, zones (`%eth0`) included. */
export function parseNetwork(text: string): Network | null {
  const { address = '', length } = /^(?<address>[0-9a-fA-F:.]+)(?:\/(?<length>\d{1,3}))?$/u.exec(text)?.groups ?? {};
  const family = isIP(address);
  if (family !== 4 && family !== 6) return null;
  const prefix = Number(length ?? BITS[family]);
  if (prefix > BITS[family]) return null;
  return { family, address: family === 4 ? parseV4(address) : parseV6(address), prefix };
}

/** The one spelling of a network: no bits beyond the prefix, no prefix of a whole address, IPv6 as RFC 5952 has it. */
export function formatNetwork({ family, address, prefix }: Network): string {
  const rest = BigInt(BITS[family] - prefix);
  const whole = (address >> rest) << rest;
  return `${family === 4 ? formatV4(whole) : formatV6(whole)}${rest === 0n ? '' : `/${prefix}`}`;
}

export function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

/** Whether any address belongs to both. */
export function overlap(a: Network, b: Network): boolean {
  return (
    a.family === b.family && networkOf(a, Math.min(a.prefix, b.prefix)) === networkOf(b, Math.min(a.prefix, b.prefix))
  );
}

export function contains(network: Network, other: Network): boolean {
  return network.prefix <= other.prefix && overlap(network, other);
}

function networkOf({ family, address }: Network, prefix: number): bigint {
  return address >> BigInt(BITS[family] - prefix);
}

function parseV4(text: string): bigint {
  return text.split('.').reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

function parseV6(text: string): bigint {
  // The last 32 bits may be written as IPv4 (RFC 4291, 2.2).
  const v4 = /[0-9.]+\.[0-9.]+$/u.exec(text)?.[0];
  const low = v4 === undefined ? 0n : parseV4(v4);
  const hex =
    v4 === undefined ? text : text.replace(v4, `${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  const [head = '', tail] = hex.split('::');
  const before = head.split(':').filter((part) => part !== '');
  const after = (tail ?? '').split(':').filter((part) => part !== '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n);
}

function formatV4(address: bigint): string {
  return split(address, 4, 8).join('.');
}

/** The longest run of two zeros or more, the first of equals, is left out (RFC 5952, 4.2). */
function formatV6(address: bigint): string {
  const groups = split(address, 8, 16);
  const text = groups.map((group) => group.toString(16)).join(':');
  const runs = [...text.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/gu)];
  const [longest] = runs.toSorted((a, b) => b[0].length - a[0].length);
  if (longest === undefined) return text;
  const [before, after] = [text.slice(0, longest.index), text.slice(longest.index + longest[0].length)];
  return `${before.replace(/:$/u, '')}::${after.replace(/^:/u, '')}`;
}

/** Parts of so many bits each, the highest first. */
function split(address: bigint, parts: number, bits: number): number[] {
  return Array.from({ length: parts }, (_, index) =>
    Number((address >> BigInt(bits * (parts - 1 - index))) & ((1n << BigInt(bits)) - 1n)),
  );
}
