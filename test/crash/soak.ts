// Random crashes, drawn from a seed, on some nodes at once; what is left afterwards, and how long it took to go.

import { openStream } from '../../shared/draw.ts';
import { startScriptedCoordinator } from '../support/scripted-coordinator.ts';
import {
  bundlePrograms,
  CRASH_FAULTS,
  CRASH_SIGNALS,
  createCrashBed,
  formatCase,
  pointsOf,
  type CrashBed,
  type CrashCase,
  type LastingFault,
} from './bed.ts';

export interface SoakOptions {
  readonly cycles: number;
  readonly seed: string;
  /** How many nodes are crashed at once. */
  readonly lanes: number;
  readonly leaseMs: number;
  readonly onCycle?: (done: number) => void;
}

/** What was done to whom, as far as the time to clean depends on it. */
export const SOAK_CLASSES = [
  'SIGKILL of the agent',
  'SIGSTOP of the agent',
  'agent and keeper together, until the next start',
  'coordinator silent, until the lease is over',
] as const;
export type SoakClass = (typeof SOAK_CLASSES)[number];

export interface SoakResult {
  readonly leftovers: readonly string[];
  readonly cleanMs: Readonly<Record<SoakClass, readonly number[]>>;
}

type Drawn = CrashCase | { readonly silence: LastingFault };

const LASTING = CRASH_FAULTS.filter((fault): fault is LastingFault => fault !== 'process-kill');

/** Cycle by cycle: one more cycle changes none before it. */
export function drawCycle(seed: string, cycle: number): Drawn {
  const stream = openStream(`soak ${seed} ${cycle}`);
  const pick = <T>(from: readonly T[]): T => {
    const picked = from[Math.floor(stream.fraction() * from.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  };
  const whom = pick(['agent', 'agent', 'keeper', 'both', 'target', 'coordinator'] as const);
  if (whom === 'coordinator') return { silence: pick(LASTING) };
  const fault = pick(CRASH_FAULTS);
  return { fault, whom, signal: pick(CRASH_SIGNALS), point: pick(pointsOf(fault)) };
}

export async function soak({ cycles, seed, lanes, leaseMs, onCycle }: SoakOptions): Promise<SoakResult> {
  const programs = await bundlePrograms();
  const leftovers: string[] = [];
  const cleanMs: Record<SoakClass, number[]> = {
    'SIGKILL of the agent': [],
    'SIGSTOP of the agent': [],
    'agent and keeper together, until the next start': [],
    'coordinator silent, until the lease is over': [],
  };
  let next = 0;
  let done = 0;

  async function playLane(): Promise<void> {
    await using coordinator = await startScriptedCoordinator({ leaseMs });
    await using bed = createCrashBed({ coordinator, programs, leaseMs });
    while (next < cycles) {
      const cycle = next;
      next += 1;
      const drawn = drawCycle(seed, cycle);
      const outcome = await playCycle(bed, drawn);
      const name = 'silence' in drawn ? `${drawn.silence}, silent coordinator` : formatCase(drawn);
      leftovers.push(...outcome.leftovers.map((leftover) => `cycle ${cycle} (${name}): ${leftover}`));
      const kind = classOf(drawn);
      if (kind !== null && outcome.cleanMs !== null) cleanMs[kind].push(outcome.cleanMs);
      done += 1;
      onCycle?.(done);
    }
    leftovers.push(...(await bed.finish()));
  }

  await Promise.all(Array.from({ length: lanes }, () => playLane()));
  return { leftovers, cleanMs };
}

function playCycle(bed: CrashBed, drawn: Drawn): ReturnType<CrashBed['play']> {
  return 'silence' in drawn ? bed.playSilence(drawn.silence) : bed.play(drawn);
}

function classOf(drawn: Drawn): SoakClass | null {
  if ('silence' in drawn) return 'coordinator silent, until the lease is over';
  const { whom, signal } = drawn;
  if (whom === 'both' && signal !== 'SIGTERM') return 'agent and keeper together, until the next start';
  if (whom !== 'agent' || signal === 'SIGTERM') return null;
  return signal === 'SIGKILL' ? 'SIGKILL of the agent' : 'SIGSTOP of the agent';
}
