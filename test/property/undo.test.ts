import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Undo } from '../../agent/core/journal-records.ts';
import type { PlanInput, Step } from '../../agent/effects/contract.ts';
import { undoOf } from '../../agent/effects/steps.ts';
import { IMPLEMENTATIONS } from '../../agent/faults/index.ts';
import type { ProcessIdentity } from '../../shared/domain/order.ts';
import { FAULTS, faultSpec, type FaultKind } from '../../shared/faults/index.ts';
import { buildIdentity } from '../support/orders.ts';

const targets = fc
  .uniqueArray(fc.record({ pid: fc.integer({ min: 2, max: 50 }), startTicks: fc.nat().map(String) }), {
    selector: ({ pid }) => pid,
    minLength: 1,
  })
  .map((refs) => refs.map((ref) => buildIdentity(ref)));

const LOOKED_AT = ['process-kill', 'process-pause', 'cpu-load'] as const satisfies readonly FaultKind[];
type LookedAt = (typeof LOOKED_AT)[number];

function stepsOf(kind: FaultKind, input: PlanInput): readonly Step[] {
  const steps = IMPLEMENTATIONS[kind].plan(input);
  if ('code' in steps) throw new Error(steps.message);
  return steps;
}

const params: Record<LookedAt, fc.Arbitrary<PlanInput['params']>> = {
  'process-kill': fc.record({
    signal: fc.constantFrom(...FAULTS['process-kill'].params.signal.choices),
    watch: fc.integer({ min: 100, max: 600_000 }),
  }),
  'process-pause': fc.constant({}),
  'cpu-load': fc.record({
    load: fc.double({ min: 0.01, max: 1, noNaN: true }),
    cores: fc.option(fc.integer({ min: 1, max: 4096 })),
    ramp: fc.integer({ min: 0, max: 60_000 }),
  }),
};

function inputsOf(kind: LookedAt): fc.Arbitrary<PlanInput> {
  const { duration, processes } = faultSpec(kind);
  return fc.record({
    params: params[kind],
    targets: processes === 'required' ? targets : fc.constant([]),
    durationMs: duration === 'required' ? fc.integer({ min: 1, max: 600_000 }) : fc.constant(null),
    drawKey: fc.string(),
    name: fc.constant('rlt00000000000'),
    network: fc.constant(null),
    link: fc.constant(null),
    cpus: fc.uniqueArray(fc.nat({ max: 127 }), { minLength: 1 }).map((cpus) => cpus.toSorted((a, b) => a - b)),
  });
}

/** What the steps and undos make of a host: the state of each process, and the children of the agent. */
class Host {
  readonly states = new Map<string, 'runs' | 'stopped' | 'ended'>();
  readonly children = new Set<number>();

  constructor(processes: readonly ProcessIdentity[]) {
    for (const process of processes) this.states.set(keyOf(process), 'runs');
  }

  /** Gives the undo as the journal has it once the step was applied. */
  take(step: Step, index: number): Undo | null {
    if (step.kind === 'signal') {
      this.#signal(keyOf(step.process), step.signal);
      return undoOf(step);
    }
    this.children.add(index);
    return { kind: 'end-child', process: { pid: index, startTicks: 'child' } };
  }

  undo(undo: Undo | null): void {
    if (undo?.kind === 'signal') this.#signal(keyOf(undo.process), undo.signal);
    if (undo?.kind === 'end-child') this.children.delete(undo.process.pid);
  }

  #signal(key: string, signal: NodeJS.Signals): void {
    if (this.states.get(key) === 'ended') return;
    this.states.set(key, signal === 'SIGSTOP' ? 'stopped' : signal === 'SIGCONT' ? 'runs' : 'ended');
  }
}

function keyOf({ pid, startTicks }: Pick<ProcessIdentity, 'pid' | 'startTicks'>): string {
  return `${pid} ${startTicks}`;
}

describe.each(LOOKED_AT)('the steps of %s', (kind) => {
  it('are the same for the same input, and touch each target once', () => {
    fc.assert(
      fc.property(inputsOf(kind), (input) => {
        const steps = stepsOf(kind, input);

        expect(stepsOf(kind, input)).toEqual(steps);
        const touched = steps.flatMap((step) => (step.kind === 'signal' ? [keyOf(step.process)] : []));
        expect(touched.toSorted()).toEqual(input.targets.map((target) => keyOf(target)).toSorted());
      }),
    );
  });

  it('are undone from wherever they stopped, and undoing twice changes nothing more', () => {
    fc.assert(
      fc.property(inputsOf(kind), fc.nat({ max: 50 }), (input, count) => {
        const host = new Host(input.targets);
        const steps = stepsOf(kind, input).slice(0, count);

        const undos = steps.map((step, index) => host.take(step, index));
        for (const undo of undos.toReversed()) host.undo(undo);
        const once = new Map(host.states);
        for (const undo of undos) host.undo(undo);

        expect(host.states).toEqual(once);
        expect([...host.states.values()]).not.toContain('stopped');
        expect(host.children).toEqual(new Set());
        // Only a kill leaves anything, and only in what it reached.
        const ended = [...host.states.values()].filter((state) => state === 'ended').length;
        expect(ended).toBe(kind === 'process-kill' ? Math.min(count, input.targets.length) : 0);
      }),
    );
  });

  it('stay on CPUs that are there', () => {
    fc.assert(
      fc.property(inputsOf(kind), (input) => {
        const used = stepsOf(kind, input).flatMap((step) => (step.kind === 'spawn' ? (step.cpus ?? []) : []));

        expect(new Set(used).size).toBe(used.length);
        expect(used.filter((cpu) => !input.cpus.includes(cpu))).toEqual([]);
      }),
    );
  });
});
