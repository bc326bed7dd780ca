import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { speak, type Spoken } from '../support/command.ts';
import { buildHello, connectRawAgent, type RawAgent } from '../support/raw-agent.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import type { Hello } from '../../shared/rpc/generated/roulette/v1/Hello.ts';

function buildDocument(peers: string): string {
  return `apiVersion: roulette/v1
kind: Experiment
name: cut-off
owner: tester
environment: staging
seed: friday
hypothesis: It holds.
targets:
  orders: { nodes: { role: orders } }
  payments: { nodes: { role: payments } }
  shops: { nodes: { role: shop }, processes: { service: shop } }
monitors:
  shops: { processes: { target: shops }, every: 200ms, staleAfter: 3s }
steadyState: [shops >= 0]
stages:
  - name: smoke
    steps: [{ fault: net-partition, target: orders, duration: 2m, params: { peers: ${peers} } }]
recovery: { within: 1s }
`;
}

function write(text: string, name = 'cut-off.yaml'): string {
  const file = path.join(makeTemporaryDirectory(), name);
  writeFileSync(file, text);
  return file;
}

async function join(cluster: Cluster, node: string, more: Partial<Hello>): Promise<RawAgent> {
  const agent = connectRawAgent(cluster.agents);
  agent.say({ hello: buildHello(node, more) });
  await agent.until(({ welcome }) => welcome !== undefined && welcome !== null);
  return agent;
}

function ask(cluster: Cluster, ...argv: string[]): Promise<Spoken> {
  return speak(['--coordinator', cluster.operators, ...argv]);
}

const ORDERS: Partial<Hello> = { labels: { role: 'orders' }, addresses: ['10.0.0.1', '172.17.0.1'] };
const PAYMENTS: Partial<Hello> = { labels: { role: 'payments' }, addresses: ['10.0.1.1', '172.17.0.1', 'fd00::7'] };

describe('an agent that asks whether the coordinator is there', () => {
  it('is answered with its own number, each time', async () => {
    await using cluster = await startCluster();
    await using agent = await join(cluster, 'node-a', {});

    agent.say({ ping: { nonce: 41 } });
    agent.say({ ping: { nonce: 2 ** 40 } });

    await agent.until(({ pong }) => pong?.nonce === 41);
    await agent.until(({ pong }) => pong?.nonce === 2 ** 40);
  });

  it('is not answered before it has said who it is', async () => {
    await using cluster = await startCluster();
    await using agent = connectRawAgent(cluster.agents);

    agent.say({ ping: { nonce: 1 } });

    await expect(agent.until(({ pong }) => (pong ?? null) !== null)).rejects.toThrow(
      'the first message must be a hello',
    );
  });
});

describe('a fault between two targets', () => {
  it('has the same addresses in the plan, offline, and in the order', async () => {
    await using cluster = await startCluster();
    await using orders = await join(cluster, 'orders-1', ORDERS);
    await using _payments = await join(cluster, 'payments-1', PAYMENTS);
    const file = write(buildDocument('[target:payments, localhost]'));

    const shown = await ask(cluster, 'plan', file);
    const online = await ask(cluster, 'plan', file, '--json');
    const { out: nodes } = await ask(cluster, 'nodes', '--json');
    const offline = await speak(['plan', file, '--json', '--inventory', write(nodes, 'nodes.json')]);
    const started = await ask(cluster, 'run', file, '--yes', '--detach');
    const { inject } = await orders.until((message) => (message.inject ?? null) !== null);
    const halted = ask(cluster, 'halt', started.out);
    const { revert } = await orders.until((message) => (message.revert ?? null) !== null);
    orders.say({ refused: { orderId: revert?.orderId ?? '', code: 'ORDER_REVERTED', message: 'halted' } });

    expect(shown).toMatchObject({ exit: 0, err: '' });
    expect(shown.out).toContain('\n  target:payments = 10.0.1.1, fd00::7\n');
    expect(offline.out).toBe(online.out);
    const { peers } = JSON.parse(inject?.paramsJson ?? '{}') as { peers: string[] };
    expect(peers).toEqual(expect.arrayContaining(['10.0.1.1', '127.0.0.1', 'fd00::7']));
    expect(peers).not.toContain('172.17.0.1');
    expect((await halted).exit).toBe(0);
  });

  it('is refused with its reason when a name does not resolve, and starts nothing', async () => {
    await using cluster = await startCluster();
    await using _orders = await join(cluster, 'orders-1', ORDERS);
    const file = write(buildDocument('nowhere.invalid'));

    const planned = await ask(cluster, 'plan', file);
    const run = await ask(cluster, 'run', file, '--yes');

    expect(planned.exit).toBe(4);
    expect(planned.out).toContain('would be refused, smoke/1: the host name nowhere.invalid does not resolve');
    expect(run.exit).toBe(4);
    expect(run.err).toContain('(PLAN_PEER_UNKNOWN)');
    expect((await ask(cluster, 'runs')).out).toBe('');
  });

  it('is refused where a node lacks what it needs, by name and in words', async () => {
    await using cluster = await startCluster();
    await using _orders = await join(cluster, 'orders-1', {
      ...ORDERS,
      capabilities: ['cap-net-admin', 'nftables', 'iproute2', 'ifb'],
    });
    await using _payments = await join(cluster, 'payments-1', PAYMENTS);

    const planned = await ask(cluster, 'plan', write(buildDocument('target:payments')));
    const node = await ask(cluster, 'node', 'orders-1');

    const lack =
      'nft-forward: packets handed on in the egress and ingress hooks of a device (nft_fwd_netdev, Linux 5.16)';
    expect(planned.out).toContain(`node orders-1 cannot do net-partition: it lacks ${lack} (PLAN_FAULT_UNSUPPORTED)`);
    expect(node.out).toMatch(/^ {2}addresses +10\.0\.0\.1 172\.17\.0\.1$/mu);
    expect(node.out).toMatch(/^ +nft-forward +packets handed on/mu);
  });

  it('says in a replay that a node is reached elsewhere now', async () => {
    await using cluster = await startCluster();
    await using orders = await join(cluster, 'orders-1', ORDERS);
    const payments = await join(cluster, 'payments-1', PAYMENTS);
    const file = write(buildDocument('target:payments'));
    const { out: run } = await ask(cluster, 'run', file, '--yes', '--detach');
    const { inject } = await orders.until((message) => (message.inject ?? null) !== null);
    orders.say({ refused: { orderId: inject?.orderId ?? '', code: 'FAULT_NOT_POSSIBLE', message: 'not today' } });

    const same = await ask(cluster, 'replay', run);
    payments.say({ hello: buildHello('payments-1', { ...PAYMENTS, addresses: ['10.0.1.2'], beat: 2 }) });
    payments.say({ ping: { nonce: 1 } });
    await payments.until(({ pong }) => (pong ?? null) !== null);
    const moved = await ask(cluster, 'replay', run);
    await payments[Symbol.asyncDispose]();

    expect(same.err).toContain('the plan is the same as then, byte for byte');
    expect(moved.err).toContain('the fleet, or what host names resolve to, has changed since');
    expect(moved.err).toContain('target:payments = 10.0.1.2');
  });
});
