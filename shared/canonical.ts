// One text per value: keys sorted by code unit, no white space, no undefined, only finite numbers.
// Two values are the same document if and only if their canonical texts are the same bytes.
// The number and string forms are those of JSON.stringify, as RFC 8785 (JSON canonicalisation) has them.

import { hash } from 'node:crypto';

/** Throws a TypeError for what JSON cannot say (undefined, functions, NaN, infinities, cycles). */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no JSON form`);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 in lower-case hexadecimal. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** SHA-256 of the canonical JSON. */
export function digestOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
