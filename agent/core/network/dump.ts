// What `ip address save` and `ip route save` write: a magic word, then the kernel's netlink messages (netlink(7)).
// Several such dumps may follow one another.

const MAGIC = { address: 0x4736_1222, route: 0x4531_1224 } as const;
/** RTM_NEWADDR and RTM_NEWROUTE (rtnetlink(7)). */
const TYPES = { address: 20, route: 24 } as const;
const HEADER_BYTES = 16;
const ALIGN = 4;

export interface DumpedMessages {
  readonly addresses: readonly Buffer[];
  readonly routes: readonly Buffer[];
}

/** Throws for what is no such dump: nothing is to be taken down whose state is not understood. */
export function splitDump(dump: Buffer): DumpedMessages {
  const found: { addresses: Buffer[]; routes: Buffer[] } = { addresses: [], routes: [] };
  for (let at = 0; at < dump.length;) {
    const word = dump.readUInt32LE(at);
    if (word === MAGIC.address || word === MAGIC.route) {
      at += ALIGN;
      continue;
    }
    if (word < HEADER_BYTES || at + word > dump.length) throw new Error('ip has saved what cannot be read');
    const message = dump.subarray(at, at + Math.ceil(word / ALIGN) * ALIGN);
    const type = dump.readUInt16LE(at + ALIGN);
    if (type === TYPES.address) found.addresses.push(message);
    if (type === TYPES.route) found.routes.push(message);
    at += message.length;
  }
  return found;
}

export function toDump(kind: keyof typeof MAGIC, messages: readonly Buffer[]): Buffer {
  const magic = Buffer.alloc(ALIGN);
  magic.writeUInt32LE(MAGIC[kind]);
  return Buffer.concat([magic, ...messages]);
}

/** AF_INET6 (address_families(7)); the family is the first byte of struct ifaddrmsg. */
const AF_INET6 = 10;

export function isIpv6Address(message: Buffer): boolean {
  return message[HEADER_BYTES] === AF_INET6;
}
