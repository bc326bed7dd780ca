// The real program as a process: signals, pipes, terminals, crashes.

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packageRoot } from '../../shared/package-root.ts';
import { FULL } from '../support/documents.ts';
import {
  buildTimeline,
  HALT_REQUESTED,
  PREPARED,
  RUN_ID,
  startFakeOperator,
  tell,
  type Handlers,
} from '../support/fake-operator.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { eventually } from '../support/victims.ts';

const PROGRAM = path.join(packageRoot(), 'dist', 'cli', 'main.js');

interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly said: () => string;
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

function start(command: string, argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(command, argv, {
    env: { ...process.env, ROULETTE_CONFIG: '/nowhere/config.yaml', NODE_OPTIONS: '', ...environment },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const exit = new Promise<Awaited<Started['exit']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return { child, said: () => said, exit };
}

function roulette(argv: readonly string[], environment?: NodeJS.ProcessEnv): Started {
  return start(process.execPath, [PROGRAM, ...argv], environment);
}

function writeDocument(): string {
  const file = path.join(makeTemporaryDirectory(), 'experiment.yaml');
  writeFileSync(file, FULL);
  return file;
}

/** A run that nothing ends, and a halt that no node confirms. */
const ENDLESS: Handlers = {
  WatchRun: (call) => tell(call, buildTimeline(PREPARED)),
  HaltRun: () => undefined,
};

describe('the process', () => {
  it('asks for the halt at the first SIGINT and leaves with 3 at the second', async () => {
    let sayHalt = (): void => undefined;
    await using operator = await startFakeOperator({
      WatchRun: (call) => {
        tell(call, buildTimeline(PREPARED));
        sayHalt = () => tell(call, buildTimeline(PREPARED, HALT_REQUESTED).slice(1));
      },
      HaltRun: () => sayHalt(),
    });
    const { child, said, exit } = roulette(['--coordinator', operator.address, 'run', writeDocument(), '--yes']);

    await eventually('the run is followed', () => said().includes('run prepared'));
    child.kill('SIGINT');
    await eventually('the halt is heard', () => said().includes('halt, asked for by'));
    child.kill('SIGINT');

    expect(await exit).toEqual({ code: 3, signal: null });
    expect(said()).toContain('halting…');
    expect(said()).toContain('leaving; the coordinator goes on halting the run');
  });

  it('ends at SIGINT although the run that it watches goes on', async () => {
    await using operator = await startFakeOperator(ENDLESS);
    const { child, said, exit } = roulette(['--coordinator', operator.address, 'watch', RUN_ID]);

    await eventually('the run is watched', () => said().includes('run prepared'));
    child.kill('SIGINT');

    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('reads a document from a pipe that has nothing yet', async () => {
    const { child, said, exit } = roulette(['validate', '-']);
    const middle = FULL.length / 2;

    child.stdin.write(FULL.slice(0, middle));
    await eventually('the first half is taken', () => child.stdin.writableLength === 0);
    child.stdin.end(FULL.slice(middle));

    expect(await exit).toEqual({ code: 0, signal: null });
    expect(said()).toBe('stdin: valid\n');
  });

  it('does not take a reader that has gone away for a crash', async () => {
    const { child, said, exit } = roulette(['faults', '--json']);

    child.stdout.destroy();

    expect(await exit).toEqual({ code: 0, signal: null });
    expect(said()).toBe('');
  });

  it('exits with 70 when it crashes: 1 would say that the hypothesis is refuted', async () => {
    await using operator = await startFakeOperator(ENDLESS);
    const crash = "data:text/javascript,process.once('SIGUSR2', () => { throw new Error('boom'); })";
    const argv = ['--import', crash, PROGRAM, '--coordinator', operator.address, 'watch', RUN_ID];
    const { child, said, exit } = start(process.execPath, argv);

    await eventually('the run is watched', () => said().includes('run prepared'));
    child.kill('SIGUSR2');

    expect(await exit).toEqual({ code: 70, signal: null });
    expect(said()).toContain('boom');
  });

  it('speaks to the coordinator itself, whatever proxy the environment names', async () => {
    await using operator = await startFakeOperator();
    const proxies = { http_proxy: 'http://127.0.0.1:1', grpc_proxy: 'http://127.0.0.1:1', no_proxy: '', NO_PROXY: '' };
    const { exit } = roulette(['--coordinator', operator.address, 'watch', RUN_ID], proxies);

    expect(await exit).toEqual({ code: 0, signal: null });
  });
});

describe('on a terminal', () => {
  /**
   * script(1) gives the command a terminal of its own, and passes on what is written to it. `exec`: a shell that stays
   * in front of the command gets the Ctrl-C as well, and some report it (130) in place of the command's own exit.
   */
  function onTerminal(address: string, argv: readonly string[]): Started {
    const command = ['exec', process.execPath, PROGRAM, '--coordinator', address, ...argv].join(' ');
    return start('script', ['--quiet', '--return', '--command', command, '/dev/null'], { SHELL: '/bin/sh' });
  }

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
    ['n', 'n\r'],
  ])('%s at the question starts nothing', async (_key, bytes) => {
    let starts = 0;
    await using operator = await startFakeOperator({
      StartRun: () => {
        starts += 1;
      },
    });
    const { child, said, exit } = onTerminal(operator.address, ['run', writeDocument()]);

    await eventually('it asks', () => said().includes('[y/N]'));
    child.stdin.write(bytes);

    expect(await exit).toEqual({ code: 4, signal: null });
    expect(said()).toContain('nothing was started');
    expect(starts).toBe(0);
  });

  it('redraws a live line, and shows no control characters of others', async () => {
    await using operator = await startFakeOperator({
      WatchRun: (call) => {
        tell(call, buildTimeline({ ...PREPARED, requestedBy: '\u001B]0;title\u0007eve' }, HALT_REQUESTED));
      },
    });
    const { child, said, exit } = onTerminal(operator.address, ['watch', RUN_ID]);

    await eventually('the halt is shown', () => said().includes('halt, asked for by'));
    child.stdin.write('\u0003');

    expect(await exit).toEqual({ code: 0, signal: null });
    expect(said()).toContain('[....');
    expect(said()).toContain('prepared by \uFFFD]0;title\uFFFDeve');
    expect(said()).not.toContain('\u001B]0;');
  });
});
