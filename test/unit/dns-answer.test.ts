import { describe, expect, it } from 'vitest';
import { encodeName } from '../../agent/core/network/dns-match.ts';
import { answerQuery } from '../../agent/responder/answer.ts';

const [A, AAAA, TXT] = [1, 28, 16];

function buildQuery(type: number, questions = 1): Buffer {
  const header = Buffer.from([0x12, 0x34, 0x01, 0x00, 0, questions, 0, 0, 0, 0, 0, 1]);
  // What follows the question, as EDNS does, is not answered.
  const additional = Buffer.from([0, 0, 41, 2, 0, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, encodeName('db.example'), Buffer.from([0, type, 0, 1]), additional]);
}

const QUESTION_END = 12 + 12 + 4;

describe('the responder', () => {
  it.each([
    ['nxdomain', 3],
    ['servfail', 2],
  ] as const)('answers %s', (code, rcode) => {
    const answer = answerQuery(buildQuery(A), { code });

    expect(answer?.subarray(0, 12)).toEqual(Buffer.from([0x12, 0x34, 0x81, 0x80 + rcode, 0, 1, 0, 0, 0, 0, 0, 0]));
    expect(answer?.subarray(12)).toEqual(buildQuery(A).subarray(12, QUESTION_END));
  });

  it('answers with the addresses of the family that is asked for', () => {
    const answer = { addresses: ['10.1.2.3', 'fd00::9'] };

    const [four, six, text] = [A, AAAA, TXT].map((type) =>
      answerQuery(buildQuery(type), answer)?.subarray(QUESTION_END),
    );

    expect(four).toEqual(Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 10, 1, 2, 3]));
    expect(six?.subarray(-16)).toEqual(Buffer.from('fd000000000000000000000000000009', 'hex'));
    expect(text).toEqual(Buffer.alloc(0));
  });

  it.each([
    ['an answer', Buffer.concat([Buffer.from([0, 1, 0x80, 0]), buildQuery(A).subarray(4)])],
    ['no question', buildQuery(A, 0)],
    ['a torn packet', buildQuery(A).subarray(0, 15)],
    ['nothing', Buffer.alloc(0)],
  ])('does not answer %s', (_, packet) => {
    expect(answerQuery(packet, { code: 'nxdomain' })).toBeNull();
  });
});
