import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, formatNetwork, overlap, parseNetwork, type Network } from '../../shared/addresses.ts';

function network(text: string): Network {
  const found = parseNetwork(text);
  if (found === null) throw new Error(`${text} is no network`);
  return found;
}

describe('addresses', () => {
  it.each([
    ['10.0.0.1', { family: 4, address: 0x0a000001n, prefix: 32 }],
    ['10.0.0.0/8', { family: 4, address: 0x0a000000n, prefix: 8 }],
    ['::1', { family: 6, address: 1n, prefix: 128 }],
    ['fd00::/8', { family: 6, address: 0xfdn << 120n, prefix: 8 }],
    ['::ffff:10.0.0.1', { family: 6, address: 0xffff0a000001n, prefix: 128 }],
    ['1:2:3:4:5:6:7:8', { family: 6, address: 0x00010002000300040005000600070008n, prefix: 128 }],
  ])('reads %s', (text, wanted) => {
    expect(parseNetwork(text)).toEqual(wanted);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.1/33',
    'fe80::1%eth0',
    '::1/129',
    '10.0.0.1/',
    'db.example',
    '1.2.3.4; flush ruleset',
  ])('does not take %j for one', (text) => {
    expect(parseNetwork(text)).toBeNull();
  });

  it('read as the kernel would: all that net.isIP knows, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        const isAddress = isIP(text) !== 0 && !text.includes('%');

        expect(parseNetwork(text) !== null && !text.includes('/')).toBe(isAddress);
      }),
    );
  });

  it.each([
    ['10.0.0.1/32', '10.0.0.1'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3/0', '0.0.0.0/0'],
    ['FD00:0:0:0:0:0:0:1', 'fd00::1'],
    ['fd00::1/8', 'fd00::/8'],
    ['::', '::'],
    ['::/0', '::/0'],
    ['0:0:1:0:0:0:0:1', '0:0:1::1'],
    ['1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['10:0:0:2:3:4:5:0', '10::2:3:4:5:0'],
    ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::'],
  ])('%s has one spelling, %s', (text, wanted) => {
    expect(formatNetwork(network(text))).toBe(wanted);
  });

  it('are spelt as browsers spell them, and read back as the same', () => {
    // Few digits, so that there are runs of zeros.
    const sparse = fc
      .array(fc.constantFrom('0', '0', '0', '1', 'a0'), { minLength: 8, maxLength: 8 })
      .map((groups) => groups.join(':'));

    fc.assert(
      fc.property(fc.oneof(fc.ipV6(), sparse), (text) => {
        const spelt = formatNetwork(network(text));

        expect(`[${spelt}]`).toBe(new URL(`http://[${text}]/`).hostname);
        expect(network(spelt)).toEqual(network(text));
      }),
    );
  });

  it('overlap exactly when one network holds the other', () => {
    expect(overlap(network('10.0.0.0/8'), network('10.9.0.0/16'))).toBe(true);
    expect(contains(network('10.0.0.0/8'), network('10.9.0.0/16'))).toBe(true);
    expect(contains(network('10.9.0.0/16'), network('10.0.0.0/8'))).toBe(false);
    expect(overlap(network('10.0.0.0/8'), network('11.0.0.0/8'))).toBe(false);
    expect(overlap(network('0.0.0.0/0'), network('::/0'))).toBe(false);
  });
});
