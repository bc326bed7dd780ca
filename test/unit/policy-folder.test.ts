import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPolicyFolder, type PolicyFolder } from '../../shared/policy-folder.ts';
import { formatIssue } from '../../shared/schema/source.ts';
import { buildLimitText, buildPolicyText, makePolicyFolder } from '../support/policy-folders.ts';

const NOW = Date.parse('2026-11-26T10:00:00Z');

/** What is wrong with a folder, without the path of the folder. */
function complaints(folder: string): string[] {
  const read = readPolicyFolder(folder, NOW);
  return read.ok ? [] : read.issues.map((issue) => formatIssue(issue).replace(folder, 'F'));
}

function use(folder: string): Extract<PolicyFolder, { ok: true }> {
  const read = readPolicyFolder(folder, NOW);
  if (!read.ok) throw new Error(complaints(folder).join('\n'));
  return read;
}

const TEST = `apiVersion: roulette/v1
kind: PolicyTest
nodes: [{ node: a }]
cases: [{ name: one, document: kill.yaml, as: ana, at: "2026-11-26T10:00:00Z", expect: refused }]
`;

describe('a folder that can be used', () => {
  it('has the rules and people of all its files, in the order of their names', () => {
    const folder = makePolicyFolder({
      'b.yml': buildPolicyText('limits: [{ name: second, most: 2 }]\npeople: { ben: approver }'),
      'c.json': '{ "apiVersion": "roulette/v1", "kind": "Policy", "limits": [{ "name": "third", "most": 3 }] }',
      'a.yaml': buildPolicyText(
        'limits: [{ name: first, most: 1 }]\npeople: { ana: operator }\nexpiry: { prepared: 1h }',
      ),
    });

    const { policy } = use(folder);

    expect(policy.rules.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
    expect(policy.people).toEqual({ ana: ['operator'], ben: ['approver'] });
    expect(policy).toMatchObject({ preparedForMs: 3_600_000, approvedForMs: 28_800_000 });
  });

  it('keeps prepared runs for a day and approvals for eight hours when no file says otherwise', () => {
    const { policy } = use(makePolicyFolder({ 'a.yaml': buildLimitText() }));

    expect(policy).toMatchObject({ preparedForMs: 86_400_000, approvedForMs: 28_800_000 });
  });

  it('may have hidden files and files for readers beside the rules', () => {
    const folder = makePolicyFolder({
      'a.yaml': buildLimitText(),
      '.git/config': 'x',
      '.a.yaml.swp': 'x',
      README: 'x',
      'notes.md': 'x',
    });

    expect(complaints(folder)).toEqual([]);
  });

  it('may have files that are links, as mounted ones are', () => {
    const folder = makePolicyFolder({ '..data/a.yaml': buildLimitText() });
    symlinkSync('..data/a.yaml', path.join(folder, 'a.yaml'));

    expect(use(folder).policy.rules).toHaveLength(1);
  });

  it('may have tests, and the experiments that they are about', () => {
    const folder = makePolicyFolder({
      'a.yaml': buildLimitText(),
      'a.test.yaml': TEST,
      'kill.yaml': 'apiVersion: roulette/v1\nkind: Experiment\n',
    });

    const { tests, policy } = use(folder);

    expect(tests.map(({ file }) => file)).toEqual([path.join(folder, 'a.test.yaml')]);
    expect(policy.rules).toHaveLength(1);
  });
});

const CALENDAR = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tester//tests//EN
BEGIN:VEVENT
UID:sales@example.com
DTSTAMP:20260101T000000Z
DTSTART:20261127T000000Z
DTEND:20261128T000000Z
RRULE:FREQ=YEARLY
SUMMARY:Sales of the year
END:VEVENT
END:VCALENDAR
`.replaceAll('\n', '\r\n');

describe('a calendar in the folder', () => {
  it('has freezes with the names of its events, beside those of files', () => {
    const freeze = 'freezes: [{ name: audit, from: "2026-12-01", to: "2026-12-02", timezone: UTC }]';
    const folder = makePolicyFolder({ 'a.yaml': buildLimitText(freeze), 'sales.ics': CALENDAR });

    const { freezes } = use(folder).policy;

    expect(freezes.map(({ name }) => name).slice(0, 2)).toEqual(['audit', 'Sales of the year']);
    expect(freezes).toContainEqual({
      name: 'Sales of the year',
      fromAt: Date.parse('2026-11-27T00:00:00Z'),
      toAt: Date.parse('2026-11-28T00:00:00Z'),
    });
    expect(freezes.at(-1)?.fromAt).toBe(Date.parse('2035-11-27T00:00:00Z'));
  });

  it('is part of the digest', () => {
    const without = makePolicyFolder({ 'a.yaml': buildLimitText() });
    const frozen = makePolicyFolder({ 'a.yaml': buildLimitText(), 'sales.ics': CALENDAR });
    const other = makePolicyFolder({ 'a.yaml': buildLimitText(), 'sales.ics': CALENDAR.replace('1128T', '1129T') });

    const digests = [without, frozen, other].map((folder) => use(folder).policy.digest);

    expect(new Set(digests).size).toBe(3);
  });

  it('makes the folder unusable when an event cannot be read', () => {
    const folder = makePolicyFolder({
      'a.yaml': buildLimitText(),
      'sales.ics': CALENDAR.replace('DTSTART:20261127T000000Z', 'DTSTART:soon'),
    });

    expect(complaints(folder)).toEqual([expect.stringMatching(/^F\/sales\.ics:7:\d+: /u)]);
  });

  it('is no policy by itself', () => {
    const folder = makePolicyFolder({ 'sales.ics': CALENDAR });

    expect(complaints(folder)).toEqual([expect.stringContaining('without a limit there is no policy')]);
  });
});

describe('the digest of a policy', () => {
  const files = { 'a.yaml': buildLimitText(), 'b.yaml': buildPolicyText('people: { ana: operator }') };
  const digest = (folder: string): string => use(folder).policy.digest;

  it('is the same for the same files elsewhere, with tests or without', () => {
    const [here, there] = [makePolicyFolder(files), makePolicyFolder({ ...files, 'a.test.yaml': TEST, README: 'x' })];

    expect(digest(here)).toMatch(/^[0-9a-f]{64}$/u);
    expect(digest(there)).toBe(digest(here));
  });

  it('changes with any file, its name, and with one more', () => {
    const folder = makePolicyFolder(files);
    const before = digest(folder);

    writeFileSync(path.join(folder, 'b.yaml'), `${files['b.yaml']}# seen\n`);
    const edited = digest(folder);
    renameSync(path.join(folder, 'b.yaml'), path.join(folder, 'c.yaml'));
    const renamed = digest(folder);
    writeFileSync(path.join(folder, 'd.yaml'), buildPolicyText('rates: []'));
    const more = digest(folder);

    expect(new Set([before, edited, renamed, more]).size).toBe(4);
  });
});

describe('a folder that cannot be used', () => {
  it('is not there', () => {
    const folder = makePolicyFolder({});
    rmSync(folder, { recursive: true });

    expect(complaints(folder)).toEqual([expect.stringMatching(/^F:1:1: cannot be read: ENOENT/u)]);
  });

  it('is a file', () => {
    const folder = makePolicyFolder({ 'a.yaml': buildLimitText() });

    expect(complaints(path.join(folder, 'a.yaml'))).toEqual([expect.stringContaining('cannot be read: ENOTDIR')]);
  });

  it.each([[{}], [{ README: 'x', '.hidden.yaml': buildLimitText() }]])('has no files: %j', (files) => {
    const folder = makePolicyFolder(files);

    expect(complaints(folder)).toEqual(['F:1:1: has no file of a policy']);
  });

  it('has no limit', () => {
    const folder = makePolicyFolder({
      'a.yaml': buildPolicyText('limits: []\nrates: [{ name: r, most: 1, within: 1h }]'),
    });

    expect(complaints(folder)).toEqual([
      'F:1:1: limits: no file has a rule under `limits`, and without a limit there is no policy',
    ]);
  });

  it('has a file with a mistake among good ones, and says all mistakes of all files', () => {
    const folder = makePolicyFolder({
      'a.yaml': buildLimitText(),
      'b.yaml': buildPolicyText('rates: [{ name: r, most: 1, witin: 1h }]'),
      'c.yaml': 'a: [b',
    });

    const told = complaints(folder);

    expect(told).toEqual([
      'F/b.yaml:3:9: rates[0].within: is missing: expected a duration greater than 0, such as 500ms, 30s or 2m',
      'F/b.yaml:3:29: rates[0]: `witin` is not a key of a rate; did you mean `within`?',
      expect.stringMatching(/^F\/c\.yaml:\d+:\d+: /u),
    ]);
  });

  it.each([
    ['policy.yml.bak', 'x', 'has no place here'],
    ['rules.toml', 'x', 'has no place here'],
    ['more/b.yaml', buildPolicyText('rates: []'), 'has no place here'],
    ['more.yaml/b.yaml', buildPolicyText('rates: []'), 'is no file'],
    ['b.yaml', '', 'the document is empty'],
    [
      'b.yaml',
      Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]),
      'cannot be read: The encoded data was not valid for encoding utf-8',
    ],
    ['b.yaml', `# ${'x'.repeat(1024 * 1024)}`, 'is larger than 1 MiB'],
    [
      'b.yaml',
      'apiVersion: roulette/v1\nkind: Experiment\n',
      'is an experiment, and no test of this folder is about it',
    ],
    ['b.yaml', TEST, 'has the wrong name: tests are in files *.test.yaml'],
    ['b.test.yaml', buildPolicyText('rates: []'), 'has the wrong name: tests are in files *.test.yaml'],
    ['b.test.yaml', TEST.replace('expect: refused', 'expect: no'), 'cases[0].expect: expected one of allowed, refused'],
  ])('has %s beside a good file: %#', (name, content, complaint) => {
    const folder = makePolicyFolder({ 'a.yaml': buildLimitText(), [name]: content });

    expect(complaints(folder)).toEqual([expect.stringContaining(complaint)]);
  });

  it('has a link that leads nowhere', () => {
    const folder = makePolicyFolder({ 'a.yaml': buildLimitText() });
    symlinkSync('/nowhere/b.yaml', path.join(folder, 'b.yaml'));

    expect(complaints(folder)).toEqual([expect.stringMatching(/^F\/b\.yaml:1:1: cannot be read: ENOENT/u)]);
  });

  it('has a link that leads to itself', () => {
    const folder = makePolicyFolder({ 'a.yaml': buildLimitText() });
    symlinkSync('b.yaml', path.join(folder, 'b.yaml'));

    expect(complaints(folder)).toEqual([expect.stringContaining('b.yaml:1:1: cannot be read: ELOOP')]);
  });

  it('has a device', () => {
    const folder = makePolicyFolder({ 'a.yaml': buildLimitText() });
    symlinkSync('/dev/null', path.join(folder, 'b.yaml'));

    expect(complaints(folder)).toEqual(['F/b.yaml:1:1: is no file']);
  });

  it('has only a folder', () => {
    const folder = makePolicyFolder({});
    mkdirSync(path.join(folder, 'a.yaml'));

    expect(complaints(folder)).toEqual(['F/a.yaml:1:1: is no file']);
  });

  it.each([
    [
      'limits: [{ name: everything, most: 1 }]',
      'F/b.yaml:3:12: limits[0].name: the name `everything` is taken by limits[0].name in',
    ],
    [
      'windows: [{ name: everything, days: mon, from: "09:00", to: "10:00", timezone: UTC }]',
      'F/b.yaml:3:13: windows[0].name: the name `everything` is taken',
    ],
    [
      'rates: [{ name: r, most: 1, within: 1h }, { name: r, most: 1, within: 1h }]',
      'F/b.yaml:3:45: rates[1].name: the name `r` is taken by rates[0].name in',
    ],
    ['people: { ana: viewer }', 'F/b.yaml:3:11: people.ana: `ana` has roles by people.ana in'],
    ['expiry: { prepared: 1h }', 'F/b.yaml:3:1: expiry: `expiry` is there by expiry in'],
  ])('says something twice: %s', (sections, complaint) => {
    const folder = makePolicyFolder({
      'a.yaml': buildLimitText('people: { ana: operator }\nexpiry: { approval: 1h }'),
      'b.yaml': buildPolicyText(sections),
    });

    expect(complaints(folder)).toEqual([expect.stringContaining(complaint)]);
  });
});
