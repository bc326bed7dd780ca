// DNS queries for chosen names, as a match on the bytes of a UDP packet.

/** UDP header (8 bytes) and DNS header (12 bytes): there the first question begins (RFC 1035, 4.1). */
const QUESTION_AT_BITS = (8 + 12) * 8;
/** A comparison of nft holds at most so much (NFT_REG_SIZE). */
const CHUNK_BYTES = 16;

/** One match for each name, exactly as written: labels with their lengths, and the root at the end. */
export function queriesFor(names: readonly string[]): string[] {
  return names.map((name) => ['udp dport 53', ...payloadMatches(encodeName(name))].join(' '));
}

function payloadMatches(bytes: Buffer): string[] {
  const starts = Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_, index) => index * CHUNK_BYTES);
  return starts.map((start) => {
    const chunk = bytes.subarray(start, start + CHUNK_BYTES);
    return `@th,${QUESTION_AT_BITS + start * 8},${chunk.length * 8} 0x${chunk.toString('hex')}`;
  });
}

export function encodeName(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
