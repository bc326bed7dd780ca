// Every random choice of a run, from one seed.
//
// Each draw has a stream of its own, keyed by (seed, stage, step, repetition, purpose): adding a stage, a
// step or a repetition moves no other draw. Choices among nodes and processes are made by rank: every
// candidate gets a score from (draw key, its own id) alone, so that adding or losing a candidate leaves the
// order of all others as it was. This is rendezvous (highest random weight) hashing:
// Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998.

import seedrandom from 'seedrandom';
import { canonicalJson, sha256 } from './canonical.ts';

export interface DrawScope {
  readonly seed: string;
  readonly stage: string;
  /** From 1. */
  readonly step: number;
  /** From 1; 0 for what is drawn once for all repetitions. */
  readonly repetition: number;
  /** What the draw decides, for example `nodes` or `times`. */
  readonly purpose: string;
}

/** The one spelling of a draw key; it goes over the wire as it is. */
export function drawKey(scope: DrawScope): string {
  return canonicalJson([scope.seed, scope.stage, scope.step, scope.repetition, scope.purpose]);
}

export interface Stream {
  /** Uniform in [0, 1). */
  readonly fraction: () => number;
  /** Uniform whole number from `least` to `most`, both included. */
  readonly integer: (least: number, most: number) => number;
}

export function openStream(key: string): Stream {
  const generator = seedrandom(key);
  return {
    fraction: () => generator(),
    integer: (least, most) => least + Math.floor(generator() * (most - least + 1)),
  };
}

/** 64 bits of a candidate's id as two 32-bit halves; computed once per candidate, not once per draw. */
export interface Fingerprint {
  readonly high: number;
  readonly low: number;
}

export function fingerprint(id: string): Fingerprint {
  const hex = sha256(id);
  // As 32-bit integers, which is what the scores work on.
  return { high: Number.parseInt(hex.slice(0, 8), 16) | 0, low: Number.parseInt(hex.slice(8, 16), 16) | 0 };
}

/** How many different scores there are. */
export const SCORES = 2 ** 53;

/** A score in [0, SCORES), uniform, for each candidate under one draw key; the highest wins. */
export function createScorer(key: string): (candidate: Fingerprint) => number {
  const generator = seedrandom(key);
  const saltHigh = generator.int32();
  const saltLow = generator.int32();
  return ({ high, low }) => {
    const first = mix(low ^ saltLow);
    const second = mix(high ^ saltHigh ^ first);
    return (second >>> 0) * 0x20_0000 + (mix(first ^ second) >>> 11);
  };
}

/** The 32-bit finaliser of MurmurHash3 (Appleby, public domain): every input bit reaches every output bit. */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}

/** All candidates, best first. Equal ids keep the order in which they came. */
export function rankBy<T>(key: string, candidates: readonly T[], idOf: (candidate: T) => string): T[] {
  const score = createScorer(key);
  return candidates
    .map((candidate) => ({ candidate, id: idOf(candidate), score: score(fingerprint(idOf(candidate))) }))
    .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : Number(a.id > b.id)))
    .map(({ candidate }) => candidate);
}
