// Whatever filters and parameters there are: the kernel takes the rules, and nothing of them is left afterwards.

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkName } from '../../agent/core/network/names.ts';
import type { Owner } from '../../agent/core/network/traffic.ts';
import type { PlanInput, Step } from '../../agent/effects/contract.ts';
import { takeStep, undoOf } from '../../agent/effects/steps.ts';
import { undo } from '../../agent/effects/undo.ts';
import { IMPLEMENTATIONS } from '../../agent/faults/index.ts';
import { parseNetwork } from '../../shared/addresses.ts';
import { systemClock } from '../../shared/clock.ts';
import type { FaultParams } from '../../shared/domain/experiment.ts';
import { nodeId, orderId, runId, slotId } from '../../shared/domain/ids.ts';
import { troubleWithUse } from '../../shared/faults/cross-checks.ts';
import { faultSpec, type FaultKind } from '../../shared/faults/index.ts';
import type { ParamSpec } from '../../shared/faults/spec.ts';
import { createWire, networkLeftovers, type Wire } from '../crash/network.ts';

const NODE = 'property';
/** What this kernel can do; the lab has the others. */
const KINDS = ['net-loss', 'net-rate', 'net-partition', 'net-reset', 'net-dns'] as const satisfies readonly FaultKind[];

const isRoot = process.geteuid?.() === 0;
if (!isRoot) console.warn('skipped: rules of the kernel need root');

const peer = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map((parts) => parts.join('/')),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map((parts) => parts.join('/')),
);
const port = fc.integer({ min: 1, max: 65_535 });
const ports = fc.oneof(
  port.map(String),
  fc.tuple(port, port).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
);
const name = fc.domain().map((domain) =>
  domain
    .toLowerCase()
    .slice(0, 60)
    .replace(/[.-]+$/u, ''),
);

function valueOf({
  type,
  min = 0,
  max = 1_000_000,
  choices = [],
  required,
}: ParamSpec): fc.Arbitrary<FaultParams[string]> {
  switch (type) {
    case 'percent':
      return fc.double({ min, max, noNaN: true });
    case 'choice':
      return fc.constantFrom(...choices);
    case 'peers':
      return fc.array(peer, { maxLength: 5 });
    case 'ports':
      return fc.array(ports, { maxLength: 4 });
    case 'names':
      return fc.array(name, { minLength: required === true ? 1 : 0, maxLength: 3 });
    case 'addresses':
      return fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 2 });
    case 'interface':
      return fc.constant(null);
    default:
      return fc.integer({ min, max });
  }
}

const owners: fc.Arbitrary<readonly Owner[]> = fc.oneof(
  fc.constant([]),
  fc.nat({ max: 100_000 }).map((uid): readonly Owner[] => [{ kind: 'user', uid }]),
);

describe.skipIf(!isRoot)('rules of the kernel', () => {
  let wire: Wire;
  beforeAll(() => {
    wire = createWire();
  });
  afterAll(() => {
    wire.remove();
  });

  function stepsOf(
    kind: FaultKind,
    params: FaultParams,
    input: Pick<PlanInput, 'name'> & { owners: readonly Owner[] },
  ): readonly Step[] {
    const coordinator = ['10.0.0.9', 'fd00::9'].flatMap((text) => parseNetwork(text) ?? []);
    const everywhere = ['0.0.0.0/0', '::/0'].flatMap((text) => parseNetwork(text) ?? []);
    const steps = IMPLEMENTATIONS[kind].plan({
      // Where routes lead is tried elsewhere.
      params: 'interface' in params ? { ...params, interface: wire.device } : params,
      targets: [],
      durationMs: 60_000,
      drawKey: 'key',
      cpus: [0],
      name: input.name,
      network: {
        devices: [wire.device],
        routes: everywhere.map((destination) => ({ destination, device: wire.device, metric: 0 })),
        control: { coordinator: coordinator.map((address) => ({ address, port: 7401 })), ssh: [22, 2222] },
        owners: input.owners,
        udpPorts: [],
      },
      link: null,
    });
    if ('code' in steps) throw new Error(steps.message);
    // The answering child is tried elsewhere; its rules are tried here.
    return steps.filter((step) => step.kind === 'network');
  }

  it.each(KINDS)(
    'of %s are taken as they are planned, and deleted without a trace',
    async (kind) => {
      const { params: specs } = faultSpec(kind);
      const params = fc.record(Object.fromEntries(Object.entries(specs).map(([key, spec]) => [key, valueOf(spec)])));
      const sensible = params
        .map((found) => ('model' in found ? { ...found, model: 'random' } : found))
        .map((found) => (found['answer'] === 'delay' ? { ...found, answer: 'timeout' } : found))
        .filter((found) => troubleWithUse(kind, found, null) === null);
      let count = 0;

      await fc.assert(
        fc.asyncProperty(sensible, owners, async (found, whose) => {
          count += 1;
          const order = orderId(runId(`${kind}-${count}`), slotId('smoke', 1, 1), nodeId(NODE));
          const [step] = stepsOf(kind, found, { name: networkName(order), owners: whose });
          const record = step && undoOf(step);
          if (step === undefined || record === null || record === undefined)
            throw new Error('there is nothing to undo');

          expect(await undo(record, systemClock)).toBeNull();
          takeStep(step);
          expect(networkLeftovers(NODE)).not.toEqual([]);
          expect(await undo(record, systemClock)).toBeNull();
          expect(await undo(record, systemClock)).toBeNull();

          expect(networkLeftovers(NODE)).toEqual([]);
        }),
        { numRuns: 25 },
      );
      expect(execFileSync('tc', ['-j', 'qdisc', 'show', 'dev', wire.device], { encoding: 'utf8' })).toContain(
        'noqueue',
      );
    },
    60_000,
  );
});
