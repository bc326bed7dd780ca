// What becomes of a fault when the agent, its whole service or the machine goes down under it.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OrderId } from '../../shared/domain/ids.ts';
import { startNode, type LabNode } from './node.ts';
import { median, ping, roundTrip, startPinging, type Reply } from './pings.ts';
import { figure } from './timing.ts';

const DELAY_MS = 100;
/** Longer than any of the tests. */
const LONG_MS = 300_000;
const DROP_IN = '/run/systemd/system/roulette-agent.service.d/lab.conf';
/** CAP_DAC_READ_SEARCH, CAP_KILL, CAP_NET_ADMIN, CAP_SYS_PTRACE (capability.h). */
const CAPABILITIES = [2, 5, 12, 19].reduce((set, bit) => set + 2 ** bit, 0);

describe('a machine under a fault', () => {
  let node: LabNode;
  let before = '';

  beforeAll(async () => {
    node = await startNode(2);
    before = await node.state();
  });

  afterAll(async () => {
    await node?.[Symbol.asyncDispose]();
  });

  let begun = 0;
  beforeEach(() => {
    begun = performance.now();
  });

  afterEach(async ({ task }) => {
    await node.machine.sh('systemctl is-active roulette-agent || systemctl start roulette-agent', 120_000);
    await node.connected();
    await node.clean();
    const after = await node.state();
    figure(task.name, `${((performance.now() - begun) / 1000).toFixed(1)} s in all`);

    expect(after).toBe(before);
  });

  /** Resolves when it is felt. */
  async function delay(durationMs = LONG_MS): Promise<OrderId> {
    const order = await node.inject('net-delay', { delay: DELAY_MS }, durationMs);
    expect(roundTrip(await ping(node.machine.addresses[0], { count: 10 }))).toBeGreaterThan(DELAY_MS);
    return order;
  }

  async function isGone(): Promise<void> {
    await node.clean();
    expect(roundTrip(await ping(node.machine.addresses[0], { count: 10 }))).toBeLessThan(DELAY_MS / 2);
  }

  it('has an agent that is not root, with the rights that it needs and no others', async () => {
    const status = await node.machine.sh('cat /proc/$(systemctl show -P MainPID roulette-agent)/status');
    const user = await node.machine.sh('systemctl show -P User roulette-agent');
    const capabilities = node.coordinator.heard.findLast(({ hello }) => hello)?.hello?.capabilities ?? [];

    const uid = /^Uid:\s+(?<uid>\d+)\t\k<uid>\t\k<uid>/mu.exec(status)?.groups?.['uid'];
    figure('the agent', `uid ${uid} (${user.trim()}), can ${capabilities.join(', ')}`);
    expect(user.trim()).toBe('roulette-agent');
    expect(Number(uid)).toBeGreaterThan(0);
    for (const set of ['CapEff', 'CapPrm', 'CapBnd', 'CapAmb'])
      expect(Number.parseInt(new RegExp(`^${set}:\\s+(\\w+)$`, 'mu').exec(status)?.[1] ?? '', 16)).toBe(CAPABILITIES);
    expect(capabilities).toEqual(
      expect.arrayContaining([
        'taskset',
        'iproute2',
        'nftables',
        'nft-forward',
        'nft-cgroup',
        'ifb',
        'netem',
        'tbf',
        'ipv6',
      ]),
    );
  });

  it('is rid of it at its deadline with nobody left to take it back', async () => {
    const durationMs = 15_000;
    await node.machine.sh(`mkdir -p ${DROP_IN.replace(/[^/]+$/u, '')}
printf '[Service]\\nRestart=no\\nExecStopPost=\\n' >${DROP_IN}
systemctl daemon-reload`);
    const pings = startPinging(node.machine.addresses[0], 50);
    const order = await node.inject('net-delay', { delay: DELAY_MS }, durationMs);
    const killedAt = Date.now();
    await node.machine.sh('systemctl kill --kill-whom=all -s KILL roulette-agent');
    const killing = Date.now() - killedAt;
    const left = async (): Promise<string> =>
      (await node.machine.trySh('{ nft list tables; ip -br link; } | grep rlt')).text.trim();
    expect((await node.machine.trySh('systemctl is-active roulette-agent')).text.trim()).toBe('failed');
    await new Promise((resolve) => {
      setTimeout(resolve, durationMs + 2000 - (Date.now() - killedAt));
    });
    const replies = await pings.stop();
    const inert = await left();
    await node.machine.sh(`rm -r ${DROP_IN.replace(/[^/]+$/u, '')}; systemctl daemon-reload`);
    await node.machine.sh('systemctl start roulette-agent', 120_000);
    const end = await node.ended(order);

    const felt = delayed(replies);
    const lasted = (felt.at(-1)?.sent ?? 0) - (felt[0]?.sent ?? 0);
    const since = (felt.at(-1)?.sent ?? 0) - killedAt;
    figure(
      'both killed',
      `felt for ${lasted.toFixed(0)} of ${durationMs} ms; killed within ${killing} ms, felt ${since.toFixed(0)} ms more`,
    );
    figure('left, inert, until the next start', inert.replaceAll(/\s+/gu, ' '));
    // Begun a moment before the sender of pings could notice, over at the kernel's next tick.
    expect(lasted).toBeGreaterThan(durationMs - 1000);
    expect(lasted).toBeLessThan(durationMs + 500);
    expect(since).toBeGreaterThan(5000);
    expect(inert).toContain('rlt');
    expect(await left()).toBe('');
    expect(end).toMatchObject({ reason: 'recovered', reverted: true });
  });

  it.each([
    ['a SIGKILL of all its processes', 'systemctl kill --kill-whom=all -s KILL roulette-agent', ['recovered']],
    ['a SIGKILL of the agent', 'systemctl kill --kill-whom=main -s KILL roulette-agent', ['keeper', 'recovered']],
    ['a stop of its service', 'systemctl stop roulette-agent', ['agent-stopped']],
    ['a restart of its service', 'systemctl restart roulette-agent', ['agent-stopped']],
  ])('is rid of it after %s', async (_, command, reasons) => {
    const order = await delay();
    const asked = performance.now();
    await node.machine.sh(command, 120_000);
    await isGone();
    const cleanMs = performance.now() - asked;
    await node.machine.sh('systemctl start roulette-agent', 120_000);
    const end = await node.ended(order);

    figure(command, `clean after ${(cleanMs / 1000).toFixed(1)} s, told as ${end.reason}`);
    expect(reasons).toContain(end.reason);
    expect(end.reverted).toBe(true);
  });

  it('is rid of it after a reboot', async () => {
    const order = await delay();
    await node.machine.reboot();
    await isGone();
    const end = await node.ended(order);

    figure('reboot', `told as ${end.reason}`);
    // Reverted on the way down, unless the machine was gone before that was on disk.
    expect(['agent-stopped', 'keeper', 'vanished']).toContain(end.reason);
    expect(end.reverted).toBe(true);
  });

  it('is rid of it after a power cut', async () => {
    const order = await delay();
    await node.machine.cutPower();
    await node.machine.start();
    await isGone();
    const end = await node.ended(order);

    figure('power cut', `told as ${end.reason}`);
    expect(end).toMatchObject({ reason: 'vanished', reverted: true });
  });
});

/** When the pings left that came back late. */
function delayed(replies: readonly Reply[]): { readonly sent: number }[] {
  const usual = median(replies.map(({ ms }) => ms).filter((ms) => ms < DELAY_MS));
  return replies
    .filter(({ ms }) => ms > DELAY_MS && ms < DELAY_MS * 2 + usual)
    .map(({ at, ms }) => ({ sent: at - ms }));
}
