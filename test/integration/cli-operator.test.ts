// The command line against an operator API that misbehaves, loses replies and ends early.

import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HaltedNode } from '../../shared/rpc/generated/roulette/v1/HaltedNode.ts';
import type { HaltRunRequest__Output } from '../../shared/rpc/generated/roulette/v1/HaltRunRequest.ts';
import type { PrepareRunRequest__Output } from '../../shared/rpc/generated/roulette/v1/PrepareRunRequest.ts';
import { speak, type Setting, type Spoken } from '../support/command.ts';
import {
  AWAY,
  buildRun,
  buildTimeline,
  ended,
  failure,
  HALT_REQUESTED,
  PLAN_DIGEST,
  PLANNED,
  PREPARED,
  RUN_ID,
  startFakeOperator,
  tell,
  type Handlers,
} from '../support/fake-operator.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function write(name: string, text: string): string {
  const file = path.join(makeTemporaryDirectory(), name);
  writeFileSync(file, text);
  return file;
}

async function ask(handlers: Handlers, argv: readonly string[], setting?: Setting): Promise<Spoken> {
  await using operator = await startFakeOperator(handlers);
  return await speak(['--coordinator', operator.address, ...argv], setting);
}

function run(...more: readonly string[]): string[] {
  return ['run', write('experiment.yaml', 'document'), '--yes', ...more];
}

/** A Setting whose `press` is Ctrl-C. */
function keyboard(): { readonly setting: Setting; readonly press: () => void } {
  let pressed = (): void => undefined;
  return {
    press: () => pressed(),
    setting: {
      onInterrupt: (callback) => {
        pressed = callback;
      },
    },
  };
}

describe('the exit code', () => {
  it.each([
    ['passed', 0],
    ['refuted', 1],
    ['aborted', 3],
    ['refused', 4],
    ['inconclusive', 6],
    ['error', 70],
  ] as const)('of a run that is %s is %i, for run and watch', async (verdict, exit) => {
    const handlers: Handlers = {
      WatchRun: (call) => {
        tell(call, buildTimeline(PREPARED, ended(verdict)));
        call.end();
      },
    };

    const played = await ask(handlers, run());
    const watched = await ask(handlers, ['watch', RUN_ID]);

    expect([played.exit, watched.exit]).toEqual([exit, exit]);
    expect(played.err).toContain(`12:00:01 +1.0s verdict: ${verdict}, so it was`);
  });

  it('of a halt is 4 as long as one injection is not confirmed as reverted', async () => {
    const row = { node: 'node-a', orderId: 'order', at: Date.UTC(2026, 0, 1, 12) };
    const { exit, out } = await ask(
      {
        HaltRun: (_call, callback) =>
          callback(null, {
            run: buildRun(),
            injections: [
              { ...row, state: 'reverted' },
              { ...row, node: 'node-b', state: 'expires', why: 'it is not connected' },
              { ...row, node: 'node-c', state: 'failed', why: 'pid 7 did not react' },
            ],
          }),
      },
      ['halt', RUN_ID],
    );

    expect(exit).toBe(4);
    expect(out.split('\n')).toEqual([
      'NODE    ORDER  STATE                             WHY',
      'node-a  order  reverted at 2026-01-01T12:00:00Z',
      'node-b  order  expires by 2026-01-01T12:00:00Z   it is not connected',
      'node-c  order  failed at 2026-01-01T12:00:00Z    pid 7 did not react',
    ]);
  });

  it('of a halt of the whole fleet is 0 only when every node has confirmed', async () => {
    const row = { node: 'node-a', at: Date.UTC(2026, 0, 1, 12), state: 'reverted', orders: ['one', 'other'] };
    const idle = { ...row, node: 'node-b', orders: [] };
    const away = { ...row, node: 'node-c', state: 'expires', why: 'it did not answer' };
    const halting = (...nodes: HaltedNode[]): Promise<Spoken> =>
      ask({ HaltAll: (_call, callback) => callback(null, { nodes }) }, ['halt', '--all', '--reason', 'incident']);

    const all = await halting(row, idle);
    const some = await halting(row, idle, away);

    expect([all.exit, some.exit]).toEqual([0, 4]);
    expect(all.out).toMatch(/^NODE .*\nnode-a .* 2$\n2 of 2 nodes confirmed; 2 injections ended$/mu);
    expect(all.err).toContain('no run starts until `roulette release`');
    expect(some.out).toContain('2 of 3 nodes confirmed; 4 injections ended');
    expect(some.out).toMatch(/^node-c +expires by .*it did not answer$/mu);
  });

  it('of a halt that could not be written down is 4, and says so', async () => {
    const { exit, err } = await ask(
      { HaltAll: (_call, callback) => callback(null, { nodes: [], unrecorded: 'the disk is full' }) },
      ['halt', '--all'],
    );

    expect(exit).toBe(4);
    expect(err).toContain('could not be written down, and does not outlive the coordinator: the disk is full');
  });

  it.each([
    [['halt'], 'which run? give its id, or --all'],
    [['halt', RUN_ID, '--all'], '--all halts every run; leave the id out'],
  ])('of %j is 2, and nothing is halted', async (argv, message) => {
    const { exit, err } = await ask({}, argv);

    expect(exit).toBe(2);
    expect(err).toContain(message);
  });

  it('of a release is 0, and 4 when there is nothing to release', async () => {
    const lever = { engagedAt: Date.UTC(2026, 0, 1, 12), engagedBy: 'ann', reason: 'incident' };

    const released = await ask({ Release: (_call, callback) => callback(null, { lever }) }, ['release']);
    const nothing = await ask(
      { Release: (_call, callback) => callback(failure('LEVER_NOT_ENGAGED', 'nobody has halted the fleet')) },
      ['release'],
    );

    expect([released.exit, nothing.exit]).toEqual([0, 4]);
    expect(released.out).toContain('ann had halted the fleet at 2026-01-01T12:00:00Z');
    expect(nothing.err).toContain('nobody has halted the fleet');
  });

  it('of a broken audit log is 4, with one JSON value for both outcomes', async () => {
    const { exit, out, err } = await ask(
      { VerifyAudit: (_call, callback) => callback(null, { ok: false, rows: 2, brokenRow: 3, why: 'changed' }) },
      ['audit', 'verify', '--json'],
    );

    expect(exit).toBe(4);
    expect(JSON.parse(out)).toEqual({ ok: false, rows: 2, head: null, brokenRow: 3, why: 'changed' });
    expect(err).toContain('row 3: changed');
  });
});

describe('a run', () => {
  it('is followed over a break from where it was, no event twice', async () => {
    const events = buildTimeline(PREPARED, { type: 'gate.passed', stage: 'smoke' }, ended('passed'));
    const asked: number[] = [];
    const { exit, out, err } = await ask(
      {
        WatchRun: (call) => {
          asked.push(call.request.afterSeq);
          if (asked.length > 1) {
            tell(call, events);
            call.end();
            return;
          }
          tell(call, events.slice(0, 2));
          call.emit('error', AWAY);
        },
      },
      run('--json'),
    );

    expect(exit).toBe(0);
    expect(asked).toEqual([0, 2]);
    expect(out.split('\n').map((line) => (JSON.parse(line) as { seq?: number }).seq)).toEqual([1, 2, 3, undefined]);
    expect(err).toContain('the coordinator does not answer; trying again');
  });

  it('is not taken for ended when only its stream has ended', async () => {
    let calls = 0;
    const { exit } = await ask(
      {
        WatchRun: (call) => {
          calls += 1;
          tell(call, buildTimeline(PREPARED, ...(calls === 1 ? [] : [ended('refuted')])));
          call.end();
        },
      },
      run(),
    );

    expect({ exit, calls }).toEqual({ exit: 1, calls: 2 });
  });

  it('is prepared with the digest of the plan that was shown', async () => {
    let prepared: PrepareRunRequest__Output | undefined;
    const { exit, err } = await ask(
      {
        PrepareRun: (call, callback) => {
          prepared = call.request;
          callback(failure('PLAN_CHANGED', 'the fleet is another'));
        },
      },
      run('--as', 'ann'),
    );

    expect(prepared).toMatchObject({ expectedDigest: PLAN_DIGEST, seed: 'seed', requestedBy: 'ann' });
    expect(exit).toBe(4);
    expect(err).toContain('the fleet is another');
    expect(err).toContain('(PLAN_CHANGED)');
  });

  it('may have started when the reply was lost, and that is said', async () => {
    const { exit, out, err } = await ask({ StartRun: (_call, callback) => callback(AWAY) }, run('--json'));

    expect(exit).toBe(5);
    expect(err).toContain('whether the run has started is not known');
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'RPC_UNREACHABLE' } });
  });

  it('that nobody said yes to is not started, also in JSON', async () => {
    const { exit, out, err } = await ask({}, ['run', write('experiment.yaml', 'document'), '--json'], { answer: '' });

    expect({ exit, out }).toEqual({ exit: 4, out: '{"run":null}' });
    expect(err).toContain('nothing was started');
  });

  it('that repeats another says when the fleet has changed', async () => {
    const { err } = await ask(
      {
        GetRun: (_call, callback) =>
          callback(null, { run: buildRun({ planDigest: 'f'.repeat(64) }), document: 'document', planJson: '' }),
      },
      ['replay', RUN_ID, '--yes'],
    );

    expect(err).toContain(
      'the fleet, or what host names resolve to, has changed since: the plan was ffffffffffff then',
    );
  });
});

describe('Ctrl-C', () => {
  it('while the run is being prepared withdraws it, and nothing is started', async () => {
    const { setting, press } = keyboard();
    const halted: HaltRunRequest__Output[] = [];
    let starts = 0;
    const { exit, err } = await ask(
      {
        MakePlan: (_call, callback) => {
          press();
          callback(null, PLANNED);
        },
        HaltRun: (call, callback) => {
          halted.push(call.request);
          callback(null, { run: buildRun(), injections: [] });
        },
        StartRun: () => {
          starts += 1;
        },
      },
      run(),
      setting,
    );

    expect({ exit, starts }).toEqual({ exit: 3, starts: 0 });
    expect(halted).toMatchObject([{ runId: RUN_ID, requestedBy: 'tester', reason: 'interrupted by the operator' }]);
    expect(err).toContain('nothing was started');
  });

  it('while the run is being started halts it as soon as it has a name', async () => {
    const { setting, press } = keyboard();
    const halted: HaltRunRequest__Output[] = [];
    let stop = (): void => undefined;
    const { exit } = await ask(
      {
        StartRun: (_call, callback) => {
          press();
          callback(null, { run: buildRun() });
        },
        WatchRun: (call) => {
          stop = () => {
            tell(call, buildTimeline(PREPARED, HALT_REQUESTED, ended('aborted')));
            call.end();
          };
          if (halted.length > 0) stop();
        },
        HaltRun: (call, callback) => {
          halted.push(call.request);
          callback(null, { run: buildRun(), injections: [] });
          stop();
        },
      },
      run('--detach'),
      setting,
    );

    expect(exit).toBe(3);
    expect(halted).toMatchObject([{ runId: RUN_ID, requestedBy: 'tester', reason: 'interrupted by the operator' }]);
  });

  it('is asked again when the coordinator was away', async () => {
    const { setting, press } = keyboard();
    let asked = 0;
    let stop = (): void => undefined;
    const { exit, err } = await ask(
      {
        WatchRun: (call) => {
          tell(call, buildTimeline(PREPARED));
          stop = () => {
            tell(call, buildTimeline(PREPARED, HALT_REQUESTED, ended('aborted')).slice(1));
            call.end();
          };
        },
        HaltRun: (_call, callback) => {
          asked += 1;
          if (asked === 1) {
            callback(AWAY);
            return;
          }
          callback(null, { run: buildRun(), injections: [{ node: 'a', orderId: 'o', state: 'reverted', at: 0 }] });
          stop();
        },
      },
      run(),
      { ...setting, onLine: (line) => line.includes('run prepared') && press() },
    );

    expect({ exit, asked }).toEqual({ exit: 3, asked: 2 });
    expect(err).toContain('halted; 1 injection ended');
  });

  it('a second time leaves although the nodes have not confirmed', async () => {
    const { setting, press } = keyboard();
    const { exit, err } = await ask(
      {
        WatchRun: (call) => tell(call, buildTimeline(PREPARED, HALT_REQUESTED)),
        HaltRun: () => undefined,
      },
      run(),
      {
        ...setting,
        onLine: (line) => {
          if (/run prepared|halt, asked for/u.test(line)) press();
        },
      },
    );

    expect(exit).toBe(3);
    expect(err).toContain('leaving; the coordinator goes on halting the run');
  });

  it('a second time does not claim a halt that nobody has heard of', async () => {
    const { setting, press } = keyboard();
    const { exit, err } = await ask(
      { WatchRun: (call) => tell(call, buildTimeline(PREPARED)), HaltRun: () => undefined },
      run(),
      {
        ...setting,
        onLine: (line) => {
          if (!line.includes('run prepared')) return;
          press();
          press();
        },
      },
    );

    expect(exit).toBe(5);
    expect(err).toContain(`whether the coordinator halts the run is not known: \`roulette halt ${RUN_ID}\` asks again`);
  });

  it('ends only the watching in watch', async () => {
    const { setting, press } = keyboard();
    let halts = 0;
    const { exit } = await ask(
      {
        WatchRun: (call) => tell(call, buildTimeline(PREPARED)),
        HaltRun: () => {
          halts += 1;
        },
      },
      ['watch', RUN_ID],
      { ...setting, onLine: () => press() },
    );

    expect({ exit, halts }).toEqual({ exit: 0, halts: 0 });
  });
});

describe('a report', () => {
  it('is text, or JSON where JSON is asked for', async () => {
    const plain = await ask({}, ['report', RUN_ID]);
    const json = await ask({}, ['report', RUN_ID, '--json']);
    const both = await ask({}, ['report', RUN_ID, '--json', '--format', 'md']);

    expect(plain).toMatchObject({ exit: 0, out: '# test' });
    expect(json).toMatchObject({ exit: 0, out: '{"a":1}' });
    expect(both.exit).toBe(2);
    expect(JSON.parse(both.out)).toMatchObject({ error: { code: 'USAGE_ARGUMENT' } });
  });

  it('replaces a file as a whole, through a link, and leaves nothing beside it', async () => {
    const folder = makeTemporaryDirectory();
    const [file, link] = [path.join(folder, 'report.md'), path.join(folder, 'link.md')];
    writeFileSync(file, 'old');
    symlinkSync(file, link);

    const { exit, out } = await ask({}, ['report', RUN_ID, '--json', '--format', 'md', '-o', link]);

    expect(exit).toBe(0);
    expect(JSON.parse(out)).toEqual({ run: RUN_ID, format: 'md', file: link });
    expect(readFileSync(file, 'utf8')).toBe('# test\n');
    expect(readdirSync(folder).toSorted()).toEqual(['link.md', 'report.md']);
  });

  it('that cannot be written is wrong usage, and leaves what was there', async () => {
    const folder = path.join(makeTemporaryDirectory(), 'folder');
    mkdirSync(folder);

    const { exit, err } = await ask({}, ['report', RUN_ID, '-o', folder]);

    expect(exit).toBe(2);
    expect(err).toContain(`cannot write ${folder}`);
    expect(existsSync(folder)).toBe(true);
  });
});
