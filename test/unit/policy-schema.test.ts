import { describe, expect, it } from 'vitest';
import type { RadiusRule } from '../../shared/domain/policy.ts';
import { FAULT_KINDS, kindsNamed } from '../../shared/faults/index.ts';
import { checkPolicyFile, type PolicyFile } from '../../shared/schema/policy.ts';
import { checkPolicyTest, type PolicyTest } from '../../shared/schema/policy-test.ts';
import { formatIssue, readSource, type Source } from '../../shared/schema/source.ts';
import { buildPolicyText } from '../support/policy-folders.ts';

function sourceOf(text: string): Source {
  const read = readSource(text, 'p.yaml');
  if (!read.ok) throw new Error(read.issues.map((issue) => formatIssue(issue)).join('\n'));
  return read.source;
}

/** Of a policy with these sections, which begin on line 3. */
function complaints(sections: string): string[] {
  const checked = checkPolicyFile(sourceOf(buildPolicyText(sections)));
  return checked.ok ? [] : checked.issues.map((issue) => formatIssue(issue));
}

function fileOf(sections: string): PolicyFile {
  const checked = checkPolicyFile(sourceOf(buildPolicyText(sections)));
  if (!checked.ok) throw new Error(complaints(sections).join('\n'));
  return checked.value;
}

function ruleOf(section: string, rule: string): RadiusRule | undefined {
  return fileOf(`${section}:\n  - ${rule}`).rules[0];
}

const NETWORK = FAULT_KINDS.filter((kind) => kind.startsWith('net-'));
const FLEET = { kind: 'fleet' };

describe('the rules of a blast radius', () => {
  it('a limit is a number of nodes of the whole fleet when it says no more', () => {
    const rule = ruleOf('limits', '{ name: two, most: 2 }');

    expect(rule).toEqual({
      kind: 'limit',
      name: 'two',
      most: { kind: 'count', count: 2 },
      nodes: 'all',
      faults: null,
      per: FLEET,
    });
  });

  it('a limit may be a share, of some nodes, for some faults, per label', () => {
    const rule = ruleOf(
      'limits',
      '{ name: some, most: 30%, nodes: { tier: critical }, faults: [network, process-kill], per: { label: zone } }',
    );

    expect(rule).toEqual({
      kind: 'limit',
      name: 'some',
      most: { kind: 'share', share: 0.3 },
      nodes: { tier: ['critical'] },
      faults: [...NETWORK, 'process-kill'],
      per: { kind: 'label', label: 'zone' },
    });
  });

  it.each([
    ['role', { kind: 'label', label: 'role' }],
    ['node', { kind: 'label', label: 'node' }],
    ['{ label: service }', { kind: 'label', label: 'service' }],
    ['service', { kind: 'service' }],
  ])('a rate counts per %s', (per, expected) => {
    const rule = ruleOf('rates', `{ name: kills, most: 20, within: 1h, per: ${per}, faults: [kill] }`);

    expect(rule).toMatchObject({
      kind: 'rate',
      most: 20,
      withinMs: 3_600_000,
      faults: ['process-kill'],
      per: expected,
    });
  });

  it('a cool-down has a length', () => {
    const rule = ruleOf('coolDowns', '{ name: rest, length: 10m, per: service }');

    expect(rule).toMatchObject({ kind: 'coolDown', lengthMs: 600_000, per: { kind: 'service' }, nodes: 'all' });
  });

  it('a floor counts healthy nodes whatever the fault', () => {
    const rule = ruleOf('floors', '{ name: up, healthy: 50%, nodes: { role: orders }, per: zone }');

    expect(rule).toMatchObject({
      kind: 'floor',
      healthy: { kind: 'share', share: 0.5 },
      nodes: { role: ['orders'] },
      faults: null,
      per: { kind: 'label', label: 'zone' },
    });
  });

  it('what is kept apart are the values of a label, or groups', () => {
    const byLabel = ruleOf('apart', '{ name: zones, by: zone }');
    const byGroups = ruleOf('apart', '{ name: pair, groups: [{ member: a }, { member: b }], per: shard }');

    expect(byLabel).toMatchObject({ kind: 'apart', sides: { kind: 'label', label: 'zone' }, per: FLEET });
    expect(byGroups).toMatchObject({
      sides: { kind: 'groups', groups: [{ member: ['a'] }, { member: ['b'] }] },
      per: { kind: 'label', label: 'shard' },
    });
  });

  it('nodes are excluded, or faults for everybody', () => {
    const nodes = ruleOf('exclude', '{ name: db, nodes: { role: db } }');
    const faults = ruleOf('exclude', '{ name: no-net-down, faults: [net-down] }');

    expect(nodes).toEqual({ kind: 'exclude', name: 'db', nodes: { role: ['db'] }, faults: null, per: FLEET });
    expect(faults).toMatchObject({ nodes: 'all', faults: ['net-down'] });
  });

  it('labels are required', () => {
    const rule = ruleOf('require', '{ name: staging, labels: { env: staging } }');

    expect(rule).toMatchObject({ kind: 'require', labels: { env: ['staging'] }, nodes: 'all', faults: null });
  });

  it('rules come in the order of the sections, whatever the order in the file', () => {
    const { rules } = fileOf('require: [{ name: r, labels: { a: b } }]\nlimits: [{ name: l, most: 1 }]');

    expect(rules.map(({ name }) => name)).toEqual(['l', 'r']);
  });
});

describe('the other sections', () => {
  it('expressions may say when they apply', () => {
    const { expressions } = fileOf(
      "expressions:\n  - { name: a, expression: 'true', message: m }\n  - { name: b, when: 'false', expression: 'true', message: m }",
    );

    expect(expressions).toEqual([
      { name: 'a', when: null, expression: 'true', message: 'm' },
      { name: 'b', when: 'false', expression: 'true', message: 'm' },
    ]);
  });

  it('approvals are for all nodes and faults when they say no more', () => {
    const { approvals } = fileOf(
      'approvals: [{ name: a, needs: 2 }, { name: b, needs: 1, faults: [pause], nodes: { t: x } }]',
    );

    expect(approvals).toEqual([
      { name: 'a', needs: 2, nodes: 'all', faults: null },
      { name: 'b', needs: 1, nodes: { t: ['x'] }, faults: ['process-pause'] },
    ]);
  });

  it('windows are hours with a name', () => {
    const { windows } = fileOf('windows: [{ name: w, days: mon-tue, from: "09:00", to: "16:00", timezone: UTC }]');

    expect(windows).toEqual([
      { name: 'w', hours: { days: ['mon', 'tue'], fromMinute: 540, toMinute: 960, timezone: 'UTC' } },
    ]);
  });

  it('freezes are from one moment to another by the clocks of their zone, in summer and in winter', () => {
    const { freezes } = fileOf(
      'freezes: [{ name: f, from: "2026-07-01", to: "2026-11-30T06:00", timezone: Europe/Berlin }]',
    );

    expect(freezes).toEqual([
      { name: 'f', fromAt: Date.parse('2026-06-30T22:00:00Z'), toAt: Date.parse('2026-11-30T05:00:00Z') },
    ]);
  });

  it('people have one role or several', () => {
    const { people } = fileOf("people: { ana: operator, ben@example.com: [operator, approver], '*': viewer }");

    expect(people).toEqual({ ana: ['operator'], 'ben@example.com': ['operator', 'approver'], '*': ['viewer'] });
  });

  it('expiry has defaults for what it leaves out', () => {
    const [some, none] = [fileOf('expiry: { approval: 1h }'), fileOf('limits: []')];

    expect(some.expiry).toEqual({ preparedForMs: 86_400_000, approvedForMs: 3_600_000 });
    expect(none.expiry).toBeNull();
  });
});

describe('what is wrong with a policy', () => {
  it.each([
    ['limit: []', '3:1: `limit` is not a key of a policy; did you mean `limits`?'],
    ['limits:', '3:8: limits: expected a list of limits'],
    ['limits: [{ most: 1 }]', '3:10: limits[0].name: is missing: expected a name of a-z, 0-9 and -'],
    ['limits: [{ name: A b, most: 1 }]', '3:18: limits[0].name: expected a name of a-z, 0-9 and -, not "A b"'],
    [
      'limits: [{ name: a }]',
      'limits[0].most: is missing: expected a number of nodes such as 2, or a share from 0% to 100%',
    ],
    ['limits: [{ name: a, most: 101% }]', '3:27: limits[0].most: expected a number of nodes'],
    ['limits: [{ name: a, most: 1.5 }]', 'limits[0].most: expected a number of nodes'],
    ['limits: [{ name: a, most: -1 }]', 'limits[0].most: expected a number of nodes'],
    ['limits: [{ name: a, mst: 1 }]', '3:21: limits[0]: `mst` is not a key of a limit; did you mean `most`?'],
    [
      'limits: [{ name: a, most: 1, nodes: {} }]',
      '3:37: limits[0].nodes: expected labels such as { role: web }, or `all`',
    ],
    [
      'limits: [{ name: a, most: 1, faults: [] }]',
      'limits[0].faults: expected a list of faults and classes that is not empty',
    ],
    [
      'limits: [{ name: a, most: 1, faults: [netwrk] }]',
      '3:39: limits[0].faults[0]: there is no fault or class `netwrk`; did you mean `network`?',
    ],
    [
      'limits: [{ name: a, most: 1, faults: [kill, process-puase] }]',
      '3:45: limits[0].faults[1]: there is no fault or class `process-puase`; did you mean `process-pause`?',
    ],
    [
      'limits: [{ name: a, most: 1, per: service }]',
      '3:35: limits[0].per: `per: service` goes with `rates` and `coolDowns` only',
    ],
    ['floors: [{ name: a, healthy: 1, per: service }]', 'floors[0].per: `per: service` goes with'],
    [
      'limits: [{ name: a, most: 1, per: { lable: x } }]',
      '3:37: limits[0].per: `lable` is not a key of per; did you mean `label`?',
    ],
    ['limits: [{ name: a, most: 1, per: [x] }]', 'limits[0].per: expected the name of a label, or { label: NAME }'],
    ['rates: [{ name: a, most: 1, within: 0s }]', '3:37: rates[0].within: expected a duration greater than 0'],
    ['rates: [{ name: a, most: 30%, within: 1h }]', 'rates[0].most: expected a whole number'],
    ['coolDowns: [{ name: a }]', 'coolDowns[0].length: is missing'],
    ['floors: [{ name: a, healthy: 1, faults: [kill] }]', '`faults` is not a key of a floor'],
    ['apart: [{ name: a }]', '3:9: apart[0]: expected either `by` with a label, or `groups`'],
    ['apart: [{ name: a, by: zone, groups: [{ a: b }, { a: c }] }]', 'apart[0]: expected either'],
    ['apart: [{ name: a, groups: [{ a: b }] }]', '3:28: apart[0].groups: expected two groups or more'],
    ['exclude: [{ name: a }]', '3:11: exclude[0]: expected `nodes`, `faults` or both'],
    ['require: [{ name: a, labels: all }]', '3:30: require[0].labels: expected labels such as { env: staging }'],
    ['approvals: [{ name: a, needs: 0 }]', '3:31: approvals[0].needs: expected a whole number from 1'],
    [
      'windows: [{ name: a, days: mon-fry, from: "09:00", to: "10:00", timezone: UTC }]',
      '3:28: windows[0].days: expected days',
    ],
    ['windows: [{ name: a, days: mon, from: "09:00", to: "10:00" }]', 'windows[0].timezone: is missing'],
    [
      'freezes: [{ name: a, from: "2026-02-30", to: "2026-03-02", timezone: UTC }]',
      '3:28: freezes[0].from: expected a day or a time in quotes, such as "2026-11-23" or "2026-11-30T06:00", not "2026-02-30"',
    ],
    [
      'freezes: [{ name: a, from: "2026-03-02", to: "2026-03-02", timezone: UTC }]',
      '3:46: freezes[0].to: must be later than `from`, which is 2026-03-02',
    ],
    ['people: { ana: oprator }', '3:16: people.ana: expected one of viewer, operator, approver, admin, not "oprator"'],
    ['people: { ana: [] }', 'people.ana: expected a list of roles that is not empty'],
    ['people: { "a b": viewer }', '3:11: people["a b"]: a person has a name of'],
    ['people: { constructor: viewer }', '3:11: people.constructor: a person has a name of'],
    ['people: [ana]', '3:9: people: expected roles by name of the person'],
    ['expiry: { prepared: 0s }', '3:21: expiry.prepared: expected a duration greater than 0'],
    ['expressions: [{ name: a, expression: "true" }]', 'expressions[0].message: is missing'],
  ])('%s', (sections, complaint) => {
    const found = complaints(sections);

    expect(found.join('\n')).toContain(complaint);
    expect(found[0]).toMatch(/^p\.yaml:\d+:\d+: /u);
  });

  it.each([
    [
      "expressions: [{ name: a, expression: 'size(plan.slot) < 1', message: m }]",
      '3:48: expressions[0].expression: `plan` has no `slot`; did you mean `slots`?',
    ],
    [
      'expressions: [{ name: a, expression: \'expriment.name == "x"\', message: m }]',
      '3:39: expressions[0].expression: there is no variable `expriment`; did you mean `experiment`?',
    ],
    [
      "expressions: [{ name: a, expression: 'sise(plan.slots) < 1', message: m }]",
      'there is no function `sise`; did you mean `size`?',
    ],
    ["expressions: [{ name: a, expression: 'plan.slots.all(s)', message: m }]", '`all` is not used like this'],
    [
      "expressions: [{ name: a, expression: 'plan.slots.all(s, t.step > 0)', message: m }]",
      '3:57: expressions[0].expression: there is no variable `t`',
    ],
    [
      "expressions: [{ name: a, expression: '1 == == 2', message: m }]",
      '3:41: expressions[0].expression: is no CEL expression: "=" is not expected here',
    ],
    [
      "expressions: [{ name: a, expression: '[1, 2', message: m }]",
      'expressions[0].expression: is no CEL expression: it ends too early',
    ],
    ["expressions: [{ name: a, expression: 'Foo{a: 1}', message: m }]", 'there is no message `Foo`'],
    [
      "expressions: [{ name: a, expression: 'true', when: 'nw > nw', message: m }]",
      '3:53: expressions[0].when: there is no variable `nw`; did you mean `now`?',
    ],
    [
      `expressions: [{ name: a, expression: '${'('.repeat(3000)}', message: m }]`,
      'is no CEL expression: it is nested too deeply',
    ],
  ])('%s', (sections, complaint) => {
    const found = complaints(sections);

    expect(found.join('\n')).toContain(complaint);
  });

  it('all of it is told at once, in order of position', () => {
    const found = complaints('limits: [{ name: a, most: 2% , per: service }]\nrates: [{ name: b }]\nlimit: []');

    expect(found.map((complaint) => complaint.split(': ')[0])).toEqual([
      'p.yaml:3:37',
      'p.yaml:4:9',
      'p.yaml:4:9',
      'p.yaml:5:1',
    ]);
  });

  it('a document of another kind is no policy', () => {
    const checked = checkPolicyFile(sourceOf('apiVersion: roulette/v1\nkind: Polcy\n'));

    expect(checked).toMatchObject({ ok: false, issues: [{ path: 'kind', line: 2, column: 7 }] });
  });
});

describe('classes of faults', () => {
  it('hold each kind once, and a kind is a class of one', () => {
    const classes = ['kill', 'pause', 'network', 'resource'].flatMap((name) => kindsNamed(name));

    expect(classes.toSorted()).toEqual([...FAULT_KINDS].toSorted());
    expect(kindsNamed('net-dns')).toEqual(['net-dns']);
    expect(kindsNamed('nonsense')).toEqual([]);
  });
});

const TEST = `apiVersion: roulette/v1
kind: PolicyTest
nodes:
  - { node: a, labels: { env: staging } }
  - { node: b, connected: false }
cases:
  - { name: one, document: kill.yaml, as: ana, at: "2026-11-26T10:00:00Z", expect: refused, by: [rule] }
`;

function readTest(text: string): PolicyTest | string {
  const checked = checkPolicyTest(sourceOf(text));
  return checked.ok ? checked.value : checked.issues.map((issue) => formatIssue(issue)).join('\n');
}

describe('the tests of a policy', () => {
  it('have nodes with the built-in label, and cases', () => {
    const test = readTest(TEST);

    expect(test).toEqual({
      nodes: [
        { node: 'a', labels: { env: 'staging', node: 'a' }, connected: true },
        { node: 'b', labels: { node: 'b' }, connected: false },
      ],
      cases: [
        {
          name: 'one',
          document: { kind: 'path', path: 'kill.yaml' },
          as: 'ana',
          at: Date.parse('2026-11-26T10:00:00Z'),
          seed: 'seed',
          expect: 'refused',
          by: ['rule'],
          approvals: null,
        },
      ],
    });
  });

  it.each([
    ['document: { kind: Experiment }', { kind: 'text', text: '{"kind":"Experiment"}' }],
    ['document: "a: b\\nc: d\\n"', { kind: 'text', text: 'a: b\nc: d\n' }],
  ])('have documents of their own: %s', (document, expected) => {
    const test = readTest(TEST.replace('document: kill.yaml', document));

    expect(test).toMatchObject({ cases: [{ document: expected }] });
  });

  it.each([
    ['expect: refused, by: [rule]', 'expect: allowed, by: [rule]', '7:97: cases[0].by: goes with `expect: refused`'],
    ['expect: refused', 'expect: refusd', '7:84: cases[0].expect: expected one of allowed, refused'],
    ['"2026-11-26T10:00:00Z"', '"2026-11-26T10:00:00"', '7:52: cases[0].at: expected a time with its zone'],
    ['"2026-11-26T10:00:00Z"', '"2026-11-56T10:00:00Z"', 'cases[0].at: expected a time with its zone'],
    ['as: ana, ', '', 'cases[0].as: is missing'],
    ['node: b', 'node: a', '5:13: nodes[1].node: a node before is called a too'],
    [
      'connected: false',
      'connectd: false',
      '5:16: nodes[1]: `connectd` is not a key of a node; did you mean `connected`?',
    ],
  ])('%s instead of %s is told', (by, piece, complaint) => {
    const told = readTest(TEST.replace(by, piece));

    expect(told).toContain(complaint);
  });
});
