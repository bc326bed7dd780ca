// Builders of experiments and fleets as values.

import { parseExperiment } from '../../shared/schema/document.ts';
import type { Condition, Experiment, MonitorSpec, Step } from '../../shared/domain/experiment.ts';
import { nodeId } from '../../shared/domain/ids.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import { FAULT_KINDS, faultSpec } from '../../shared/faults/index.ts';
import { specHash } from '../../shared/faults/spec.ts';
import { parseCondition } from '../../shared/schema/condition.ts';

const FAULTS = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, specHash(faultSpec(kind))]));

export function buildNode(name: string, more: Partial<InventoryNode> = {}): InventoryNode {
  return {
    id: nodeId(name),
    environment: 'staging',
    labels: { role: 'web' },
    faults: FAULTS,
    addresses: [],
    capabilities: ['taskset'],
    ...more,
  };
}

/** `node-00`, `node-01`, …, in zones a, b and c in turn. */
export function buildFleet(size: number): InventoryNode[] {
  return Array.from({ length: size }, (_, index) =>
    buildNode(`node-${String(index).padStart(2, '0')}`, { labels: { role: 'web', zone: 'abc'[index % 3] ?? '' } }),
  );
}

export function buildStep(more: Partial<Step> = {}): Step {
  return {
    fault: 'process-kill',
    target: 'web',
    mode: { kind: 'one' },
    pick: { kind: 'one' },
    durationMs: null,
    params: { signal: 'KILL', watch: 10_000 },
    repeat: null,
    slackMs: null,
    ...more,
  };
}

export function buildMonitor(more: Partial<MonitorSpec> = {}): MonitorSpec {
  const monitor: MonitorSpec = {
    kind: 'processes',
    target: 'web',
    everyMs: 1000,
    timeoutMs: 5000,
    staleAfterMs: 3000,
    unit: '',
  };
  return { ...monitor, ...more } as MonitorSpec;
}

export function buildCondition(text: string): Condition {
  const parsed = parseCondition(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.condition;
}

export function buildExperiment(more: Partial<Experiment> = {}): Experiment {
  return {
    name: 'test',
    owner: 'tester',
    environment: 'staging',
    runbook: null,
    hypothesis: 'It holds.',
    seed: 'seed',
    targets: { web: { nodes: { role: ['web'] }, processes: { service: 'web' } } },
    monitors: { web: buildMonitor() },
    baselineMs: 0,
    steadyState: [buildCondition('web >= 1')],
    gates: [],
    abort: [],
    stages: [{ name: 'smoke', together: false, steps: [buildStep()] }],
    recoveryWithinMs: 10_000,
    window: [],
    approvals: 0,
    schedule: null,
    ...more,
  };
}

export function readExperiment(text: string): { experiment: Experiment; digest: string } {
  const parsed = parseExperiment(text, 'test.yaml');
  if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join('; '));
  return parsed;
}
