import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { speak, type Setting, type Spoken } from '../support/command.ts';
import { FULL } from '../support/documents.ts';
import { buildFleet } from '../support/experiments.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { startVictim, stateOf } from '../support/victims.ts';

const KILL = `apiVersion: roulette/v1
kind: Experiment
name: kill
owner: tester
environment: staging
hypothesis: It holds.
targets:
  victims: { nodes: { role: victim }, processes: { service: victim } }
monitors:
  victims: { processes: { target: victims }, every: 200ms, staleAfter: 3s }
steadyState: [victims >= 0]
stages:
  - name: smoke
    steps: [{ fault: process-kill, target: victims, mode: one, params: { watch: 300ms } }]
recovery: { within: 5s }
`;

function write(text: string, name = 'experiment.yaml'): string {
  const file = path.join(makeTemporaryDirectory(), name);
  writeFileSync(file, text);
  return file;
}

async function startNode(cluster: Cluster, node = 'node-a'): Promise<string> {
  const mark = `victim-${randomBytes(6).toString('hex')}`;
  await cluster.startAgent(node, { labels: { role: 'victim' }, services: { victim: { cmdline: mark } } });
  return mark;
}

function at(cluster: Cluster): (argv: readonly string[], setting?: Setting) => Promise<Spoken> {
  return (argv, setting) => speak(['--coordinator', cluster.operators, ...argv], setting);
}

describe('without a coordinator', () => {
  it('validate says what is wrong, where, and exits with 2', async () => {
    const file = write(KILL.replace('mode: one', 'mode: { percnt: 30 }'));

    const spoken = await speak(['validate', file]);

    expect(spoken).toMatchObject({ exit: 2, out: `${file}: 1 to mend` });
    expect(spoken.err).toBe(
      `${file}:14:61: stages[0].steps[0].mode: \`percnt\` is not a key of mode; did you mean \`percent\`?`,
    );
  });

  it('validate accepts what is right, and speaks JSON', async () => {
    const file = write(KILL);

    const [plain, json] = [await speak(['validate', file]), await speak(['validate', '--json', file])];

    expect(plain).toEqual({ exit: 0, out: `${file}: valid`, err: '' });
    expect(JSON.parse(json.out)).toEqual([{ file, ok: true, issues: [] }]);
  });

  it.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['validat', 'x'], 'Did you mean validate?'],
    [['run'], "missing required argument 'file'"],
    [['runs', '--nonsense'], "unknown option '--nonsense'"],
    [['validate', '/nowhere/x.yaml'], 'cannot read /nowhere/x.yaml'],
    [['faults', 'process-kil'], 'did you mean process-kill?'],
    [['--context', 'nowhere', 'nodes'], 'there is no context nowhere'],
  ])('%j is wrong usage', async (argv, sentence) => {
    const { exit, err } = await speak(argv);

    expect(exit).toBe(2);
    expect(err).toContain(sentence);
    expect(err).not.toMatch(/^\s+at /mu);
  });

  it('every command has a help text that names its options', async () => {
    const { exit, out } = await speak(['--help']);
    const commands = [...out.matchAll(/^ {2}(?<name>[a-z]+)(?: |$)/gmu)]
      .map(({ groups }) => groups?.['name'] ?? '')
      .filter((name) => name !== 'help' && !/^\d/u.test(name));

    expect(exit).toBe(0);
    expect(commands).toEqual(
      expect.arrayContaining([
        'demo',
        'validate',
        'faults',
        'nodes',
        'node',
        'plan',
        'run',
        'runs',
        'show',
        'watch',
        'halt',
        'replay',
        'report',
        'audit',
      ]),
    );
    for (const name of commands) expect((await speak([name, '--help'])).exit).toBe(0);
  });

  it('exits with 5 and says where it looked when no coordinator answers', async () => {
    const { exit, err } = await speak(['nodes'], { environment: { ROULETTE_COORDINATOR: '127.0.0.1:1' } });

    expect(exit).toBe(5);
    expect(err).toContain('no coordinator answers at 127.0.0.1:1');
    expect(err).toContain('RPC_UNREACHABLE');
  });

  it('takes the coordinator from a context of the configuration file', async () => {
    const file = write('current: test\ncontexts: { test: { coordinator: "127.0.0.1:2" } }\n', 'config.yaml');

    const { err } = await speak(['nodes'], { environment: { ROULETTE_CONFIG: file } });

    expect(err).toContain('127.0.0.1:2');
  });

  it('plans are the same bytes twice and for a fleet listed in another order; another seed gives others', async () => {
    const document = write(FULL);
    const fleet = buildFleet(9).map((node) => ({
      ...node,
      labels: { ...node.labels, env: 'staging', role: 'orders' },
    }));
    const inventories = [fleet, fleet.toReversed()].map((nodes) => write(JSON.stringify(nodes), 'nodes.json'));
    const plan = async (inventory: string | undefined, seed: string): Promise<string> =>
      (await speak(['plan', document, '--inventory', inventory ?? '', '--seed', seed, '--json'])).out;

    const [one, again, reversed, other] = [
      await plan(inventories[0], 'game-day-7'),
      await plan(inventories[0], 'game-day-7'),
      await plan(inventories[1], 'game-day-7'),
      await plan(inventories[0], 'game-day-8'),
    ];

    expect(JSON.parse(one).slots.length).toBeGreaterThan(10);
    expect(again).toBe(one);
    expect(reversed).toBe(one);
    expect(other).not.toBe(one);
  });
});

describe('with a coordinator', () => {
  it('shows the fleet, and its JSON is an inventory that gives the same plan offline', async () => {
    await using cluster = await startCluster();
    await startNode(cluster);
    const document = write(KILL);

    const nodes = await at(cluster)(['nodes', '--json']);
    const node = await at(cluster)(['node', 'node-a']);
    const missing = await at(cluster)(['node', 'node-z']);
    const online = await at(cluster)(['plan', document, '--seed', 's', '--json']);
    const offline = await speak([
      'plan',
      document,
      '--seed',
      's',
      '--json',
      '--inventory',
      write(nodes.out, 'nodes.json'),
    ]);

    expect(JSON.parse(nodes.out)).toMatchObject([
      { id: 'node-a', connected: true, labels: { role: 'victim', node: 'node-a' } },
    ]);
    expect(node.out).toContain('kernel');
    expect(missing).toMatchObject({ exit: 2, err: expect.stringContaining('there is no node node-z') });
    expect(offline.out).toBe(online.out);
  });

  it('plans with a preview of what matches, and exits with 4 when something would be refused', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using victim = await startVictim(mark);

    const good = await at(cluster)(['plan', write(KILL)]);
    const bad = await at(cluster)(['plan', write(KILL.replace('role: victim', 'role: nobody'))]);

    expect(good.exit).toBe(0);
    expect(good.out).toContain(`victim (pid ${victim.pid})`);
    expect(bad.exit).toBe(4);
    expect(bad.out).toContain('would be refused, smoke/1: target victims matches no node of the fleet (PLAN_NO_NODES)');
  });

  it('runs, shows, reports, lists and verifies', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using victim = await startVictim(mark);
    const folder = makeTemporaryDirectory();

    const run = await at(cluster)(['run', write(KILL), '--yes', '--seed', 'seed-9', '--as', 'ann']);
    const listed = JSON.parse((await at(cluster)(['runs', '--json'])).out) as { id: string }[];
    const id = listed[0]?.id ?? '';
    const shown = await at(cluster)(['show', id]);
    const report = await at(cluster)(['report', id, '-o', path.join(folder, 'report.md')]);
    const json = await at(cluster)(['report', id, '--format', 'json']);
    const audit = await at(cluster)(['audit', 'list', '--run', id]);
    const verified = await at(cluster)(['audit', 'verify']);

    expect(run.exit).toBe(0);
    expect(run.err).toContain('verdict: passed');
    expect(shown.out).toContain(`victim (pid ${victim.pid})`);
    expect(report.exit).toBe(0);
    expect(readFileSync(path.join(folder, 'report.md'), 'utf8')).toMatch(/^# kill: passed/u);
    expect(JSON.parse(json.out)).toMatchObject({
      run: { id, verdict: 'passed', requestedBy: 'ann' },
      findings: { injections: [{ outcome: 'ended' }] },
    });
    expect(audit.out).toContain(`ann run.prepared ${id}`);
    expect(verified).toMatchObject({ exit: 0, out: expect.stringContaining('unbroken') });
  });

  it('with --json a run is one event a line, and the run at last', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using _victim = await startVictim(mark);

    const { out, exit } = await at(cluster)(['run', write(KILL), '--yes', '--json']);
    const lines = out.split('\n').map((line) => JSON.parse(line) as { seq?: number; run?: { verdict: string } });

    expect(exit).toBe(0);
    expect(lines.slice(0, -1).map(({ seq }) => seq)).toEqual(lines.slice(0, -1).map((_, index) => index + 1));
    expect(lines.at(-1)?.run?.verdict).toBe('passed');
  });

  it('asks before it starts, and starts nothing without a yes', async () => {
    await using cluster = await startCluster();
    await startNode(cluster);

    const no = await at(cluster)(['run', write(KILL)], { answer: 'n' });
    const nobody = await at(cluster)(['run', write(KILL)]);
    const runs = await at(cluster)(['runs', '--json']);

    expect(no.exit).toBe(4);
    expect(nobody).toMatchObject({ exit: 2, err: expect.stringContaining('say --yes') });
    expect(JSON.parse(runs.out)).toEqual([]);
  });

  it('halts the run on Ctrl-C and waits for the confirmation', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using victim = await startVictim(mark);
    const document = write(
      KILL.replace(
        'process-kill, target: victims, mode: one, params: { watch: 300ms }',
        'process-pause, target: victims, mode: one, duration: 60s',
      ),
    );
    let interrupt = (): void => undefined;

    const { exit, err } = await at(cluster)(['run', document, '--yes'], {
      onInterrupt: (callback) => {
        interrupt = callback;
      },
      onLine: (line) => {
        if (/process-pause on node-a/u.test(line)) interrupt();
      },
    });

    expect(exit).toBe(3);
    expect(err).toContain('verdict: aborted, halted by tester: interrupted by the operator');
    expect(stateOf(victim.pid)).not.toBe('T');
  });

  it('halts by command, and says so when there is nothing to halt', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using _victim = await startVictim(mark);
    const document = write(
      KILL.replace(
        'process-kill, target: victims, mode: one, params: { watch: 300ms }',
        'process-pause, target: victims, mode: one, duration: 60s',
      ),
    );

    const { out: id } = await at(cluster)(['run', document, '--yes', '--detach']);
    await cluster.untilEvent(id, ({ body }) => body.type === 'injection.started');
    const halted = await at(cluster)(['halt', id, '--reason', 'enough', '--ref', 'T-1']);
    await cluster.timeline(id);
    const again = await at(cluster)(['halt', id]);
    const watched = await at(cluster)(['watch', id]);

    expect(halted).toMatchObject({ exit: 0, out: expect.stringContaining('reverted') });
    expect(again).toMatchObject({ exit: 4, err: expect.stringContaining('RUN_ENDED') });
    expect(watched).toMatchObject({ exit: 3, err: expect.stringContaining('halt, asked for by tester: enough [T-1]') });
  });

  it('replays with the same seed, and says whether the plan is the same', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using _one = await startVictim(mark);
    await using _two = await startVictim(mark);

    const first = await at(cluster)(['run', write(KILL), '--yes', '--seed', 'again', '--json']);
    const { run } = JSON.parse(first.out.split('\n').at(-1) ?? '') as { run: { id: string } };
    const second = await at(cluster)(['replay', run.id, '--yes']);
    const runs = JSON.parse((await at(cluster)(['runs', '--json'])).out) as { seed: string; replayOf?: string }[];

    expect(second.exit).toBe(0);
    expect(second.err).toContain('the plan is the same as then, byte for byte');
    expect(runs).toMatchObject([{ seed: 'again', replayOf: run.id }, { seed: 'again' }]);
  });

  it('finds a row of the audit log that was changed behind its back', async () => {
    await using cluster = await startCluster();
    const mark = await startNode(cluster);
    await using _victim = await startVictim(mark);
    await at(cluster)(['run', write(KILL), '--yes']);
    const database = new Sqlite(cluster.store);
    database.prepare("UPDATE audit SET actor = 'nobody' WHERE seq = 3").run();
    database.close();

    const { exit, err } = await at(cluster)(['audit', 'verify']);

    expect(exit).toBe(4);
    expect(err).toContain('row 3');
    expect(err).toContain('AUDIT_BROKEN');
  });
});
