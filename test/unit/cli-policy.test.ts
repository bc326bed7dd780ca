import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../shared/package-root.ts';
import { speak } from '../support/command.ts';
import { buildLimitText, buildPolicyText, makePolicyFolder } from '../support/policy-folders.ts';

const EXAMPLE = path.join(packageRoot(), 'examples', 'policy');

function experiment(target: string, step: string): string {
  return `apiVersion: roulette/v1
kind: Experiment
name: kill
owner: tester
environment: staging
hypothesis: It holds.
targets: { orders: { ${target} } }
monitors: { up: { http: { url: 'http://127.0.0.1:8080/', rate: 1/s } } }
steadyState: [up >= 95%]
stages: [{ name: smoke, steps: [${step}] }]
`;
}

const PROCESSES = 'nodes: { role: orders }, processes: { service: orders }';
const KILL_ALL = experiment(PROCESSES, '{ fault: process-kill, target: orders, mode: all }');
const KILL_ONE = experiment(PROCESSES, '{ fault: process-kill, target: orders, mode: one }');

const RULES = buildPolicyText(`limits: [{ name: half, most: 50% }]
floors: [{ name: orders-up, healthy: 2, nodes: { role: orders } }]
expressions: [{ name: few, expression: size(plan.slots) <= 5, message: at most five }]
approvals: [{ name: agreed, needs: 2, faults: [kill] }]
people: { ana: operator }`);

const FLEET = `nodes:
  - { node: orders-a, labels: { role: orders } }
  - { node: orders-b, labels: { role: orders } }
  - { node: orders-c, labels: { role: orders } }
  - { node: orders-d, labels: { role: orders }, connected: false }
  - { node: web-a, labels: { role: web } }
`;

/** Cases as flow maps, without what all of them have. */
function buildTest(...cases: readonly string[]): string {
  const lines = cases.map((one) => `  - { as: ana, at: "2026-11-26T10:00:00Z", ${one} }`);
  return `apiVersion: roulette/v1\nkind: PolicyTest\n${FLEET}cases:\n${lines.join('\n')}\n`;
}

/** A folder with the rules and documents above, and one test. */
function makeTested(...cases: readonly string[]): string {
  return makePolicyFolder({
    'rules.yaml': RULES,
    'all.yaml': KILL_ALL,
    'one.yaml': KILL_ONE,
    'rules.test.yaml': buildTest(
      'name: one, document: one.yaml, expect: allowed',
      'name: all, document: all.yaml, expect: refused',
      ...cases,
    ),
  });
}

describe('roulette policy check', () => {
  it('tells what a good folder has, and exits with 0', async () => {
    const folder = makePolicyFolder({ 'a.yaml': RULES });

    const { exit, out, err } = await speak(['policy', 'check', folder]);

    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toContain(`${folder}: valid`);
    expect(out).toMatch(/^limits +1$/mu);
    expect(out).toMatch(/^windows +0$/mu);
    expect(out).toMatch(/^people +ana: operator$/mu);
    expect(out).toMatch(/^digest +[0-9a-f]{64}$/mu);
  });

  it('tells the same as JSON', async () => {
    const folder = makePolicyFolder({ 'a.yaml': RULES });

    const { exit, out } = await speak(['policy', 'check', folder, '--json']);

    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/u),
      rules: { limits: 1, rates: 0, floors: 1, expressions: 1, approvals: 1 },
      people: { ana: ['operator'] },
      preparedForMs: 86_400_000,
      cases: 0,
    });
  });

  it('tells each mistake with its position, and exits with 2', async () => {
    const folder = makePolicyFolder({ 'a.yaml': buildLimitText('rates: [{ name: r, most: 1, witin: 1h }]') });

    const { exit, out, err } = await speak(['policy', 'check', folder]);

    expect(exit).toBe(2);
    expect(out).toBe(`${folder}: 2 to mend`);
    expect(err.split('\n')[1]).toBe(
      `${folder}/a.yaml:4:29: rates[0]: \`witin\` is not a key of a rate; did you mean \`within\`?`,
    );
  });

  it('tells mistakes as JSON too', async () => {
    const folder = makePolicyFolder({});

    const { exit, out } = await speak(['policy', 'check', folder, '--json']);

    expect(exit).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      issues: [{ file: folder, line: 1, column: 1, message: 'has no file of a policy' }],
    });
  });
});

describe('roulette policy test', () => {
  it('plays all cases, a line for each, and exits with 0 when all come out as expected', async () => {
    const folder = makeTested('name: also, document: all.yaml, expect: refused, by: [half]');

    const { exit, out, err } = await speak(['policy', 'test', folder]);

    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out.split('\n')).toEqual([
      `pass  ${folder}/rules.test.yaml: one (allowed with 2 approvals)`,
      expect.stringMatching(/rules\.test\.yaml: all \(refused by /u),
      expect.stringContaining('rules.test.yaml: also (refused by '),
      '3 passed',
    ]);
  });

  it.each([
    ['document: one.yaml, expect: refused', 'expected to be refused, and is allowed'],
    ['document: all.yaml, expect: allowed', 'expected to be allowed, and is refused by '],
    ['document: all.yaml, expect: refused, by: [few]', 'expected to be refused by few, and is refused by '],
    ['document: all.yaml, expect: refused, by: [orders-pu]', 'there is no rule orders-pu; did you mean `orders-up`?'],
    ['document: one.yaml, expect: allowed, approvals: 1', 'expected to need 1 approvals, and needs 2'],
    ['document: { kind: Experiment }, expect: refused', 'name: is missing'],
  ])('a case fails, and exits with 2: %s', async (policyCase, why) => {
    const folder = makeTested(`name: wrong, ${policyCase}`);

    const { exit, out } = await speak(['policy', 'test', folder]);

    expect(exit).toBe(2);
    expect(out).toContain(`FAIL  ${folder}/rules.test.yaml: wrong: `);
    expect(out).toContain(why);
    expect(out).toContain('1 of 3 failed');
  });

  it('a case whose plan would be refused under any policy fails', async () => {
    const folder = makeTested('name: nobody, document: nobody.yaml, expect: refused');
    writeFileSync(path.join(folder, 'nobody.yaml'), KILL_ONE.replace('role: orders', 'role: nobody'));

    const { exit, out } = await speak(['policy', 'test', folder]);

    expect(exit).toBe(2);
    expect(out).toContain('nobody: the plan would be refused under any policy: target orders matches no node');
  });

  it('a person without a role is refused by `people`', async () => {
    const folder = makeTested(
      'name: stranger, document: one.yaml, expect: refused, by: [people]'.replace('name', 'seed: x, name'),
    );
    const file = path.join(folder, 'rules.test.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/as: ana(?=[^\n]*stranger)/u, 'as: zoe'));

    const { exit, out } = await speak(['policy', 'test', folder]);

    expect(exit).toBe(0);
    expect(out).toContain('stranger (refused by people)');
  });

  it('has one value for programs', async () => {
    const folder = makeTested('name: wrong, document: one.yaml, expect: refused');

    const { exit, out } = await speak(['policy', 'test', folder, '--json']);

    expect(exit).toBe(2);
    expect(JSON.parse(out)).toMatchObject([
      { name: 'one', verdict: 'allowed', approvals: 2, failure: null, file: `${folder}/rules.test.yaml` },
      { name: 'all', verdict: 'refused', failure: null },
      { name: 'wrong', verdict: 'allowed', failure: 'expected to be refused, and is allowed', refusals: [] },
    ]);
  });

  it('plays faults against host names and other nodes without looking anything up', async () => {
    const step =
      '{ fault: net-partition, target: orders, duration: 1m, params: { peers: [nowhere.invalid, target:orders] } }';
    const folder = makePolicyFolder({
      'rules.yaml': RULES,
      'cut.yaml': experiment('nodes: { role: orders }', step),
      'rules.test.yaml': buildTest('name: cut, document: cut.yaml, expect: allowed, approvals: 0'),
    });

    const { exit, out } = await speak(['policy', 'test', folder]);

    expect({ exit, out }).toMatchObject({ exit: 0, out: expect.stringContaining('1 passed') });
  });

  it('goes by a calendar as of the time of the case', async () => {
    const event = 'BEGIN:VEVENT\nUID:a@b\nDTSTAMP:20260101T000000Z\nDTSTART:20261128T000000Z\nDURATION:P1D';
    const folder = makePolicyFolder({
      'rules.yaml': RULES,
      'one.yaml': KILL_ONE,
      'rules.test.yaml': buildTest(
        'name: before, document: one.yaml, expect: allowed',
        'name: frozen, document: one.yaml, expect: refused, by: ["Sales, again"]',
      ).replace(/2026-11-26(?=[^\n]*frozen)/u, '2060-11-28'),
      'sales.ics': `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n${event}\nRRULE:FREQ=YEARLY\nSUMMARY:Sales\\, again\nEND:VEVENT\nEND:VCALENDAR\n`,
    });

    const { exit, out } = await speak(['policy', 'test', folder]);

    expect({ exit, out }).toMatchObject({ exit: 0, out: expect.stringContaining('2 passed') });
  });

  it('says that there are no tests, and that a document is not there', async () => {
    const untested = makePolicyFolder({ 'a.yaml': RULES });
    const lost = makePolicyFolder({
      'a.yaml': RULES,
      'a.test.yaml': buildTest('name: a, document: b.yaml, expect: allowed'),
    });

    const [none, missing] = [await speak(['policy', 'test', untested]), await speak(['policy', 'test', lost])];

    expect(none).toMatchObject({ exit: 2, err: expect.stringContaining('has no tests: no file *.test.yaml') });
    expect(missing).toMatchObject({ exit: 2, err: expect.stringContaining(`cannot read ${lost}/b.yaml`) });
  });

  it('tells the mistakes of a folder that cannot be used', async () => {
    const folder = makePolicyFolder({ 'a.yaml': buildPolicyText('limits: []') });

    const { exit, err } = await speak(['policy', 'test', folder]);

    expect({ exit, err }).toEqual({ exit: 2, err: expect.stringContaining('without a limit there is no policy') });
  });
});

describe('the example of a policy', () => {
  it('is valid, and its tests pass', async () => {
    const [checked, tested] = [await speak(['policy', 'check', EXAMPLE]), await speak(['policy', 'test', EXAMPLE])];

    expect(checked).toMatchObject({ exit: 0, err: '' });
    expect(tested).toMatchObject({ exit: 0, err: '', out: expect.stringContaining('7 passed') });
  });
});
