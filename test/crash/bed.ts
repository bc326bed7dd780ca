// A bed for crashes: one agent at a time with its keeper as real processes, two victims, a scripted coordinator. Each
// case lets one fault be applied and reverted, sends a signal at a named point, and then looks for what is left.

import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { stringify } from 'yaml';
import { unfinished } from '../../agent/core/journal-records.ts';
import { readJournal } from '../../agent/effects/journal-text.ts';
import { nodeId, orderId, type OrderId } from '../../shared/domain/ids.ts';
import type { InjectOrder } from '../../shared/domain/order.ts';
import type { FaultParams } from '../../shared/domain/experiment.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { buildOrder } from '../support/orders.ts';
import type { ScriptedCoordinator } from '../support/scripted-coordinator.ts';
import { eventually, stateOf } from '../support/victims.ts';
import { createWire, networkLeftovers } from './network.ts';
import { formatPoint, type Instruction, type Point } from './points.ts';

export const CRASH_SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGSTOP'] as const;
export type Whom = 'agent' | 'keeper' | 'both' | 'target';

export interface CrashCase {
  readonly fault: CrashFault;
  readonly whom: Whom;
  readonly signal: (typeof CRASH_SIGNALS)[number];
  readonly point: Point;
  /** Where the keeper is killed too, while it takes back what the agent left. */
  readonly keeperAt?: Point;
}

/**
 * One of each way to act on a node: the faults on packets all take the same step, and differ in its rules and queues
 * alone.
 */
export const CRASH_FAULTS = [
  'process-kill',
  'process-pause',
  'cpu-load',
  'net-loss',
  'net-rate',
  'net-dns',
  'net-down',
] as const satisfies readonly FaultKind[];
export type CrashFault = (typeof CRASH_FAULTS)[number];

/** Faults that have a duration. */
export type LastingFault = Exclude<CrashFault, 'process-kill'>;

export interface CrashOutcome {
  /** From the end of the agent until the node was as before; null when the agent lived on. */
  readonly cleanMs: number | null;
  /** What was not as before, one sentence each. */
  readonly leftovers: readonly string[];
}

export interface CrashBed {
  readonly play: (crash: CrashCase) => Promise<CrashOutcome>;
  /** The coordinator says nothing any more while a fault is active. The outcome counts from its last word. */
  readonly playSilence: (fault: LastingFault) => Promise<CrashOutcome>;
  /** Starts the agent once more, waits until every order is told, and looks for what is left in its folder. */
  readonly finish: () => Promise<readonly string[]>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Long enough for the last undo to be given up and for the keeper to notice. */
const LONGEST_WAIT_MS = 15_000;
const ACTIVE_MS = 250;

/** How many steps each fault takes on two victims. */
const STEPS: Record<CrashFault, number> = {
  'process-kill': 2,
  'process-pause': 2,
  'cpu-load': 1,
  'net-loss': 1,
  'net-rate': 1,
  'net-dns': 2,
  'net-down': 1,
};

/** Every boundary of applying and reverting a fault, in the order in which it is passed. */
export function pointsOf(fault: CrashFault): Point[] {
  const steps = Array.from({ length: STEPS[fault] }, (_, step) => step);
  const passed: Omit<Point, 'when'>[] = [
    { record: 'intent', step: null },
    ...steps.map((step) => ({ record: 'applied' as const, step })),
    ...steps.toReversed().map((step) => ({ record: 'reverted' as const, step })),
    { record: 'ended', step: null },
  ];
  return passed.flatMap((point) => [
    { ...point, when: 'before' as const },
    { ...point, when: 'after' as const },
  ]);
}

export function formatCase({ fault, whom, signal, point, keeperAt }: CrashCase): string {
  const too = keeperAt === undefined ? '' : `, and of the keeper ${formatPoint(keeperAt)}`;
  return `${fault}, ${signal} of ${whom} ${formatPoint(point)}${too}`;
}

/** The programs under test as one file each, which start faster. */
export async function bundlePrograms(): Promise<{ readonly agent: string; readonly keeper: string }> {
  const root = packageRoot();
  const folder = path.join(root, 'dist', 'crash');
  mkdirSync(folder, { recursive: true });
  const bundle = async (name: string): Promise<string> => {
    const file = path.join(folder, `${name}.mjs`);
    const fresh = path.join(folder, `${name}-${randomUUID()}.mjs`);
    await build({
      entryPoints: [path.join(root, 'test', 'crash', `${name}.ts`)],
      outfile: fresh,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'error',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    renameSync(fresh, file);
    return file;
  };
  const [agent, keeper] = await Promise.all([bundle('agent'), bundle('keeper')]);
  return { agent, keeper };
}

export interface BedOptions {
  readonly coordinator: ScriptedCoordinator;
  /** Of each order; on a busy machine a short one makes orders late. */
  readonly leaseMs: number;
  readonly programs: { readonly agent: string; readonly keeper: string };
}

export function createCrashBed(options: BedOptions): CrashBed {
  return new Bed(options);
}

interface RunningAgent {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown>;
  /** How often it was at the point of an instruction. */
  readonly reached: () => number;
  readonly said: () => string;
}

let beds = 0;

class Bed implements CrashBed {
  readonly #options: BedOptions;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'roulette-crash-'));
  readonly #node: string;
  readonly #mark: string;
  /** No other bed's children have it in their arguments: the duration and a second to spare. */
  readonly #burnerMs: number;
  readonly #wire = createWire();
  readonly #before = this.#wire.state();
  #agent: RunningAgent | null = null;
  #victims: ChildProcess[] = [];
  #orders: OrderId[] = [];
  #count = 0;

  constructor(options: BedOptions) {
    beds += 1;
    this.#options = options;
    this.#node = `node-${process.pid}-${beds}`;
    this.#mark = `victim-${randomUUID()}`;
    this.#burnerMs = ACTIVE_MS + beds;
  }

  async play(crash: CrashCase): Promise<CrashOutcome> {
    await this.#renewVictims();
    const agent = await this.#startAgent();
    const before = agent.reached();
    this.#instruct(crash);
    const order = this.#buildOrder(crash.fault);
    this.#orders.push(order.id);
    this.#options.coordinator.order(this.#node, order);
    await within(
      () => `${formatCase(crash)} is reached: ${agent.said()}`,
      () => agent.reached() > before,
    );
    const cleanMs = await this.#untilOver(crash, order.id, { agent, reached: before });
    await within('nothing is left', () => this.#leftovers(crash).length === 0).catch(() => undefined);
    return { cleanMs, leftovers: this.#leftovers(crash) };
  }

  async playSilence(fault: LastingFault): Promise<CrashOutcome> {
    const { coordinator } = this.#options;
    await this.#renewVictims();
    const agent = await this.#startAgent();
    const order = { ...this.#buildOrder(fault), durationMs: this.#burnerMs + 50_000 };
    this.#orders.push(order.id);
    coordinator.order(this.#node, order);
    await within(
      () => `the fault is active: ${agent.said()}`,
      () => !this.#isClean(),
    );
    coordinator.speak(false);
    const silent = performance.now();
    await within('the node is clean', () => this.#isClean());
    const cleanMs = performance.now() - silent;
    coordinator.speak(true);
    await this.#endAgent('SIGTERM');
    return { cleanMs, leftovers: this.#leftovers({ fault, whom: 'agent', signal: 'SIGTERM' }) };
  }

  async finish(): Promise<readonly string[]> {
    await this.#startAgent();
    const { words } = this.#options.coordinator;
    const untold = (): OrderId[] => this.#orders.filter((order) => !isLast(words.get(order)));
    await within('every order is told', () => untold().length === 0).catch(() => undefined);
    await this.#endAgent('SIGTERM');
    const journal = readJournal(readFileSync(this.#file('journal.jsonl'), 'utf8'));
    const open = unfinished(journal.records).map(({ order }) => `the journal has ${order} as unfinished`);
    const notes = existsSync(this.#file('keeper.jsonl')) ? ["the keeper's notes are still there"] : [];
    return [...untold().map((order) => `${order} was never told`), ...journal.damage, ...open, ...notes];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A keeper that a case has stopped would stay so.
    const agent = this.#livingAgent();
    const keepers = agent === null ? [] : keepersOf(agent);
    await this.#endAgent('SIGKILL');
    for (const keeper of keepers) if (stateOf(keeper) === 'T') process.kill(keeper, 'SIGKILL');
    for (const victim of this.#victims) victim.kill('SIGKILL');
    this.#wire.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Until the agent is gone or the order has ended; whoever was stopped for good is ended as an operator would. */
  async #untilOver(
    crash: CrashCase,
    order: OrderId,
    { agent, reached }: { readonly agent: RunningAgent; readonly reached: number },
  ): Promise<number | null> {
    const { whom, signal, keeperAt } = crash;
    const { words } = this.#options.coordinator;
    if (whom === 'both' && signal === 'SIGSTOP') await this.#endBoth(agent);
    if (whom === 'keeper' || whom === 'target') {
      await within(`${order} is told`, () => isLast(words.get(order)));
      return null;
    }
    await agent.ended;
    this.#agent = null;
    const gone = performance.now();
    // Without a keeper it is the next agent that cleans up.
    if (keeperAt !== undefined) await within('the keeper is at its point', () => agent.reached() === reached + 2);
    if (whom === 'both' || keeperAt !== undefined) await this.#startAgent();
    await within('the node is clean', () => this.#isClean());
    return performance.now() - gone;
  }

  async #endBoth(agent: RunningAgent): Promise<void> {
    for (const keeper of keepersOf(agent)) process.kill(keeper, 'SIGKILL');
    agent.process.kill('SIGKILL');
    await agent.ended;
  }

  #instruct({ whom, signal, point, keeperAt }: CrashCase): void {
    this.#count += 1;
    const victims = this.#victims.flatMap(({ pid }) => pid ?? []);
    const to = { agent: ['self'], keeper: ['keeper'], both: ['keeper', 'self'], target: victims } as const;
    const instructions: Instruction[] = [
      { id: this.#count, at: point, by: 'agent', signal, to: to[whom] },
      ...(keeperAt === undefined
        ? []
        : [{ id: this.#count, at: keeperAt, by: 'keeper' as const, signal: 'SIGKILL' as const, to: [] }]),
    ];
    const file = this.#file('instruction');
    writeFileSync(`${file}.new`, JSON.stringify(instructions));
    renameSync(`${file}.new`, file);
  }

  #buildOrder(fault: CrashFault): InjectOrder {
    const { leaseMs } = this.#options;
    const order = buildOrder(fault, { leaseMs, notAfterMs: leaseMs, pick: { kind: 'all' } });
    const id = orderId(order.run, order.slot, nodeId(this.#node));
    const network = this.#networkParams(fault);
    if (network !== null) return { ...order, id, durationMs: this.#burnerMs, params: { ...order.params, ...network } };
    if (fault === 'cpu-load') {
      return { ...order, id, durationMs: this.#burnerMs, params: { load: 0.01, cores: 1, ramp: 0 } };
    }
    const processes = { cmdline: this.#mark };
    if (fault === 'process-pause') return { ...order, id, processes, durationMs: ACTIVE_MS };
    return { ...order, id, processes, params: { signal: 'KILL', watch: 100 } };
  }

  /** Null for faults that leave the network alone. */
  #networkParams(fault: CrashFault): FaultParams | null {
    const { device } = this.#wire;
    switch (fault) {
      case 'net-loss':
        return { interface: device, loss: 0.5, direction: 'both' };
      case 'net-rate':
        return { interface: device, rate: 1_000_000 };
      case 'net-dns':
        return { names: [`${this.#mark}.example`], answer: 'nxdomain' };
      case 'net-down':
        return { interface: device };
      default:
        return null;
    }
  }

  async #startAgent(): Promise<RunningAgent> {
    const agent = this.#livingAgent() ?? (await this.#startAnotherAgent());
    // The case before may have cost it its keeper.
    await within('a keeper is there', () => keepersOf(agent).some((pid) => stateOf(pid) !== 'T'));
    return agent;
  }

  #livingAgent(): RunningAgent | null {
    const agent = this.#agent;
    return agent?.process.exitCode === null && agent.process.signalCode === null ? agent : null;
  }

  async #startAnotherAgent(): Promise<RunningAgent> {
    const { coordinator, programs } = this.#options;
    await within('the node has left', () => !coordinator.isConnected(this.#node));
    // What it takes back at its start is no point of the case before.
    rmSync(this.#file('instruction'), { force: true });
    const guard = this.#file('guard.yaml');
    writeFileSync(guard, 'environment: staging\n');
    const config = this.#file('agent.yaml');
    const settings = { node: this.#node, environment: 'staging', coordinator: coordinator.address, guard };
    writeFileSync(config, stringify({ ...settings, stateDir: this.#folder }));
    const child = spawn(process.execPath, [programs.agent, config, this.#file('instruction'), programs.keeper], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    const agent: RunningAgent = {
      process: child,
      ended: once(child, 'exit'),
      reached: () => said.split('"at the point"').length - 1,
      said: () => said.slice(-2000),
    };
    this.#agent = agent;
    await within(
      () => `the agent is connected: ${said}`,
      () => coordinator.isConnected(this.#node),
    );
    return agent;
  }

  async #endAgent(signal: NodeJS.Signals): Promise<void> {
    const agent = this.#agent;
    this.#agent = null;
    agent?.process.kill(signal);
    await agent?.ended;
  }

  /** Two that live and run: those that an earlier case has ended are replaced. */
  async #renewVictims(): Promise<void> {
    for (const victim of this.#victims) victim.kill('SIGCONT');
    this.#victims = this.#victims.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    while (this.#victims.length < 2) {
      const victim = spawn('sleep', ['1000'], { argv0: this.#mark, stdio: 'ignore' });
      await once(victim, 'spawn');
      this.#victims.push(victim);
    }
  }

  #leftovers({ fault, whom, signal }: Omit<CrashCase, 'point'>): string[] {
    const mayBeGone = fault === 'process-kill' || (whom === 'target' && signal !== 'SIGSTOP');
    // What the case itself has stopped, from outside, is not Roulette's to wake.
    const mayBeStopped = whom === 'target' && signal === 'SIGSTOP';
    const troubles = this.#victims.flatMap(({ pid = 0 }) => {
      const state = stateOf(pid);
      if (state === null || state === 'Z') return mayBeGone ? [] : [`victim ${pid} is gone`];
      return state === 'T' && !mayBeStopped ? [`victim ${pid} is still stopped`] : [];
    });
    const network = networkLeftovers(this.#node).map((name) => `${name} is still in the kernel`);
    const state = this.#wire.state() === this.#before ? [] : [`${this.#wire.device} is not as it was`];
    return [...troubles, ...this.#children().map((pid) => `child ${pid} still runs`), ...network, ...state];
  }

  #isClean(): boolean {
    const stopped = this.#victims.some(({ pid = 0 }) => stateOf(pid) === 'T');
    return !stopped && this.#children().length === 0 && networkLeftovers(this.#node).length === 0 && this.#wire.isUp();
  }

  #children(): number[] {
    return [this.#burnerMs, this.#burnerMs + 50_000].flatMap((ms) => agentChildrenOf(ms));
  }

  #file(name: string): string {
    return path.join(this.#folder, name);
  }
}

function isLast(word: ReturnType<ScriptedCoordinator['words']['get']>): boolean {
  return word?.kind === 'refused' || word?.kind === 'unknown' || (word?.kind === 'ended' && word.end.reverted);
}

async function within(what: string | (() => string), check: () => boolean): Promise<void> {
  await eventually(what, check, LONGEST_WAIT_MS);
}

function nameOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return null;
  }
}

function keepersOf(agent: RunningAgent): number[] {
  return childrenOf(agent.process.pid ?? 0).filter((pid) => nameOf(pid)?.startsWith('roulette-keep'));
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '))
    .map(Number)
    .filter((child) => child > 0);
}

/** Children of agents for an injection of that many milliseconds, and the second that they get to spare. */
export function agentChildrenOf(durationMs: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .filter((pid) => {
      const argv = readArgv(pid);
      return (
        argv.some((word) => /(?:burner|responder)\/main\.js$/u.test(word)) && argv.includes(String(durationMs + 1000))
      );
    });
}

function readArgv(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}
