// The policy of a running coordinator: loaded, broken, mended; who may do what; approvals, expiry, freezes, schedules.

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { ask, auditRows, ofType, writeLoadDocument } from '../support/cluster-calls.ts';
import { eventually } from '../support/victims.ts';

const LIMITS = `apiVersion: roulette/v1
kind: Policy
limits:
  - { name: one-machine, most: 1 }
`;

function policyWith(more: string): string {
  return `${LIMITS}${more}`;
}

const PEOPLE = `people:
  ana: operator
  zoe: operator
  ben: approver
  root: admin
`;

async function startWeb(cluster: Cluster, ...nodes: readonly string[]): Promise<void> {
  for (const node of nodes) await cluster.startAgent(node, { labels: { role: 'web' } });
}

describe('a policy folder that cannot be used', () => {
  it.each([
    ['is not there', (folder: string) => rmSync(folder, { recursive: true })],
    ['is empty', (folder: string) => rmSync(path.join(folder, 'policy.yaml'))],
    ['is malformed', (folder: string) => writeFileSync(path.join(folder, 'more.yaml'), 'kind: [')],
    [
      'has no rules',
      (folder: string) => writeFileSync(path.join(folder, 'policy.yaml'), 'apiVersion: roulette/v1\nkind: Policy\n'),
    ],
    [
      'has a file that cannot be read',
      (folder: string) => symlinkSync('/nowhere/at/all', path.join(folder, 'more.yaml')),
    ],
    ['has a folder where a file belongs', (folder: string) => mkdirSync(path.join(folder, 'more.yaml'))],
  ])('at the first start, because it %s: everything is refused, but for halts', async (_why, spoil) => {
    await using cluster = await startCluster({ prepare: spoil });
    await startWeb(cluster, 'web-a');

    const planned = await ask(cluster, 'plan', writeLoadDocument(cluster));
    const run = await ask(cluster, 'run', writeLoadDocument(cluster), '--yes');
    const halted = await ask(cluster, 'halt', '--all', '--reason', 'to see');
    const shown = await ask(cluster, 'policy', 'show');

    expect(planned.exit).toBe(4);
    expect(planned.out).toContain('would be refused: no policy is in force');
    expect(run.exit).toBe(4);
    expect(run.err).toContain('(POLICY_UNUSABLE)');
    expect(halted.exit).toBe(0);
    expect(shown.exit).toBe(4);
    expect(shown.err).toContain(cluster.policy);
  });

  it('at a reload changes nothing, and is on record; one that is mended comes into force', async () => {
    await using cluster = await startCluster({ policy: policyWith(PEOPLE) });
    await startWeb(cluster, 'web-a');
    const file = path.join(cluster.policy, 'policy.yaml');

    writeFileSync(file, policyWith(`${PEOPLE}limitz: []\n`));
    const broken = await ask(cluster, 'policy', 'reload', '--as', 'root');
    const meanwhile = await ask(cluster, 'run', writeLoadDocument(cluster), '--yes', '--as', 'ana');
    writeFileSync(file, policyWith(`${PEOPLE}exclude:\n  - { name: keep-web, nodes: { role: web } }\n`));
    const denied = await ask(cluster, 'policy', 'reload', '--as', 'ana');
    const mended = await ask(cluster, 'policy', 'reload', '--as', 'root');
    const refused = await ask(cluster, 'run', writeLoadDocument(cluster), '--yes', '--as', 'ana');
    const actions = (await auditRows(cluster)).map(({ actor, action }) => `${actor} ${action}`);

    expect(broken.exit).toBe(2);
    expect(broken.err).toMatch(/policy\.yaml:\d+:1: `limitz` is not a key of .*; did you mean `limits`\?/u);
    expect(meanwhile.exit).toBe(0);
    expect(denied.err).toContain('(POLICY_ROLE)');
    expect(mended).toMatchObject({ exit: 0, out: expect.stringContaining('now in force') });
    expect(refused.exit).toBe(4);
    expect(refused.err).toContain('rule keep-web: web-a is never hit (POLICY_EXCLUDED)');
    expect(actions).toEqual(
      expect.arrayContaining(['coordinator policy.loaded', 'root policy.refused', 'root policy.loaded']),
    );
  });

  it('is read again at SIGHUP', async () => {
    await using cluster = await startCluster({ policy: policyWith(PEOPLE) });
    writeFileSync(path.join(cluster.policy, 'policy.yaml'), policyWith(`${PEOPLE}  eve: viewer\n`));

    cluster.coordinator().process.kill('SIGHUP');
    const line = await cluster.coordinator().until(({ msg }) => msg === 'policy read again');

    expect(line).toMatchObject({ changed: true });
  });
});

describe('a prepared run', () => {
  const APPROVALS = `${PEOPLE}approvals:\n  - { name: web-needs-one, needs: 1, nodes: { role: web }, faults: [resource] }\n`;

  it('is started only when somebody else has approved its very plan, and is on record with names', async () => {
    await using cluster = await startCluster({ policy: policyWith(APPROVALS) });
    await startWeb(cluster, 'web-a');

    const asked = await ask(
      cluster,
      'run',
      writeLoadDocument(cluster),
      '--seed',
      's',
      '--yes',
      '--as',
      'ana',
      '--json',
    );
    const { id } = JSON.parse(asked.out) as { id: string };
    const early = await ask(cluster, 'start', id, '--yes', '--as', 'ana');
    const own = await ask(cluster, 'approve', id, '--yes', '--as', 'ana');
    const wrong = await ask(cluster, 'approve', id, '--yes', '--as', 'zoe');
    const approved = await ask(cluster, 'approve', id, '--yes', '--as', 'ben', '--comment', 'agreed');
    const viewer = await ask(cluster, 'start', id, '--yes', '--as', 'ben');
    await cluster.restartCoordinatorInOrder();
    await eventually('web-a is back', async () => /^web-a +connected/mu.test((await ask(cluster, 'nodes')).out));
    const played = await ask(cluster, 'start', id, '--yes', '--as', 'zoe');
    const again = await ask(cluster, 'start', id, '--yes', '--as', 'zoe');
    const rows = (await auditRows(cluster)).filter(({ runId }) => runId === id);

    expect(asked.exit).toBe(4);
    expect(asked.err).toContain('1 needed (rule web-needs-one), 1 missing');
    expect(early.err).toContain('1 must approve (rule web-needs-one), and nobody has');
    expect(own.err).toContain('(POLICY_ROLE)');
    expect(wrong.err).toContain('zoe may not approve');
    expect(approved).toMatchObject({ exit: 0, out: 'approved by ben; 1 is needed' });
    expect(viewer.err).toContain('ben may not start');
    expect(played.exit).toBe(0);
    expect(again.err).toContain('(RUN_ENDED)');
    expect(rows.map(({ actor, action }) => `${actor} ${action}`).slice(0, 3)).toEqual([
      'ana run.prepared',
      'ben run.approved',
      'zoe run.started',
    ]);
    expect(JSON.parse(rows[2]?.detailJson ?? '')).toMatchObject({ approvedBy: ['ben'] });
  });

  it('is not started when its plan has changed since', async () => {
    await using cluster = await startCluster({ policy: policyWith(PEOPLE) });
    await startWeb(cluster, 'web-a');
    const { out: id } = await ask(
      cluster,
      'prepare',
      writeLoadDocument(cluster),
      '--seed',
      's',
      '--yes',
      '--as',
      'ana',
    );

    await startWeb(cluster, 'web-b');
    const { exit, err } = await ask(cluster, 'start', id, '--yes', '--as', 'ana');

    expect(exit).toBe(4);
    expect(err).toContain('(PLAN_CHANGED)');
  });

  it('can be withdrawn, and expires', async () => {
    await using cluster = await startCluster({ policy: policyWith(`${PEOPLE}expiry: { prepared: 3s }\n`) });
    await startWeb(cluster, 'web-a');
    const prepare = (): Promise<string> =>
      ask(cluster, 'prepare', writeLoadDocument(cluster), '--yes', '--as', 'ana').then(({ out }) => out);
    const [withdrawn, expired] = [await prepare(), await prepare()];

    const halted = await ask(cluster, 'halt', withdrawn, '--reason', 'not today', '--as', 'eve');
    const events = await cluster.timeline(expired);
    const late = await ask(cluster, 'start', expired, '--yes', '--as', 'ana');
    const shown = await ask(cluster, 'show', withdrawn);

    expect(halted.exit).toBe(0);
    expect(shown.out).toContain('withdrawn by eve: not today');
    expect(ofType(events, 'run.ended')).toMatchObject([
      { verdict: 'refused', reason: expect.stringContaining('it was not started until') },
    ]);
    expect(late.exit).toBe(4);
  });
});

describe('a node that is away', () => {
  it('counts as impaired, over a restart too, until somebody says that it is gone for good', async () => {
    await using cluster = await startCluster({ policy: policyWith(PEOPLE) });
    await startWeb(cluster, 'web-a', 'web-b');
    await ask(cluster, 'nodes');

    await cluster.agent('web-b').end('SIGKILL');
    await eventually('the loss is noted', async () => (await ask(cluster, 'policy', 'show')).out.includes('1 of 1'));
    await cluster.restartCoordinatorInOrder();
    await eventually('web-a is back', async () => /^web-a +connected/mu.test((await ask(cluster, 'nodes')).out));
    const refused = await ask(cluster, 'plan', writeLoadDocument(cluster), '--as', 'ana');
    const listed = await ask(cluster, 'nodes');
    const connected = await ask(cluster, 'forget', 'web-a', '--as', 'root');
    const forgotten = await ask(cluster, 'forget', 'web-b', '--reason', 'returned', '--as', 'root');
    const allowed = await ask(cluster, 'plan', writeLoadDocument(cluster), '--as', 'ana');

    expect(refused.exit).toBe(4);
    expect(refused.out).toContain('rule one-machine: of the fleet at most 1 may be impaired at once, and 1 is');
    expect(listed.out).toMatch(/web-b +lost/u);
    expect(connected.err).toContain('(NODE_CONNECTED)');
    expect(forgotten.exit).toBe(0);
    expect(allowed.exit).toBe(0);
  });
});

describe('a freeze', () => {
  function freeze(fromMs: number, toMs: number): string {
    const local = (ms: number): string => new Date(Date.now() + ms).toISOString().slice(0, 16);
    return `${PEOPLE}freezes:\n  - { name: sale, from: "${local(fromMs)}", to: "${local(toMs)}", timezone: UTC }\n`;
  }

  it('that begins before the run would end refuses it when it is planned', async () => {
    await using cluster = await startCluster({ policy: policyWith(freeze(120_000, 3_600_000)) });
    await startWeb(cluster, 'web-a');

    const short = await ask(cluster, 'plan', writeLoadDocument(cluster, { lasts: '2s' }), '--as', 'ana');
    const long = await ask(cluster, 'plan', writeLoadDocument(cluster, { lasts: '5m' }), '--as', 'ana');

    expect(short.exit).toBe(0);
    expect(long.exit).toBe(4);
    expect(long.out).toMatch(/would be refused: .*freeze sale.*\(POLICY_WINDOW\)/u);
  });

  it('that comes into force during a run halts it', async () => {
    await using cluster = await startCluster({ policy: policyWith(PEOPLE) });
    await startWeb(cluster, 'web-a');
    const { out: id } = await ask(
      cluster,
      'run',
      writeLoadDocument(cluster, { lasts: '10m' }),
      '--yes',
      '--detach',
      '--as',
      'ana',
    );
    await cluster.untilEvent(id, ({ body }) => body.type === 'injection.started');

    writeFileSync(path.join(cluster.policy, 'policy.yaml'), policyWith(freeze(-60_000, 3_600_000)));
    await ask(cluster, 'policy', 'reload', '--as', 'root');
    const events = await cluster.timeline(id);

    expect(ofType(events, 'halt.requested')).toMatchObject([{ by: 'window', reason: expect.stringContaining('sale') }]);
    expect(ofType(events, 'injection.ended')).toMatchObject([{ reason: 'halted', reverted: true }]);
    expect(ofType(events, 'run.ended')).toMatchObject([{ verdict: 'aborted' }]);
  });
});

describe('a schedule', () => {
  it('is added, listed with its next firing, and removed', async () => {
    await using cluster = await startCluster({ policy: policyWith(PEOPLE) });
    const file = writeLoadDocument(cluster, { more: 'schedule: { cron: "30 4 * * sun", timezone: Europe/Berlin }\n' });

    const added = await ask(cluster, 'schedule', 'add', file, '--seed', 'base', '--as', 'ana');
    await cluster.restartCoordinatorInOrder();
    const listed = await ask(cluster, 'schedule', 'list', '--json');
    const removed = await ask(cluster, 'schedule', 'remove', 'load', '--as', 'ana');
    const gone = await ask(cluster, 'schedule', 'remove', 'load', '--as', 'ana');
    const plain = await ask(cluster, 'schedule', 'add', writeLoadDocument(cluster), '--as', 'ana');

    expect(added.out).toMatch(/^load: 30 4 \* \* sun Europe\/Berlin, next \d{4}-/u);
    expect(JSON.parse(listed.out)).toMatchObject([{ name: 'load', seed: 'base', addedBy: 'ana' }]);
    expect(removed.exit).toBe(0);
    expect(gone.err).toContain('(SCHEDULE_NOT_FOUND)');
    expect(plain.err).toContain('no `schedule`');
  });
});
