// DNS answers, byte by byte (RFC 1035, 4.1). Decides nothing but from the query and the answer that is to be given.

import { isIPv4 } from 'node:net';
import { parseNetwork } from '../../shared/addresses.ts';

export type Answer =
  | { readonly code: 'nxdomain' | 'servfail' }
  /** IPv4 for queries of type A, IPv6 for AAAA; none of a family: an answer without addresses. */
  | { readonly addresses: readonly string[] };

const HEADER_BYTES = 12;
const CODES = { servfail: 2, nxdomain: 3 } as const;
/** QR, and RA: it is an answer, and of one who resolves for others. */
const ANSWERED = 0x8080;
/** What of the query's flags comes back: opcode and RD. */
const KEPT = 0x7900;
const TYPES = { A: 1, AAAA: 28 } as const;
const CLASS_IN = 1;
/** Seconds: a cache is not to keep what is wrong. */
const TTL = 1;
/** A pointer to the name of the question. */
const NAME_OF_QUESTION = 0xc000 + HEADER_BYTES;

/** Null for what is no query with one question. */
export function answerQuery(query: Buffer, answer: Answer): Buffer | null {
  const end = endOfQuestion(query);
  if (end === null) return null;
  const flags = query.readUInt16BE(2);
  const records = 'code' in answer ? [] : recordsFor(query.readUInt16BE(end - 4), answer.addresses);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(query.readUInt16BE(0), 0);
  header.writeUInt16BE((flags & KEPT) | ANSWERED | ('code' in answer ? CODES[answer.code] : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(HEADER_BYTES, end), ...records]);
}

/** Where the one question ends: name, type and class. */
function endOfQuestion(query: Buffer): number | null {
  if (query.length < HEADER_BYTES || query.readUInt16BE(4) !== 1 || query.readUInt16BE(2) >= 0x8000) return null;
  let at = HEADER_BYTES;
  while (at < query.length && query[at] !== 0) at += 1 + (query[at] ?? 0);
  const end = at + 1 + 4;
  return end <= query.length ? end : null;
}

function recordsFor(type: number, addresses: readonly string[]): Buffer[] {
  if (type !== TYPES.A && type !== TYPES.AAAA) return [];
  return addresses
    .filter((address) => isIPv4(address) === (type === TYPES.A))
    .map((address) => recordOf(type, address));
}

function recordOf(type: number, address: string): Buffer {
  const data = bytesOf(address);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(NAME_OF_QUESTION, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(CLASS_IN, 4);
  head.writeUInt32BE(TTL, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function bytesOf(address: string): Buffer {
  const network = parseNetwork(address);
  if (network === null) return Buffer.alloc(0);
  return Buffer.from(network.address.toString(16).padStart(network.family === 4 ? 8 : 32, '0'), 'hex');
}
