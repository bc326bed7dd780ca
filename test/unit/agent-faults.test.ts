import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../agent/core/admission.ts';
import { conflictOf, locksOf, type Lock } from '../../agent/core/conflicts.ts';
import type { PlanInput, Step } from '../../agent/effects/contract.ts';
import { undoOf } from '../../agent/effects/steps.ts';
import { IMPLEMENTATIONS } from '../../agent/faults/index.ts';
import type { ProcessRef } from '../../shared/domain/order.ts';
import { CAPABILITIES } from '../../shared/faults/capabilities.ts';
import { FAULT_KINDS, FAULTS, type FaultKind } from '../../shared/faults/index.ts';
import { buildIdentity, buildOrder } from '../support/orders.ts';

const targets = [buildIdentity({ pid: 11, startTicks: '1' }), buildIdentity({ pid: 12, startTicks: '2' })];

function buildInput(more: Partial<PlanInput> = {}): PlanInput {
  const nothing = { name: 'rlt00000000000', network: null, link: null };
  return { params: {}, targets: [], durationMs: null, drawKey: 'key', cpus: [0, 1, 2, 3], ...nothing, ...more };
}

function stepsOf(kind: FaultKind, input: PlanInput): readonly Step[] {
  const steps = IMPLEMENTATIONS[kind].plan(input);
  if ('code' in steps) throw new Error(steps.message);
  return steps;
}

describe('the steps of each fault', () => {
  it('process-kill sends its signal to each target, with nothing to undo', () => {
    const steps = stepsOf('process-kill', buildInput({ targets, params: { signal: 'TERM', watch: 1000 } }));

    expect(steps).toEqual(targets.map((process) => ({ kind: 'signal', process, signal: 'SIGTERM', undo: null })));
  });

  it('process-pause stops each target, and its undo lets the same process go on', () => {
    const steps = stepsOf('process-pause', buildInput({ targets, durationMs: 1000 }));

    expect(steps.map((step) => undoOf(step))).toEqual([
      { kind: 'signal', process: { pid: 11, startTicks: '1' }, signal: 'SIGCONT' },
      { kind: 'signal', process: { pid: 12, startTicks: '2' }, signal: 'SIGCONT' },
    ]);
  });

  it('cpu-load starts one child on the cores that the seed chooses', () => {
    const params = { load: 0.5, cores: 2, ramp: 100 };
    const plan = (drawKey: string): unknown => stepsOf('cpu-load', buildInput({ params, durationMs: 3000, drawKey }));

    expect(plan('key')).toEqual([
      {
        kind: 'spawn',
        program: 'cpu-burner',
        args: ['0.5', '2', '100', '4000'],
        cpus: [expect.any(Number), expect.any(Number)],
        udpPort: null,
      },
    ]);
    expect(plan('key')).toEqual(plan('key'));
    expect(
      new Set(Array.from({ length: 20 }, (_, index) => JSON.stringify(plan(`key ${index}`)))).size,
    ).toBeGreaterThan(1);
  });

  it('cpu-load takes all cores when the node has fewer than asked', () => {
    const [step] = stepsOf('cpu-load', buildInput({ params: { load: 0.5, cores: 64, ramp: 0 }, durationMs: 1 }));

    expect(step).toMatchObject({ cpus: [0, 1, 2, 3] });
  });

  it('names every signal of process-kill as the kernel does', () => {
    const names = FAULTS['process-kill'].params.signal.choices;

    const signals = names.map((signal) => stepsOf('process-kill', buildInput({ targets, params: { signal } })));

    expect(signals).toHaveLength(names.length);
  });
});

const LOSS = buildOrder('net-loss').params;
const DNS = buildOrder('net-dns').params;

describe('admission of an order', () => {
  const context = { term: 3, capabilities: Object.keys(CAPABILITIES), ageMs: 0 };
  const admit = (...order: Parameters<typeof buildOrder>): string | null =>
    refusalOf(buildOrder(order[0], { term: 3, ...order[1] }), context)?.code ?? null;

  it.each(FAULT_KINDS)('lets a good order for %s in', (kind) => {
    const processes = FAULTS[kind].processes === 'required' ? { name: 'x' } : null;

    expect(admit(kind, { processes, ...(kind === 'net-down' ? { durationMs: 60_000 } : {}) })).toBeNull();
  });

  it('refuses to take an interface down for longer than a minute', () => {
    const order = buildOrder('net-down', { term: 3, durationMs: 60_001 });

    expect(refusalOf(order, context)).toEqual({ code: 'ORDER_INVALID', message: 'net-down lasts at most 1m' });
  });

  it.each([
    ['an earlier term', 'process-kill', { term: 2 }, 'ORDER_STALE_TERM'],
    ['another spec', 'process-kill', { specHash: 'other' }, 'ORDER_UNKNOWN_FAULT'],
    ['no lease', 'process-kill', { leaseMs: 0 }, 'ORDER_INVALID'],
    ['a pause without end', 'process-pause', { durationMs: null }, 'ORDER_INVALID'],
    ['a kill with a duration', 'process-kill', { durationMs: 5 }, 'ORDER_INVALID'],
    ['a kill of everything', 'process-kill', { processes: {} }, 'ORDER_INVALID'],
    ['a kill of nothing', 'process-kill', { processes: null }, 'ORDER_INVALID'],
    ['a load on processes', 'cpu-load', { processes: { name: 'x' } }, 'ORDER_INVALID'],
    ['a load out of bounds', 'cpu-load', { params: { load: 2, cores: null, ramp: 0 } }, 'ORDER_INVALID'],
    ['a load of one and a half cores', 'cpu-load', { params: { load: 1, cores: 1.5, ramp: 0 } }, 'ORDER_INVALID'],
    ['a load of a number that is none', 'cpu-load', { params: { load: Number.NaN, ramp: 0 } }, 'ORDER_INVALID'],
    ['a pause for ever', 'process-pause', { durationMs: Number.POSITIVE_INFINITY }, 'ORDER_INVALID'],
    ['a lease that is no number', 'process-kill', { leaseMs: Number.NaN }, 'ORDER_INVALID'],
    ['a load of no number', 'cpu-load', { params: { load: 'all', cores: null, ramp: 0 } }, 'ORDER_INVALID'],
    ['an unknown signal', 'process-kill', { params: { signal: 'STOP', watch: 1000 } }, 'ORDER_INVALID'],
    ['a missing parameter', 'process-kill', { params: { signal: 'KILL' } }, 'ORDER_INVALID'],
    ['a peer that is no address', 'net-loss', { params: { ...LOSS, peers: ['db; drop'] } }, 'ORDER_INVALID'],
    ['an interface that is a rule', 'net-loss', { params: { ...LOSS, interface: '"; flush' } }, 'ORDER_INVALID'],
    ['ports of ICMP', 'net-loss', { params: { ...LOSS, protocol: 'icmp', ports: ['80'] } }, 'ORDER_INVALID'],
    ['no name to resolve', 'net-dns', { params: { ...DNS, names: [] } }, 'ORDER_INVALID'],
    ['a parameter too many', 'process-pause', { params: { x: 1 } }, 'ORDER_INVALID'],
  ] as const)('refuses %s', (_, kind, more, code) => {
    expect(admit(kind, more)).toBe(code);
  });

  it.each([
    ['just in time', { leaseMs: 5000, notAfterMs: 3000 }, 3000, null],
    ['after its not-after', { leaseMs: 5000, notAfterMs: 3000 }, 3001, 'ORDER_LATE'],
    ['after its lease, whatever its not-after', { leaseMs: 2000, notAfterMs: 3000 }, 2001, 'ORDER_LATE'],
    ['that names a beat that this agent did not send', {}, null, 'ORDER_LATE'],
  ] as const)('treats an order %s as it should', (_, more, ageMs, code) => {
    const order = buildOrder('cpu-load', { term: 3, ...more });

    expect(refusalOf(order, { ...context, ageMs })?.code ?? null).toBe(code);
  });

  it('refuses what the node cannot do, and names what is missing', () => {
    const refusal = refusalOf(buildOrder('cpu-load'), { term: 0, capabilities: [], ageMs: 0 });

    expect(refusal).toEqual({
      code: 'FAULT_UNSUPPORTED',
      message: 'this node cannot do cpu-load: it lacks taskset: the program taskset (util-linux)',
    });
  });
});

function buildRefs(pids: readonly number[]): ProcessRef[] {
  return pids.map((pid) => ({ pid, startTicks: '1' }));
}

function locks(fault: FaultKind, refs: readonly ProcessRef[]): Lock[] {
  return locksOf({ fault, params: {}, targets: refs, owners: [] });
}

describe('locks', () => {
  it('conflict exactly when the same process, or the CPU, is wanted twice', () => {
    const pids = fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1 });

    fc.assert(
      fc.property(pids, pids, (one, other) => {
        const conflict = conflictOf(locks('process-kill', buildRefs(one)), [locks('process-pause', buildRefs(other))]);

        expect(conflict !== null).toBe(one.some((pid) => other.includes(pid)));
      }),
    );
    expect(conflictOf(locks('cpu-load', []), [locks('cpu-load', [])])).toBe('the cpu');
    expect(conflictOf(locks('cpu-load', []), [locks('process-kill', targets)])).toBeNull();
  });

  it('do not take a PID with another start time for the same process', () => {
    const held = locks('process-kill', [{ pid: 5, startTicks: '1' }]);

    expect(conflictOf(locks('process-kill', [{ pid: 5, startTicks: '2' }]), [held])).toBeNull();
  });
});
