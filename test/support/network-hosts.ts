// Hosts in network namespaces: a victim with a real agent, two peers, and the coordinator in the namespace of the test.
// Each pair is joined by a veth pair of its own, with IPv4 and IPv6. The bed compares what the kernel has before and
// after: links, addresses, routes, qdiscs, classes, filters, rules, and the files of /etc.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { stringify } from 'yaml';
import { networkName } from '../../agent/core/network/names.ts';
import type { FaultParams, ProcessSelector } from '../../shared/domain/experiment.ts';
import { nodeId, orderId, type OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, InjectOrder } from '../../shared/domain/order.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import { packageRoot } from '../../shared/package-root.ts';
import type { ProbeCalls, ProbeReply, ProbeRequest } from './network-probe.ts';
import { buildOrder } from './orders.ts';
import { startScriptedCoordinator, type ScriptedCoordinator, type Word } from './scripted-coordinator.ts';
import { eventually } from './victims.ts';

/** Longer than any test. */
const LEASE_MS = 60_000;

export interface Address {
  readonly v4: string;
  readonly v6: string;
}

export interface Probe {
  /** Means this process and no other. */
  readonly selector: ProcessSelector;
  readonly ask: <Call extends keyof ProbeCalls>(
    call: Call,
    ask: Parameters<ProbeCalls[Call]>[0],
  ) => Promise<ReturnType<ProbeCalls[Call]>>;
}

export interface ProbeOptions {
  /** A folder of the cgroup v2 hierarchy that it joins. */
  readonly cgroup?: string;
  readonly user?: string;
}

export interface Played {
  readonly order: OrderId;
  readonly name: string;
  readonly word: () => Word | undefined;
  readonly ended: () => Promise<InjectionEnd>;
  /** Takes it back now. */
  readonly revert: () => Promise<InjectionEnd>;
}

const PEERS = ['a', 'b'] as const;
export type Peer = (typeof PEERS)[number];

let beds = 0;

export async function startNetworkBed(): Promise<NetworkBed> {
  const bed = new NetworkBed(await startScriptedCoordinatorFor((beds += 1)), beds);
  await bed.startAgent();
  return bed;
}

async function startScriptedCoordinatorFor(bed: number): Promise<ScriptedCoordinator> {
  // The address must be there before it is listened on.
  ip([
    `link add ${linkOf(bed, 'c')} type veth peer name ${linkOf(bed, 'v')}`,
    `address add ${controlAddress(bed, 1)}/30 dev ${linkOf(bed, 'c')}`,
    `link set ${linkOf(bed, 'c')} up`,
  ]);
  return startScriptedCoordinator({ leaseMs: LEASE_MS, host: controlAddress(bed, 1) });
}

/** Test files run side by side in one namespace: each process has its own 64 of these networks (RFC 6598). */
function controlAddress(bed: number, end: 1 | 2): string {
  const number = process.pid % 16_384;
  return `100.${64 + Math.floor(number / 256)}.${number % 256}.${(bed % 64) * 4 + end}`;
}

function linkOf(bed: number, end: string): string {
  return `n${process.pid % 100_000}b${bed}${end}`;
}

export class NetworkBed {
  readonly coordinator: ScriptedCoordinator;
  /** Where the agent runs. */
  readonly node = 'node-a';
  readonly #bed: number;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'roulette-network-'));
  readonly #children: ChildProcess[] = [];
  #agent: ChildProcess | null = null;
  #said = '';

  constructor(coordinator: ScriptedCoordinator, bed: number) {
    this.coordinator = coordinator;
    this.#bed = bed;
    for (const host of ['v', ...PEERS]) execFileSync('ip', ['netns', 'add', this.namespace(host)]);
    const up = linkOf(bed, 'v');
    ip([`link set ${up} netns ${this.namespace('v')} name up0`]);
    this.inHost('v', [
      'link set lo up',
      `address add ${controlAddress(bed, 2)}/30 dev up0`,
      'link set up0 addrgenmode none up',
    ]);
    for (const [index, peer] of PEERS.entries()) this.#join(peer, index + 1);
  }

  /** A link between victim and peer. */
  #join(peer: Peer, subnet: number): void {
    const [near, far] = [linkOf(this.#bed, `${peer}0`), linkOf(this.#bed, `${peer}1`)];
    ip([
      `link add ${near} type veth peer name ${far}`,
      `link set ${near} netns ${this.namespace('v')} name ${peer}0`,
      `link set ${far} netns ${this.namespace(peer)} name eth0`,
    ]);
    for (const [host, device, last] of [
      ['v', `${peer}0`, 1],
      [peer, 'eth0', 2],
    ] as const) {
      this.inHost(host, [
        `link set ${device} addrgenmode none up`,
        'link set lo up',
        `address add 10.9.${subnet}.${last}/24 dev ${device}`,
        `address add fd09:${subnet}::${last}/64 dev ${device} nodad`,
      ]);
    }
  }

  namespace(host: string): string {
    return `roulette-${process.pid}-${this.#bed}-${host}`;
  }

  address(peer: Peer): Address {
    const subnet = PEERS.indexOf(peer) + 1;
    return { v4: `10.9.${subnet}.2`, v6: `fd09:${subnet}::2` };
  }

  /** The victim's, on its link to the peer. */
  victimAddress(peer: Peer): Address {
    const subnet = PEERS.indexOf(peer) + 1;
    return { v4: `10.9.${subnet}.1`, v6: `fd09:${subnet}::1` };
  }

  /** Lines for `ip -batch`. */
  inHost(host: string, lines: readonly string[]): void {
    ip(lines, ['-n', this.namespace(host)]);
  }

  /** What a program prints in a host. */
  run(host: string, program: string, args: readonly string[], input = ''): string {
    return execFileSync('nsenter', [this.#net(host), program, ...args], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  #net(host: string): string {
    return `--net=/run/netns/${this.namespace(host)}`;
  }

  async startProbe(host: string, { cgroup = '', user = '' }: ProbeOptions = {}): Promise<Probe> {
    const mark = `probe-${randomUUID()}`;
    const child = spawn('nsenter', [this.#net(host), process.execPath, await bundleProbe(), cgroup, user, mark], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#children.push(child);
    await once(child, 'message');
    let last = 0;
    const open = new Map<number, (reply: ProbeReply) => void>();
    child.on('message', (reply: ProbeReply) => open.get(reply.id)?.(reply));
    return {
      selector: { cmdline: mark },
      ask: async (call, ask) => {
        last += 1;
        const request: ProbeRequest = { id: last, call, ask };
        const reply = await new Promise<ProbeReply>((resolve) => {
          open.set(request.id, resolve);
          child.send(request);
        });
        if (reply.error !== undefined) throw new Error(`${call}: ${reply.error}`);
        return reply.value as never;
      },
    };
  }

  async startAgent(): Promise<void> {
    const file = (name: string): string => path.join(this.#folder, name);
    writeFileSync(file('guard.yaml'), 'environment: staging\n');
    const settings = { node: this.node, environment: 'staging', coordinator: this.coordinator.address };
    writeFileSync(file('agent.yaml'), stringify({ ...settings, guard: file('guard.yaml'), stateDir: file('state') }));
    const child = spawn(
      'nsenter',
      [this.#net('v'), process.execPath, BUNDLE, '--config', file('agent.yaml'), '--with-parent'],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#said += chunk.toString();
      });
    }
    this.#agent = child;
    await eventually(
      () => `the agent is connected: ${this.#said}`,
      () => this.coordinator.isConnected(this.node),
      15_000,
    );
  }

  /** `doctor` or `clean`, as an operator runs them on the node. */
  tool(command: 'doctor' | 'clean'): { readonly code: number | null; readonly said: string } {
    const args = [this.#net('v'), process.execPath, BUNDLE, command, '--config', path.join(this.#folder, 'agent.yaml')];
    try {
      return { code: 0, said: execFileSync('nsenter', args, { encoding: 'utf8' }) };
    } catch (error) {
      const { status, stdout } = error as { status: number | null; stdout: string };
      return { code: status, said: stdout };
    }
  }

  /** Agent and keeper, in the same instant as far as signals go; the keeper first, which would revert otherwise. */
  async killAgent(): Promise<void> {
    const agent = this.#agent;
    if (agent?.pid === undefined) return;
    const gone = once(agent, 'exit');
    process.kill(agent.pid, 'SIGSTOP');
    for (const child of childrenOf(agent.pid)) process.kill(child, 'SIGKILL');
    process.kill(agent.pid, 'SIGKILL');
    await gone;
    await eventually('the node has left', () => !this.coordinator.isConnected(this.node), 15_000);
  }

  /** Resolves once it has started, or throws with what was refused. */
  async play(fault: FaultKind, params: FaultParams, more: Partial<InjectOrder> = {}): Promise<Played> {
    const order = this.#send(fault, params, more);
    const word = (): Word | undefined => this.coordinator.words.get(order);
    await eventually(
      () => `an answer comes: ${this.#said}`,
      () => word() !== undefined,
      10_000,
    );
    const first = word();
    if (first?.kind === 'refused') throw new Error(`${first.code}: ${this.#lastRefusal()}`);
    const ended = async (): Promise<InjectionEnd> => {
      await eventually(
        () => `${fault} ends: ${this.#said}`,
        () => word()?.kind === 'ended',
        30_000,
      );
      const last = word();
      if (last?.kind !== 'ended') throw new Error('it has not ended');
      return last.end;
    };
    return {
      order,
      name: networkName(order),
      word,
      ended,
      revert: async () => {
        this.coordinator.say(this.node, { revert: { orderId: order } });
        return ended();
      },
    };
  }

  #send(fault: FaultKind, params: FaultParams, more: Partial<InjectOrder>): OrderId {
    const order = buildOrder(fault, {
      durationMs: 30_000,
      leaseMs: LEASE_MS,
      notAfterMs: LEASE_MS,
      pick: { kind: 'all' },
      ...more,
    });
    const id = orderId(order.run, order.slot, nodeId(this.node));
    this.coordinator.order(this.node, { ...order, id, params: { ...order.params, ...params } });
    return id;
  }

  #lastRefusal(): string {
    return (
      this.coordinator.heard.findLast(({ refused }) => refused !== null && refused !== undefined)?.refused?.message ??
      ''
    );
  }

  /** Everything of the victim that a fault could change, without what changes by itself. */
  state(): string {
    const shown = [
      this.run('v', 'ip', ['-j', 'address', 'show']),
      this.run('v', 'ip', ['-j', 'route', 'show', 'table', 'all']),
      this.run('v', 'ip', ['-j', '-6', 'route', 'show', 'table', 'all']),
      ...['qdisc', 'class', 'filter'].flatMap((what) =>
        ['a0', 'b0', 'up0', 'lo'].map((device) => this.run('v', 'tc', ['-j', what, 'show', 'dev', device])),
      ),
      this.run('v', 'nft', ['-j', 'list', 'ruleset']).replaceAll(/"(?:packets|bytes)": \d+/gu, ''),
    ];
    return [...shown, digestOfFolder('/etc')].join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    const agent = this.#agent;
    if (agent !== null && agent.exitCode === null && agent.signalCode === null) {
      const gone = once(agent, 'exit');
      agent.kill('SIGTERM');
      await gone;
    }
    for (const host of ['v', ...PEERS]) execFileSync('ip', ['netns', 'delete', this.namespace(host)]);
    await this.coordinator[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const BUNDLE = path.join(packageRoot(), 'dist', 'agent', 'bundle.js');

function ip(lines: readonly string[], options: readonly string[] = []): void {
  execFileSync('ip', [...options, '-batch', '-'], { input: lines.map((line) => `${line}\n`).join('') });
}

function childrenOf(pid: number): number[] {
  const said = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return said === '' ? [] : said.split(' ').map(Number);
}

let probe: Promise<string> | null = null;

function bundleProbe(): Promise<string> {
  probe ??= buildProbe();
  return probe;
}

async function buildProbe(): Promise<string> {
  const outfile = path.join(packageRoot(), 'dist', 'network', `network-probe-${process.pid}.mjs`);
  const entry = path.join(packageRoot(), 'test', 'support', 'network-probe.ts');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return outfile;
}

function digestOfFolder(folder: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).toSorted((a, b) =>
    nameOf(a) < nameOf(b) ? -1 : 1,
  )) {
    if (!entry.isFile()) continue;
    hash.update(nameOf(entry)).update(readFileSync(nameOf(entry)));
  }
  return hash.digest('hex');
}

function nameOf(entry: { readonly parentPath: string; readonly name: string }): string {
  return path.join(entry.parentPath, entry.name);
}
