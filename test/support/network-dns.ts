// The least of a name server: one question, one answer (RFC 1035).

import { isIPv4 } from 'node:net';

const TYPE_A = 1;
const TYPE_AAAA = 28;
const HEADER_BYTES = 12;

/** The answer to a question for any name; null for what is no question. */
export function answerDns(query: Buffer, addresses: { readonly v4: string; readonly v6: string }): Buffer | null {
  const end = query.indexOf(0, HEADER_BYTES);
  if (end < 0 || query.length < end + 5) return null;
  const question = query.subarray(HEADER_BYTES, end + 5);
  const type = question.readUInt16BE(question.length - 4);
  const address = addressOf(type, addresses);
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  // A response, recursion asked for and available.
  header.writeUInt16BE(0x81_80, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(address === null ? 0 : 1, 6);
  if (address === null) return Buffer.concat([header, question]);
  const record = Buffer.alloc(12);
  // The name of the question, by a pointer.
  record.writeUInt16BE(0xc0_0c, 0);
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(0, 6);
  record.writeUInt16BE(address.length, 10);
  return Buffer.concat([header, question, record, address]);
}

function addressOf(type: number, { v4, v6 }: { readonly v4: string; readonly v6: string }): Buffer | null {
  if (type === TYPE_A) return bytesOf(v4);
  return type === TYPE_AAAA ? bytesOf(v6) : null;
}

function bytesOf(address: string): Buffer {
  return isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : sixteenBytes(address);
}

function sixteenBytes(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number(`0x${group}`)));
  const [front, back] = [groups(head), groups(tail)];
  const all = [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
  const bytes = Buffer.alloc(16);
  all.forEach((group, at) => bytes.writeUInt16BE(group, at * 2));
  return bytes;
}
