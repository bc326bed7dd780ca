// What the policy costs in a large fleet: 100,000 nodes under 50 rules. Goals: the verdict on a plan under 2 s, a
// decision at dispatch under 1 ms (median).

import { createLedger, type Ledger } from '../coordinator/core/blast-radius/ledger.ts';
import { compilePlan } from '../coordinator/core/compile.ts';
import { judgePlan } from '../coordinator/core/policy-verdict.ts';
import { nodeId, orderId, runId, slotId, type NodeId } from '../shared/domain/ids.ts';
import type { InventoryNode } from '../shared/domain/node.ts';
import type { Mode } from '../shared/domain/experiment.ts';
import type { PerGroup, Policy, RadiusRule } from '../shared/domain/policy.ts';
import { buildExperiment, buildNode, buildStep } from '../test/support/experiments.ts';
import { quantile } from './statistics.ts';

const NODES = 100_000;
const ROUNDS = 5;
const DECISIONS = 20_000;
/** Open reservations that each decision is made beside. */
const HELD = 5000;
const VERDICT_GOAL_MS = 2000;
const DECISION_GOAL_MS = 1;

const FLEET: PerGroup = { kind: 'fleet' };

function per(label: string): PerGroup {
  return { kind: 'label', label };
}

const all = { nodes: 'all', faults: null } as const;

/** Of every kind, over the fleet, and over labels with a few values, with a thousand, and with one for each node. */
const FORTY_NINE: readonly RadiusRule[] = [
  ...[FLEET, per('role'), per('zone'), per('rack'), per('tier')].flatMap((group, index): RadiusRule[] => [
    { ...all, kind: 'limit', name: `count-${index}`, per: group, most: { kind: 'count', count: NODES } },
    { ...all, kind: 'limit', name: `share-${index}`, per: group, most: { kind: 'share', share: 1 } },
    {
      ...all,
      kind: 'limit',
      name: `net-${index}`,
      per: group,
      faults: ['net-loss'],
      most: { kind: 'share', share: 0.5 },
    },
    { ...all, kind: 'floor', name: `floor-${index}`, per: group, healthy: { kind: 'share', share: 0 } },
    { ...all, kind: 'rate', name: `rate-${index}`, per: group, most: 10 * NODES, withinMs: 3_600_000 },
    {
      ...all,
      kind: 'limit',
      name: `some-${index}`,
      per: group,
      nodes: { tier: ['critical'] },
      most: { kind: 'share', share: 1 },
    },
    {
      ...all,
      kind: 'apart',
      name: `apart-${index}`,
      per: group,
      sides: { kind: 'groups', groups: [{ role: ['x'] }, { role: ['y'] }] },
    },
    { ...all, kind: 'exclude', name: `exclude-${index}`, per: FLEET, nodes: { role: ['database'] } },
    { ...all, kind: 'require', name: `require-${index}`, per: FLEET, labels: { env: ['staging'] } },
  ]),
  { ...all, kind: 'coolDown', name: 'node-rest', per: per('node'), lengthMs: 60_000 },
  { ...all, kind: 'coolDown', name: 'net-rest', per: per('node'), faults: ['net-loss'], lengthMs: 60_000 },
  { ...all, kind: 'rate', name: 'node-rate', per: per('node'), most: 20, withinMs: 3_600_000 },
  { ...all, kind: 'rate', name: 'service-rate', per: { kind: 'service' }, most: 10 * NODES, withinMs: 3_600_000 },
];

const POLICY: Policy = {
  digest: 'bench',
  rules: FORTY_NINE,
  expressions: [
    { name: 'size', when: null, expression: 'size(plan.slots) <= 10000 && fleet.connected > 10', message: 'too large' },
  ],
  approvals: [],
  windows: [],
  freezes: [],
  people: {},
  preparedForMs: 1,
  approvedForMs: 1,
};

const MODES: readonly (readonly [string, Mode, number])[] = [
  ['1,000 slots of one node', { kind: 'one' }, 1000],
  ['100 slots of 1,000 nodes', { kind: 'percent', percent: 1 }, 100],
  ['one slot of all nodes', { kind: 'all' }, 1],
];

export function benchPolicy(print: (line: string) => void): Promise<void> {
  const inventory = Array.from({ length: NODES }, (_, index) => buildMachine(index));
  const began = performance.now();
  const ledger = createLedger(POLICY.rules);
  for (const { id, labels } of inventory) ledger.setNode({ id, labels, connected: true });
  const rules = POLICY.rules.length + POLICY.expressions.length;
  print(
    `${NODES} nodes, ${rules} rules: counted in ${(performance.now() - began).toFixed(0)} ms, once for each policy`,
  );
  for (const mode of MODES) print(benchVerdict(inventory, ledger, mode));
  print(benchDispatch(inventory, ledger));
  return Promise.resolve();
}

function buildMachine(index: number): InventoryNode {
  const name = `node-${index}`;
  const labels = {
    node: name,
    role: `role-${index % 40}`,
    zone: `zone-${index % 5}`,
    rack: `rack-${index % 1000}`,
    tier: index % 10 === 0 ? 'critical' : 'normal',
    env: 'staging',
  };
  return buildNode(name, { labels });
}

function benchVerdict(
  inventory: readonly InventoryNode[],
  ledger: Ledger,
  [name, mode, times]: (typeof MODES)[number],
): string {
  const experiment = buildExperiment({
    targets: { web: { nodes: 'all', processes: { service: 'web' } } },
    stages: [
      {
        name: 'scale',
        together: false,
        steps: [buildStep({ mode, repeat: { kind: 'every', times, everyMs: 120_000, jitterMs: 0 } })],
      },
    ],
  });
  const given = { names: new Map(), documentDigest: 'd', seed: 's', environment: 'staging' };
  const plan = compilePlan({ ...given, experiment, inventory });
  const actor = { name: 'ana', roles: ['operator'] as const };
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    const { refusals } = judgePlan(experiment, plan, {
      policy: POLICY,
      membership: ledger.membership(),
      actor,
      now: 0,
    });
    took.push(performance.now() - began);
    if (refusals.length > 0) throw new Error(`the plan is meant to be allowed: ${refusals[0]?.message ?? ''}`);
  }
  const first = took[0] ?? 0;
  return `verdict on ${name}: p50 ${ms(quantile(took, 0.5))}, worst ${ms(quantile(took, 1))}, the first ${ms(first)} (goal: under ${VERDICT_GOAL_MS} ms)`;
}

function benchDispatch(inventory: readonly InventoryNode[], ledger: Ledger): string {
  const run = runId('run-bench');
  ledger.put(
    inventory.slice(0, HELD).map(({ id }, index) => ({
      order: orderId(run, slotId('s', 1, 1), id),
      node: id,
      fault: 'process-kill' as const,
      service: 'web',
      state: 'active' as const,
      reservedAt: index,
      until: null,
      releasedAt: null,
    })),
  );
  const times: number[] = [];
  for (let index = 0; index < DECISIONS; index += 1) {
    const node: NodeId = inventory[HELD + ((index * 7919) % (NODES - HELD))]?.id ?? nodeId('none');
    const began = performance.now();
    const refusal = ledger.room(HELD + index).take({ node, fault: 'process-kill', service: 'web', owner: run });
    times.push(performance.now() - began);
    if (refusal !== null) throw new Error(`the order is meant to be allowed: ${refusal.message}`);
  }
  return `decision at dispatch beside ${HELD} reservations: p50 ${ms(quantile(times, 0.5))}, p99 ${ms(quantile(times, 0.99))} (goal: median under ${DECISION_GOAL_MS} ms)`;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(3) : value.toFixed(0)} ms`;
}
