import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { containerOf } from '../../agent/targets/containers.ts';
import { parseCgroup, parseStat, startedAt, unitOf } from '../../agent/targets/proc.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const REST = 'S 400 500 500 0 -1 4194304 100 0 0 0 7 5 0 0 20 0 1 0 12345 1000 10';

describe('/proc/PID/stat', () => {
  it.each(['node', 'a b', 'a) (b', '((', ')', 'tmux: server', ''])('is read for a process called %j', (name) => {
    const stat = parseStat(`500 (${name}) ${REST}`);

    expect(stat).toEqual({ pid: 500, ppid: 400, name, state: 'S', startTicks: '12345', cpuTicks: 12 });
  });

  it.each(['', '500', '500 (x', '500 (x) S 1 2'])('is not read out of %j', (text) => {
    expect(parseStat(text)).toBeNull();
  });

  it('gives the start as wall-clock time', () => {
    expect(startedAt('12345', 1_000_000)).toBe(1_000_123_450);
  });
});

describe('the cgroup of a process', () => {
  it.each([
    ['0::/system.slice/a.service\n', '/system.slice/a.service'],
    ['9:name=systemd:/system.slice/b.service\n8:pids:/x\n0::/\n', '/system.slice/b.service'],
    ['9:name=systemd:/\n4:memory:/docker/abc\n0::/\n', '/docker/abc'],
    ['0::/\n', '/'],
    ['', null],
  ])('of %j is %j', (text, expected) => {
    expect(parseCgroup(text)).toBe(expected);
  });

  it.each([
    ['/system.slice/nginx.service', 'nginx.service'],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/editor.scope', 'editor.scope'],
    ['/system.slice/nginx.service/workers', 'nginx.service'],
    ['/docker/abc', null],
    [null, null],
  ])('of %j names the unit %j', (cgroup, unit) => {
    expect(unitOf(cgroup)).toBe(unit);
  });
});

describe('the container of a process', () => {
  const id = '0123456789abcdef'.repeat(4);

  it('has the name that docker or podman wrote down', () => {
    const folder = makeTemporaryDirectory();
    const folders = { docker: path.join(folder, 'docker'), podman: path.join(folder, 'podman') };
    mkdirSync(path.join(folders.docker, id), { recursive: true });
    mkdirSync(folders.podman);
    writeFileSync(path.join(folders.docker, id, 'config.v2.json'), JSON.stringify({ Name: '/orders' }));
    const other = 'f'.repeat(64);
    writeFileSync(path.join(folders.podman, 'containers.json'), JSON.stringify([{ id: other, names: ['web'] }]));

    const found = [id, other, 'e'.repeat(64)].map((container) => containerOf(`/docker/${container}`, folders)?.name);

    expect(found).toEqual(['orders', 'web', null]);
  });

  it('is none outside of containers', () => {
    expect(containerOf('/system.slice/nginx.service')).toBeNull();
    expect(containerOf(null)).toBeNull();
  });
});
