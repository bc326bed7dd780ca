// What systemd's own tools say of the units, without a systemd that runs; and what the daemons say to a service manager.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CAPABILITIES } from '../../shared/faults/capabilities.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { spawnAgent } from '../support/agent-daemon.ts';
import { startScriptedCoordinator } from '../support/scripted-coordinator.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { eventually } from '../support/victims.ts';

const root = packageRoot();
const GOALS = [
  ['roulette-agent.service', 3.0],
  ['roulette-coordinator.service', 1.5],
] as const;

function textOf(...names: string[]): string {
  return readFileSync(path.join(root, ...names), 'utf8');
}

function byText(a: string, b: string): number {
  return a.localeCompare(b);
}

/** The values of a directive, one for each line that sets it. */
function valuesOf(unit: string, directive: string): string[] {
  return [...textOf('systemd', unit).matchAll(new RegExp(`^${directive}=(.*)$`, 'gmu'))].map(([, value = '']) => value);
}

/**
 * What `systemd-analyze verify` says of the unit, changed as told. Its exit code alone is no proof: unknown directives
 * are a line on stderr and success.
 */
function complaintsAbout(unit: string, change: (text: string) => string = (text) => text): string {
  const file = path.join(makeTemporaryDirectory(), unit);
  // Where Node is on this machine; that is asked too.
  writeFileSync(file, change(textOf('systemd', unit)).replaceAll('/usr/bin/node', process.execPath));
  const { stdout, stderr, error } = spawnSync(
    'systemd-analyze',
    ['verify', '--man=no', '--recursive-errors=no', '--no-pager', file],
    { encoding: 'utf8', timeout: 20_000 },
  );
  if (error !== undefined) throw error;
  // Units of the machine that the tests run on are named by a path too, and are none of ours.
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.includes(unit));
  return lines.join('\n');
}

interface Judgement {
  readonly overall: number;
  /** What each remaining point weighs, sorted. */
  readonly points: readonly string[];
}

function judge(unit: string): Judgement {
  const args = ['security', '--offline=true', '--no-pager', path.join(root, 'systemd', unit)];
  const said = execFileSync('systemd-analyze', args, { encoding: 'utf8', timeout: 20_000 });
  const rows = execFileSync('systemd-analyze', [...args, '--json=short'], { encoding: 'utf8', timeout: 20_000 });
  const found = JSON.parse(rows) as readonly { readonly exposure: string | null }[];
  return {
    overall: Number(/Overall exposure level for \S+: (?<level>[\d.]+)/u.exec(said)?.groups?.['level']),
    points: found.flatMap(({ exposure }) => (exposure === null ? [] : [exposure])).toSorted(byText),
  };
}

/** The weights that the unit's comments give reasons for, in brackets. */
function explainedPoints(unit: string): readonly string[] {
  const comments = textOf('systemd', unit)
    .split('\n')
    .filter((line) => line.startsWith('#'))
    .join('\n');
  const brackets = [...comments.matchAll(/\[(?<inside>[^\]]*\d\.\d)\]/gu)].map((match) => match.groups?.['inside']);
  return brackets.flatMap((inside) => inside?.match(/\d\.\d/gu) ?? []).toSorted(byText);
}

/** Debian 12's; other versions weigh other things. */
const WEIGHED_BY = 252;

function systemdVersion(): number {
  const said = execFileSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
  return Number(/^systemd (?<version>\d+)/u.exec(said)?.groups?.['version']);
}

describe.each(GOALS)('%s', (unit, goal) => {
  it('is understood by systemd to the last directive', () => {
    const complaints = complaintsAbout(unit);

    expect(complaints).toBe('');
  });

  it('would not be with a directive that does not exist, or with a value that means nothing', () => {
    const misspelt = complaintsAbout(unit, (text) => text.replace('PrivateTmp=', 'PrivateTemp='));
    const senseless = complaintsAbout(unit, (text) =>
      text.replace('KillMode=control-group', '').concat('\n[Service]\nKillMode=kindly\n'),
    );
    const lost = complaintsAbout(unit, (text) => text.replace('ExecStart=/usr/bin/node', 'ExecStart=/usr/bin/none'));

    expect(misspelt).toContain("Unknown key 'PrivateTemp'");
    expect(senseless).toContain('kindly');
    expect(lost).toContain('/usr/bin/none is not executable');
  });

  it('exposes no more than its goal', () => {
    const { overall } = judge(unit);

    expect(overall).toBeGreaterThan(0);
    expect(overall).toBeLessThanOrEqual(goal);
  });

  it.runIf(systemdVersion() === WEIGHED_BY)('explains every point that remains, and what it comes to', () => {
    const { overall, points } = judge(unit);

    expect(explainedPoints(unit)).toEqual(points);
    expect(textOf('systemd', unit)).toContain(`gives it ${overall.toFixed(1)}.`);
  });

  it('starts what the package has', () => {
    const commands = [...valuesOf(unit, 'ExecStart'), ...valuesOf(unit, 'ExecStopPost')];
    const programs = commands.flatMap(
      (command) => /\/opt\/roulette\/(?<file>\S+)/u.exec(command)?.groups?.['file'] ?? [],
    );

    expect(programs).toHaveLength(commands.length);
    expect(programs.filter((program) => !existsSync(path.join(root, program)))).toEqual([]);
  });

  it('runs as a user that sysusers.d makes', () => {
    const tree = makeTemporaryDirectory();
    mkdirSync(path.join(tree, 'etc'));
    const file = path.join(root, 'systemd', 'sysusers.d', 'roulette.conf');

    execFileSync('systemd-sysusers', [`--root=${tree}`, file], { stdio: 'ignore', timeout: 20_000 });

    const [user] = valuesOf(unit, 'User');
    const users = readFileSync(path.join(tree, 'etc', 'passwd'), 'utf8').split('\n');
    expect(users.map((line) => line.split(':')[0])).toContain(user);
  });
});

describe('capabilities of the agent', () => {
  const [ambient = ''] = valuesOf('roulette-agent.service', 'AmbientCapabilities');
  const capabilities = ambient.split(' ').toSorted();

  it('are those that faults can need, and not one more can be had', () => {
    const needed = Object.keys(CAPABILITIES).filter((name) => name.startsWith('cap-'));

    expect(capabilities).toEqual(needed.map((name) => name.toUpperCase().replaceAll('-', '_')).toSorted());
    expect(valuesOf('roulette-agent.service', 'CapabilityBoundingSet')).toEqual([ambient]);
  });

  it('are told of in the page on installing, each with what breaks without it', () => {
    const rows = textOf('docs', 'install.md').matchAll(
      /^\| `(?<name>CAP_\w+)` +\| (?<use>.+?) +\| (?<loss>.+?) +\|$/gmu,
    );

    expect([...rows].map((row) => row.groups?.['name'] ?? '').toSorted()).toEqual(capabilities);
  });

  it('are none for the coordinator', () => {
    expect(valuesOf('roulette-coordinator.service', 'AmbientCapabilities')).toEqual([]);
    expect(valuesOf('roulette-coordinator.service', 'CapabilityBoundingSet')).toEqual(['']);
  });
});

it('tmpfiles.d makes a folder that a guard is believed in', () => {
  const tree = makeTemporaryDirectory();
  mkdirSync(path.join(tree, 'etc'));
  // Names are looked up in the tree.
  writeFileSync(path.join(tree, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(path.join(tree, 'etc', 'group'), 'root:x:0:\n');
  const file = path.join(root, 'systemd', 'tmpfiles.d', 'roulette.conf');

  execFileSync('systemd-tmpfiles', [`--root=${tree}`, '--create', file], { stdio: 'ignore', timeout: 20_000 });

  const { uid, mode } = statSync(path.join(tree, 'etc', 'roulette'));
  expect({ uid, mode: mode & 0o777 }).toEqual({ uid: 0, mode: 0o755 });
});

/** Reads as systemd does, and closes the descriptor that systemd-notify sends along to hear that it was read. */
const LISTENER = `
import os, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print('listening', flush=True)
while True:
    said, descriptors, _, _ = socket.recv_fds(listener, 4096, 8)
    for descriptor in descriptors:
        os.close(descriptor)
    print(said.decode().strip(), flush=True)
`;

interface Manager {
  readonly socket: string;
  /** What it was told of a daemon's state, in order. */
  readonly told: () => readonly string[];
}

async function startManager(): Promise<Manager> {
  const socket = path.join(makeTemporaryDirectory(), 'notify');
  const listener = spawn('python3', ['-c', LISTENER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => {
    listener.once('exit', resolve);
  });
  onTestFinished(async () => {
    listener.kill('SIGKILL');
    await ended;
  });
  let said = '';
  listener.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await eventually('the listener listens', () => said.startsWith('listening\n'));
  return { socket, told: () => said.split('\n').filter((line) => /^(?:READY|STOPPING)=/u.test(line)) };
}

function childrenOf(pid: number | undefined): string {
  return spawnSync('ps', ['-o', 'comm=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout;
}

describe('readiness', () => {
  it('is what the agent tells when its keeper is there, with or without a coordinator; and that it stops', async () => {
    const manager = await startManager();
    const coordinator = await startScriptedCoordinator({ leaseMs: 5000 });
    // Nobody listens there from now on.
    await coordinator[Symbol.asyncDispose]();
    const environment = { NOTIFY_SOCKET: manager.socket };

    const agent = spawnAgent({ coordinator, stateDir: makeTemporaryDirectory(), environment });
    await eventually(agent.said, () => manager.told().includes('READY=1'));
    const children = childrenOf(agent.process.pid);
    const code = await agent.end('SIGTERM');

    expect(children).toContain('roulette-keeper');
    expect(manager.told()).toEqual(['READY=1', 'STOPPING=1']);
    expect(code).toBe(0);
  });

  it('is not told by an agent that cannot start', async () => {
    const manager = await startManager();
    await using coordinator = await startScriptedCoordinator({ leaseMs: 5000 });
    const stateDir = makeTemporaryDirectory();
    const journal = path.join(stateDir, 'journal.jsonl');
    const environment = { NOTIFY_SOCKET: manager.socket };

    const agent = spawnAgent({ coordinator, stateDir, environment, beforeStart: () => mkdirSync(journal) });
    const code = await agent.ended;

    expect(code).not.toBe(0);
    expect(manager.told()).toEqual([]);
  });

  it('that cannot be told keeps no agent from its work', async () => {
    await using coordinator = await startScriptedCoordinator({ leaseMs: 5000 });
    const stateDir = makeTemporaryDirectory();
    const environment = { NOTIFY_SOCKET: path.join(stateDir, 'nobody') };

    const agent = spawnAgent({ coordinator, stateDir, environment });

    await eventually(agent.said, () => agent.said().includes('the service manager could not be told'));
    await eventually(agent.said, () => coordinator.isConnected('node-a'));
    expect(await agent.end('SIGTERM')).toBe(0);
  });

  it('is what the coordinator tells when it listens, and that it stops', async () => {
    const manager = await startManager();
    const program = path.join(root, 'dist', 'coordinator', 'main.js');
    const store = path.join(makeTemporaryDirectory(), 'coordinator.db');
    const listeners = ['--listen-agents', '127.0.0.1:0', '--listen-operators', '127.0.0.1:0'];
    const args = [program, '--environment', 'staging', '--store', store, ...listeners, '--with-parent'];

    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], NOTIFY_SOCKET: manager.socket },
    });
    const ended = new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
    });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await eventually('the coordinator is ready', () => manager.told().includes('READY=1'));
    const saidWhenReady = said;
    child.kill('SIGTERM');

    expect(await ended).toBe(0);
    expect(saidWhenReady).toContain('"listening"');
    expect(manager.told()).toEqual(['READY=1', 'STOPPING=1']);
  });
});
