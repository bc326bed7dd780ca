// From an order to the first packet that it changes, and from the revert to the first that is as before; beside a bare
// script that makes and deletes the same kernel objects with ip, tc and nft. Real namespaces, a real agent; packets
// leave every millisecond, so nothing here is finer than that.

import childProcess, { spawn } from 'node:child_process';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import type { PlanInput } from '../agent/effects/contract.ts';
import { makeNetwork, type NetworkObjects } from '../agent/effects/network/links.ts';
import { IMPLEMENTATIONS } from '../agent/faults/index.ts';
import { parseNetwork } from '../shared/addresses.ts';
import type { FaultParams } from '../shared/domain/experiment.ts';
import type { FaultKind } from '../shared/faults/index.ts';
import { startNetworkBed, type NetworkBed, type Probe } from '../test/support/network-hosts.ts';
import { buildOrder } from '../test/support/orders.ts';
import { quantile } from './statistics.ts';

const ROUNDS = 60;
const PORT = 4000;
const NAME = 'rltbe0c0000000';

export async function benchNetwork(print: (line: string) => void): Promise<void> {
  if (process.geteuid?.() !== 0) {
    print('needs root: skipped');
    return;
  }
  await using bed = await startNetworkBed();
  const [victim, peer] = [await bed.startProbe('v'), await bed.startProbe('a')];
  await peer.ask('serveUdp', { port: PORT });
  const scene = { bed, victim, peer };
  const [ours, script] = [
    { effect: [] as number[], revert: [] as number[] },
    { effect: [] as number[], revert: [] as number[] },
  ];
  // In turn, so that whatever else the machine does meets both.
  for (let round = 0; round < ROUNDS; round += 1) {
    await measure(scene, ours, () => byOrder(bed));
    await measure(scene, script, () => byScript(bed));
  }
  report(print, 'order, or start of the script, to the first packet that is lost', ours.effect, script.effect);
  report(print, 'revert, or start of the script, to the first packet that passes', ours.revert, script.revert);
  for (const [fault, params] of SPAWNED)
    print(`spawns to apply ${fault}: ${countSpawns(fault, params)} (goal: at most 3)`);
}

interface Scene {
  readonly bed: NetworkBed;
  readonly victim: Probe;
  readonly peer: Probe;
}

interface Times {
  readonly effect: number[];
  readonly revert: number[];
}

/** A fault that has begun, and is taken back. */
type Begun = () => Promise<void>;

let marks = 0;

async function measure({ bed, victim, peer }: Scene, times: Times, begin: () => Promise<Begun>): Promise<void> {
  marks += 1;
  const train = { to: bed.address('a').v4, port: PORT, mark: marks, count: 600, together: 1, everyMs: 1 };
  const sending = victim.ask('sendTrain', train);
  await wait(100);
  const begunAt = now();
  const revert = await begin();
  await wait(100);
  const revertedAt = now();
  await revert();
  const { sent } = await sending;
  const arrived = new Set((await peer.ask('arrivals', { port: PORT, mark: marks })).map(({ number }) => number));
  const firstLost = sent.find(({ number, atMs }) => atMs > begunAt && !arrived.has(number));
  const firstPassed = sent.find(({ number, atMs }) => atMs > revertedAt && arrived.has(number));
  if (firstLost === undefined || firstPassed === undefined)
    throw new Error('the packets show no fault, or no end of it');
  times.effect.push(firstLost.atMs - begunAt);
  times.revert.push(firstPassed.atMs - revertedAt);
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const PARTITION = { peers: ['10.9.1.2'], direction: 'out' } as const;

async function byOrder(bed: NetworkBed): Promise<Begun> {
  const played = await bed.play('net-partition', PARTITION);
  return async () => void (await played.revert());
}

async function byScript(bed: NetworkBed): Promise<Begun> {
  const { passages, rules } = objectsOf('net-partition', PARTITION);
  const [device = ''] = passages.map((passage) => passage.device);
  await runScript(
    bed,
    `ip link add name ${device} type ifb && ip link set dev ${device} addrgenmode none up
     tc qdisc add dev ${device} root handle 1: blackhole
     nft -f -`,
    rules,
  );
  return () => runScript(bed, `nft delete table netdev ${NAME}; ip link delete dev ${device}`, '');
}

async function runScript(bed: NetworkBed, script: string, input: string): Promise<void> {
  const child = spawn('nsenter', [`--net=/run/netns/${bed.namespace('v')}`, 'sh', '-c', script], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin?.end(input);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the script has failed with ${code}`);
}

function objectsOf(fault: FaultKind, params: FaultParams): NetworkObjects {
  const address = parseNetwork('10.9.1.2');
  if (address === null) throw new Error('no address');
  const input: PlanInput = {
    params: { ...buildOrder(fault).params, ...params },
    targets: [],
    durationMs: 30_000,
    drawKey: '',
    cpus: [],
    name: NAME,
    network: {
      devices: ['a0'],
      routes: [{ destination: address, device: 'a0', metric: 0 }],
      control: { coordinator: [{ address: { ...address, address: 0n }, port: 7401 }], ssh: [22] },
      owners: [],
      udpPorts: [],
    },
    link: null,
  };
  const steps = IMPLEMENTATIONS[fault].plan(input);
  const step = 'code' in steps ? undefined : steps.at(-1);
  if (step?.kind !== 'network') throw new Error(`${fault} cannot be planned`);
  return step.objects;
}

const SPAWNED: readonly (readonly [FaultKind, FaultParams])[] = [
  ['net-partition', PARTITION],
  ['net-loss', { ...PARTITION, direction: 'in' }],
  ['net-rate', { ...PARTITION, direction: 'both' }],
  ['net-reset', { peers: ['10.9.1.2'] }],
];

/** Counts what is really spawned by putting a counter in the place of Node's own function; nothing is run. */
function countSpawns(fault: FaultKind, params: FaultParams): number {
  const { spawnSync } = childProcess;
  let spawns = 0;
  childProcess.spawnSync = (() => {
    spawns += 1;
    return { status: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), error: undefined };
  }) as never;
  syncBuiltinESMExports();
  try {
    makeNetwork(objectsOf(fault, params));
  } finally {
    childProcess.spawnSync = spawnSync;
    syncBuiltinESMExports();
  }
  return spawns;
}

function report(print: (line: string) => void, what: string, ours: readonly number[], script: readonly number[]): void {
  const figures = (values: readonly number[]): string =>
    `p50 ${quantile(values, 0.5).toFixed(1)} ms, p99 ${quantile(values, 0.99).toFixed(1)} ms`;
  const ratio = quantile(ours, 0.5) / quantile(script, 0.5);
  print(
    `${what}: ${figures(ours)}; script ${figures(script)}; ratio of the medians ${ratio.toFixed(2)} (${ours.length} rounds)`,
  );
}
