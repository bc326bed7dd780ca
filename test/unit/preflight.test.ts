import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  judgeAnswer,
  judgePreflight,
  judgeStatus,
  MOST_ANSWER_BYTES,
  preflightOf,
  veto,
  type Opinion,
} from '../../coordinator/core/preflight.ts';
import { nodeId, slotId } from '../../shared/domain/ids.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { parseCoordinatorConfig } from '../../shared/schema/config.ts';
import { formatIssue } from '../../shared/schema/source.ts';
import { buildPlan, buildSlot } from '../support/preflight-builders.ts';
import { buildRun } from '../support/store-builders.ts';

function judgeText(text: string): Opinion {
  return judgeAnswer(new TextEncoder().encode(text));
}

function reasonOf(opinion: Opinion | null): string | null {
  return opinion === null || opinion.allow ? null : opinion.reason;
}

describe('the question', () => {
  it('tells who wants to hit what, and who may be hit instead', () => {
    const standby = { [slotId('smoke', 1, 2)]: [nodeId('orders-8'), nodeId('orders-9')] };
    const plan = buildPlan([buildSlot(1), buildSlot(2, { fault: 'cpu-load' })], standby);

    const question = preflightOf(buildRun({ policyDigest: 'p'.repeat(64) }), plan);

    expect(question).toEqual({
      apiVersion: 'roulette/v1',
      kind: 'Preflight',
      run: 'run-0123456789ab',
      experiment: 'order-fulfillment-kill',
      owner: 'payments-oncall',
      environment: 'staging',
      requestedBy: 'ana',
      planDigest: 'd'.repeat(64),
      seed: 'game-day-7',
      policyDigest: 'p'.repeat(64),
      targets: [
        { slot: 'smoke/1/1', fault: 'process-kill', nodes: ['orders-1'], standby: [] },
        { slot: 'smoke/1/2', fault: 'cpu-load', nodes: ['orders-2'], standby: ['orders-8', 'orders-9'] },
      ],
    });
  });
});

const VETOES: [string, string, string][] = [
  ['a reason', '{"allow":false,"reason":"the database is being moved"}', 'the database is being moved'],
  ['no reason', '{"allow":false}', 'refuses without a reason'],
  ['a blank reason', '{"allow":false,"reason":" \\n "}', 'refuses without a reason'],
  ['a reason that is no text', '{"allow":false,"reason":7}', 'refuses without a reason'],
  ['consent with a reason', '{"allow":true,"reason":""}', 'agrees and gives a reason, which is for vetoes'],
  [
    'consent with a condition',
    '{"allow":true,"until":"15:00"}',
    'answers with the key "until", which has no meaning here',
  ],
  ['a number for consent', '{"allow":1}', 'answers with neither {"allow":true} nor {"allow":false,"reason":"..."}'],
  ['a text for consent', '{"allow":"true"}', 'answers with neither {"allow":true} nor {"allow":false,"reason":"..."}'],
  ['a list', '[{"allow":true}]', 'answers with neither {"allow":true} nor {"allow":false,"reason":"..."}'],
  ['null', 'null', 'answers with neither {"allow":true} nor {"allow":false,"reason":"..."}'],
  [
    'consent that is inherited',
    '{"__proto__":{"allow":true}}',
    'answers with the key "__proto__", which has no meaning here',
  ],
];

describe('an answer', () => {
  it('agrees when it says so', () => {
    const opinion = judgeText(' { "allow": true }\n');

    expect(opinion).toEqual({ allow: true });
  });

  it.each(VETOES)('is a veto for %s', (_, text, reason) => {
    const opinion = judgeText(text);

    expect(opinion).toEqual({ allow: false, reason });
  });

  it.each(['', '<html>', '{"allow":true', '{"allow":true} yes'])('is a veto when it is not JSON: %j', (text) => {
    const opinion = judgeText(text);

    expect(reasonOf(opinion)).toMatch(/^answers with what is not JSON: /u);
  });

  it('is a veto when it is not UTF-8', () => {
    const opinion = judgeAnswer(Buffer.from('{"allow":false,"reason":"f\u00fcr heute"}', 'latin1'));

    expect(reasonOf(opinion)).toMatch(/^answers with what is not JSON: /u);
  });

  it('is a veto when it is too large, even if it agrees', () => {
    const consent = '{"allow":true}';

    const opinions = [MOST_ANSWER_BYTES, MOST_ANSWER_BYTES + 1].map((size) => judgeText(consent.padEnd(size)));

    expect(opinions).toEqual([{ allow: true }, { allow: false, reason: 'answers with more than 65536 bytes' }]);
  });

  it('never agrees by chance, and never throws', () => {
    const value = fc.oneof(
      fc.json(),
      fc.record({ allow: fc.jsonValue(), reason: fc.jsonValue() }).map((one) => JSON.stringify(one)),
    );

    fc.assert(
      fc.property(fc.oneof(value, fc.string()), (text) => {
        const isConsent = /^\s*\{\s*"allow"\s*:\s*true\s*\}\s*$/u.test(text);

        expect(judgeText(text).allow).toBe(isConsent);
      }),
    );
  });

  it('is decided by its body only for status 200', () => {
    const reasons = [200, 201, 204, 301, 304, 401, 503].map((status) => reasonOf(judgeStatus(status)));

    expect(reasons).toEqual([
      null,
      'answers with status 201',
      'answers with status 204',
      'redirects with status 301, which is not followed',
      'redirects with status 304, which is not followed',
      'answers with status 401',
      'answers with status 503',
    ]);
  });
});

describe('a reason', () => {
  it('cannot speak to a terminal, end a line or turn the direction of writing', () => {
    const reason = reasonOf(veto('\u001b[2Jno\r\nok\u2028\u202e\u0085\ud800'));

    expect(reason).toBe('\\u{1b}[2Jno\\u{d}\\u{a}ok\\u{2028}\\u{202e}\\u{85}\\u{d800}');
  });

  it('is kept as it is for up to 500 characters', () => {
    const [whole, cut] = [500, 501].map((length) => reasonOf(veto('ä'.repeat(length))));

    expect([whole, cut]).toEqual(['ä'.repeat(500), `${'ä'.repeat(500)}…`]);
  });

  it('is cut between characters, and between escapes', () => {
    const reasons = [`${'a'.repeat(499)}😀`, `${'a'.repeat(497)}\u001b`].map((text) => reasonOf(veto(text)));

    expect(reasons).toEqual([`${'a'.repeat(499)}…`, `${'a'.repeat(497)}…`]);
  });
});

describe('the verdict', () => {
  const yes = { endpoint: 'a', delivery: '1', allow: true } as const;
  const no = { endpoint: 'b', delivery: '2', allow: false, reason: 'not now' } as const;

  it('is a veto when one of several refuses, and keeps what each of them said', () => {
    const verdict = judgePreflight([yes, no]);

    expect(verdict).toEqual({
      allowed: false,
      vetoes: [{ endpoint: 'b', reason: 'not now' }],
      answers: [yes, no],
    });
  });

  it('is consent when all agree', () => {
    const verdict = judgePreflight([yes, { ...yes, endpoint: 'c' }]);

    expect(verdict).toEqual({ allowed: true, answers: [yes, { ...yes, endpoint: 'c' }] });
  });
});

const ENDPOINT = {
  name: 'change-board',
  url: 'https://board.example/ask',
  secret: '/etc/roulette/preflight.key',
  timeout: '60s',
};

/** One key to a line; the first endpoint begins on the third line. */
function readEndpoints(...endpoints: Record<string, string>[]): unknown {
  const lines = endpoints.map((endpoint) => {
    const keys = Object.entries(endpoint).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    return `- ${keys.join('\n  ')}\n`;
  });
  const parsed = parseCoordinatorConfig(`environment: staging\npreflight:\n${lines.join('')}`, 'c.yaml');
  return parsed.ok ? parsed.value.preflight : parsed.issues.map((issue) => formatIssue(issue));
}

const URL_WANTED = 'expected a URL that starts with http:// or https://, without user and password';

const REFUSED: [string, Record<string, string>, string][] = [
  ['a name with a space', { name: 'a b' }, '3:9: preflight[0].name: expected a name of a-z, 0-9 and -, not "a b"'],
  ['a user in the URL', { url: 'https://ana@board.example/' }, `4:8: preflight[0].url: ${URL_WANTED}`],
  ['a password in the URL', { url: 'https://:hunter2@board.example/' }, `4:8: preflight[0].url: ${URL_WANTED}`],
  ['another scheme', { url: 'file:///etc/passwd' }, `4:8: preflight[0].url: ${URL_WANTED}`],
  ['what is no URL', { url: 'board.example' }, `4:8: preflight[0].url: ${URL_WANTED}`],
  [
    'the secret itself, which is not quoted',
    { secret: 'hunter2hunter2hunter2' },
    '5:11: preflight[0].secret: expected the absolute path of the file that holds the secret',
  ],
  [
    'too long a timeout',
    { timeout: '61s' },
    '6:12: preflight[0].timeout: expected a duration greater than 0, at most 60s, not "61s"',
  ],
  [
    'no time at all',
    { timeout: '0s' },
    '6:12: preflight[0].timeout: expected a duration greater than 0, at most 60s, not "0s"',
  ],
  [
    'an unknown key',
    { timout: '1s' },
    '7:3: preflight[0]: `timout` is not a key of an endpoint of the pre-flight check; did you mean `timeout`?',
  ],
];

describe('the configuration', () => {
  it('can be as the documentation shows it', () => {
    const page = readFileSync(path.join(packageRoot(), 'docs/preflight.md'), 'utf8');
    const example = /^```yaml\n(?<text>.*?)^```$/msu.exec(page)?.groups?.['text'] ?? '';

    const parsed = parseCoordinatorConfig(`environment: staging\n${example}`, 'c.yaml');

    expect(parsed.ok && parsed.value.preflight).toMatchObject([{ name: 'change-board', timeoutMs: 5000 }]);
  });

  it('has five seconds for an endpoint that names no time', () => {
    const { timeout: _, ...short } = ENDPOINT;

    const endpoints = readEndpoints(short, { ...ENDPOINT, name: 'on-call', url: 'http://[::1]:80' });

    expect(endpoints).toEqual([
      {
        name: 'change-board',
        url: 'https://board.example/ask',
        secretFile: '/etc/roulette/preflight.key',
        timeoutMs: 5000,
      },
      { name: 'on-call', url: 'http://[::1]:80', secretFile: '/etc/roulette/preflight.key', timeoutMs: 60_000 },
    ]);
  });

  it.each(REFUSED)('is refused for %s', (_, changes, expected) => {
    const issues = readEndpoints({ ...ENDPOINT, ...changes });

    expect(issues).toEqual([`c.yaml:${expected}`]);
  });

  it('is refused for an endpoint without a secret', () => {
    const { secret: _, ...open } = ENDPOINT;

    const issues = readEndpoints(open);

    expect(issues).toEqual([
      'c.yaml:3:3: preflight[0].secret: is missing: expected the absolute path of the file that holds the secret',
    ]);
  });

  it('is refused for two endpoints of one name', () => {
    const issues = readEndpoints(ENDPOINT, ENDPOINT);

    expect(issues).toEqual(['c.yaml:7:9: preflight[1].name: an endpoint before is called change-board too']);
  });
});
