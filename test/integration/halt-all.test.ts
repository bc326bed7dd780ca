import type * as grpc from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HaltAllReply__Output } from '../../shared/rpc/generated/roulette/v1/HaltAllReply.ts';
import type { ListNodesReply__Output } from '../../shared/rpc/generated/roulette/v1/ListNodesReply.ts';
import type { ReleaseReply__Output } from '../../shared/rpc/generated/roulette/v1/ReleaseReply.ts';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { pauseEverything, startSite } from '../support/fleet-wide.ts';
import { endOf, startSimulatedAgents, type FleetOptions, type SimulatedFleet } from '../support/simulated-agents.ts';
import { eventually } from '../support/victims.ts';

function call<Reply>(act: (back: (error: grpc.ServiceError | null, reply?: Reply) => void) => unknown): Promise<Reply> {
  return new Promise((resolve, reject) => {
    act((error, reply) => {
      if (error !== null) reject(error);
      else if (reply !== undefined) resolve(reply);
    });
  });
}

const WHO = { requestedBy: 'tester', reason: 'incident', ref: 'OPS-1' };
const haltAll = (cluster: Cluster): Promise<HaltAllReply__Output> =>
  call((back) => cluster.client().haltAll(WHO, back));
const release = (cluster: Cluster): Promise<ReleaseReply__Output> =>
  call((back) => cluster.client().release(WHO, back));
const listNodes = (cluster: Cluster): Promise<ListNodesReply__Output> =>
  call((back) => cluster.client().listNodes({}, back));

interface Scene {
  readonly cluster: Cluster;
  readonly fleet: SimulatedFleet;
  readonly run: string;
  readonly start: () => Promise<string>;
}

/** A run that is active on every agent. */
async function startScene(fleetOptions: Omit<FleetOptions, 'coordinator'>, settings: object = {}): Promise<Scene> {
  const site = await startSite();
  onTestFinished(() => site[Symbol.asyncDispose]());
  const cluster = await startCluster(settings);
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  const fleet = await startSimulatedAgents({ ...fleetOptions, coordinator: cluster.agents });
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  const start = (): Promise<string> => cluster.start(pauseEverything(site.url));
  const run = await start();
  await eventually('every agent has an injection', () => fleet.agents.every(({ active }) => active.size === 1));
  return { cluster, fleet, run, start };
}

describe('a halt of the whole fleet', () => {
  it('is confirmed by 200 agents, each with what it has ended', async () => {
    const scene = await startScene({ count: 200 });

    const { nodes, unrecorded } = await haltAll(scene.cluster);
    const events = await scene.cluster.timeline(scene.run);

    expect(nodes).toHaveLength(200);
    expect(nodes.filter(({ state }) => state !== 'reverted')).toEqual([]);
    expect(nodes.map(({ node, orders }) => [node, orders])).toEqual(
      nodes.map(({ node }) => [node, [`${scene.run}/everything/1/1@${node}`]]),
    );
    expect(unrecorded).toBeUndefined();
    expect(scene.fleet.agents.filter(({ active }) => active.size > 0)).toEqual([]);
    expect(events.at(-1)?.body).toMatchObject({ type: 'run.ended', verdict: 'aborted' });
    expect(events.filter(({ body }) => body.type === 'injection.ended')).toHaveLength(200);
  });

  it('keeps runs from starting, over a restart too, until it is released', async () => {
    const scene = await startScene({ count: 2 });
    const { cluster } = scene;
    await haltAll(cluster);

    const refused = await scene.start().catch((error: unknown) => error);
    await cluster.coordinator().end('SIGTERM');
    await cluster.restartCoordinator();
    const refusedAgain = await scene.start().catch((error: unknown) => error);
    const engaged = await listNodes(cluster);
    const released = await release(cluster);
    const free = await listNodes(cluster);
    const nothing = await release(cluster).catch((error: unknown) => error);

    for (const error of [refused, refusedAgain]) {
      expect(error).toMatchObject({ details: expect.stringContaining('tester halted the whole fleet') });
    }
    expect(engaged.lever).toMatchObject({ engagedBy: 'tester', reason: 'incident', ref: 'OPS-1' });
    expect(released.lever).toMatchObject({ engagedBy: 'tester' });
    expect(free.lever).toBeNull();
    expect(nothing).toMatchObject({ details: 'nobody has halted the fleet' });
  });

  it('says of a node that does not answer by when its lease has run out, and waits no longer than that', async () => {
    const settings = { lease: '1s', beat: '300ms' };
    const scene = await startScene({ count: 3, onHalt: ({ node }) => node === 'sim-0002' }, settings);

    const { nodes } = await haltAll(scene.cluster);

    expect(nodes.map(({ node, state }) => [node, state])).toEqual([
      ['sim-0001', 'reverted'],
      ['sim-0002', 'expires'],
      ['sim-0003', 'reverted'],
    ]);
  });

  it('says what could not be undone, which stays an alarm until it is', async () => {
    const errors = ['pid 7 did not react to SIGCONT'];
    const scene = await startScene({
      count: 1,
      onHalt: ({ active, say }, haltId) => {
        const [orderId = ''] = active;
        const ended = { ...endOf(orderId), reverted: false, revertErrors: errors };
        say({ halted: { haltId, haltedAt: 5, ends: [ended], unreverted: [{ orderId, since: 5, errors }] } });
        return true;
      },
    });
    const [order = ''] = scene.fleet.agents[0]?.active ?? [];

    const { nodes } = await haltAll(scene.cluster);
    const alarmed = await listNodes(scene.cluster);
    scene.fleet.agents[0]?.say({ ended: endOf(order) });
    await eventually('the alarm is over', async () => {
      const { nodes: later } = await listNodes(scene.cluster);
      return later.every(({ alarms }) => alarms.length === 0);
    });
    await eventually('the timeline says so', async () => {
      const events = await scene.cluster.timeline(scene.run);
      return events.filter(({ body }) => body.type === 'revert.confirmed').length === 1;
    });

    expect(nodes).toMatchObject([{ state: 'failed', why: `${order}: ${errors[0] ?? ''}` }]);
    expect(alarmed.nodes[0]?.alarms).toMatchObject([{ orderId: order, why: errors[0] }]);
  });
});
