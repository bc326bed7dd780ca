// How long a plan takes for 10,000 nodes and 1,000 slots. Goal: under 1 s.

import { compilePlan } from '../coordinator/core/compile.ts';
import { canonicalJson, sha256 } from '../shared/canonical.ts';
import type { Mode } from '../shared/domain/experiment.ts';
import { buildExperiment, buildNode, buildStep } from '../test/support/experiments.ts';
import { quantile } from './statistics.ts';

const NODES = 10_000;
const SLOTS = 1000;
const ROUNDS = 10;
const GOAL_MS = 1000;

const MODES: readonly (readonly [string, Mode])[] = [
  ['one node a slot', { kind: 'one' }],
  ['10 % of the nodes a slot', { kind: 'percent', percent: 10 }],
];

export function benchPlan(print: (line: string) => void): Promise<void> {
  const inventory = Array.from({ length: NODES }, (_, index) => buildNode(`node-${index}`));
  for (const [name, mode] of MODES) {
    const repeat = { kind: 'every', times: SLOTS, everyMs: 1000, jitterMs: 0 } as const;
    const experiment = buildExperiment({
      stages: [{ name: 'scale', together: false, steps: [buildStep({ mode, repeat })] }],
    });
    const compiled: number[] = [];
    const written: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const began = performance.now();
      const plan = compilePlan({
        names: new Map(),
        experiment,
        documentDigest: 'd',
        seed: `bench-${round}`,
        environment: 'staging',
        inventory,
      });
      const between = performance.now();
      sha256(canonicalJson(plan));
      compiled.push(between - began);
      written.push(performance.now() - between);
    }
    print(
      `${NODES} nodes x ${SLOTS} slots, ${name}: compile ${describe(compiled)}, canonical JSON and digest ${describe(written)} (goal: under ${GOAL_MS} ms)`,
    );
  }
  return Promise.resolve();
}

function describe(values: readonly number[]): string {
  return `p50 ${quantile(values, 0.5).toFixed(0)} ms, p99 ${quantile(values, 0.99).toFixed(0)} ms`;
}
