// What `ip address save` and `ip route save` write: a magic word, then the kernel's netlink messages (netlink(7),
// rtnetlink(7)).

const MAGIC = { address: 0x4736_1222, route: 0x4531_1224 } as const;
/** RTM_NEWADDR and RTM_NEWROUTE. */
const TYPES = { address: 20, route: 24 } as const;
/** struct ifaddrmsg and struct rtmsg. */
const BODY_BYTES = { address: 8, route: 12 } as const;
/** IFA_CACHEINFO and IFA_FLAGS, RTA_CACHEINFO: lifetimes and moments, which change by themselves. */
const PASSING = { address: [6, 8], route: [12] } as const;
const HEADER_BYTES = 16;
const ALIGN = 4;
/** AF_INET6 (address_families(7)). */
const AF_INET6 = 10;

type Kind = keyof typeof MAGIC;

/** Throws for what is no such dump: nothing is to be taken down whose state is not understood. */
export function splitDump(kind: Kind, dump: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  if (dump.length < ALIGN || dump.readUInt32LE(0) !== MAGIC[kind]) throw new Error(`ip has not saved any ${kind}`);
  for (let at = ALIGN; at < dump.length;) {
    const length = dump.readUInt32LE(at);
    if (length < HEADER_BYTES || at + length > dump.length) throw new Error('ip has saved what cannot be read');
    const message = dump.subarray(at, at + aligned(length));
    if (message.readUInt16LE(ALIGN) === TYPES[kind]) messages.push(message);
    at += message.length;
  }
  return messages;
}

export function toDump(kind: Kind, messages: readonly Buffer[]): Buffer {
  const magic = Buffer.alloc(ALIGN);
  magic.writeUInt32LE(MAGIC[kind]);
  return Buffer.concat([magic, ...messages]);
}

/** An IPv6 address of the device with that number; from struct ifaddrmsg. */
export function isIpv6Of(index: number, message: Buffer): boolean {
  return message[HEADER_BYTES] === AF_INET6 && message.readUInt32LE(HEADER_BYTES + 4) === index;
}

/** Those of `wanted` that are not among `there`, whatever of them changes by itself. */
export function missingFrom(kind: Kind, there: readonly Buffer[], wanted: readonly Buffer[]): Buffer[] {
  const known = new Set(there.map((message) => keyOf(kind, message)));
  return wanted.filter((message) => !known.has(keyOf(kind, message)));
}

function keyOf(kind: Kind, message: Buffer): string {
  const end = HEADER_BYTES + BODY_BYTES[kind];
  const body = Buffer.from(message.subarray(HEADER_BYTES, end));
  // Flags: of an address in the third byte, of a route in the last four (dead, link down).
  if (kind === 'address') body[2] = 0;
  else body.writeUInt32LE(0, body.length - ALIGN);
  const lasting: readonly number[] = PASSING[kind];
  const attributes = attributesOf(message, end).filter((attribute) => !lasting.includes(attribute.readUInt16LE(2)));
  return [body, ...attributes].map((part) => part.toString('hex')).join(' ');
}

/** struct rtattr: length and type, then the value. */
function attributesOf(message: Buffer, from: number): Buffer[] {
  const attributes: Buffer[] = [];
  for (let at = from; at + ALIGN <= message.length;) {
    const length = message.readUInt16LE(at);
    if (length < ALIGN) break;
    attributes.push(message.subarray(at, at + length));
    at += aligned(length);
  }
  return attributes;
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGN) * ALIGN;
}
