// Compile: experiment + seed + inventory -> plan. Equal inputs give equal bytes, whatever the order in which
// the inventory lists its nodes. docs/plan.md tells how to check a plan by hand.

import type { Experiment, FaultParams, Mode, Stage, Step } from '../../shared/domain/experiment.ts';
import { slotId, type NodeId, type SlotId } from '../../shared/domain/ids.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import type { Plan, PlanStage, PlanStep, Slot } from '../../shared/domain/plan.ts';
import { drawKey } from '../../shared/draw.ts';
import { injectionLengthMs } from '../../shared/faults/index.ts';
import { hasTooManyAddresses, resolvePeers, withAddresses, type Names, type Peers } from './peers.ts';
import { findProblems } from './plan-problems.ts';
import { chooseNodes, selectNodes, toCandidate, type Candidate } from './select-nodes.ts';
import { slotTimes } from './slot-times.ts';

export interface CompileInput {
  readonly experiment: Experiment;
  /** Digest of the document that the experiment was read from. */
  readonly documentDigest: string;
  readonly seed: string;
  /** The coordinator's own. */
  readonly environment: string;
  readonly inventory: readonly InventoryNode[];
  /** What the host names of the document resolve to just now (`namesIn`). */
  readonly names: Names;
}

export function compilePlan(input: CompileInput): Plan {
  const { experiment, documentDigest, seed, inventory, names } = input;
  const peers = resolvePeers(experiment, inventory, names);
  const isTooLarge = hasTooManyAddresses(experiment, peers);
  const { name, owner, environment, targets } = experiment;
  const candidates = new Map(
    Object.entries(targets).map(([target, { nodes }]) => [target, selectNodes(nodes, inventory).map(toCandidate)]),
  );
  // One that is too large is shown as it was written, and does not start.
  const paramsOf = (step: Step): FaultParams => (isTooLarge ? step.params : withAddresses(step, peers));
  const scope = { experiment, seed, candidates, paramsOf };
  const stages = experiment.stages.map((stage) => compileStage(scope, stage));
  return {
    apiVersion: 'roulette/v1',
    kind: 'Plan',
    experiment: { name, owner, environment, digest: documentDigest },
    seed,
    stages: stages.map(({ stage }) => stage),
    slots: stages.flatMap(({ slots }) => slots),
    standby: Object.fromEntries(stages.flatMap(({ standby }) => standby)),
    ...(peers.size === 0 ? {} : { peers: addressesByPeer(peers) }),
    problems: findProblems(experiment, { environment: input.environment, candidates, peers, isTooLarge }),
  };
}

interface Scope {
  readonly experiment: Experiment;
  readonly seed: string;
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  readonly paramsOf: (step: Step) => FaultParams;
}

interface CompiledStage {
  readonly stage: PlanStage;
  readonly slots: readonly Slot[];
  readonly standby: readonly (readonly [SlotId, readonly NodeId[]])[];
}

interface CompiledStep {
  readonly step: PlanStep;
  readonly slots: readonly Slot[];
  readonly standby: CompiledStage['standby'];
  /** From the stage's start to the end of the step's last injection. */
  readonly endMs: number;
}

function compileStage(scope: Scope, stage: Stage): CompiledStage {
  const steps: CompiledStep[] = [];
  for (const [index, step] of stage.steps.entries()) {
    const startMs = stage.together ? 0 : (steps.at(-1)?.endMs ?? 0);
    steps.push(compileStep(scope, { stage: stage.name, step: index + 1, startMs }, step));
  }
  return {
    stage: {
      name: stage.name,
      together: stage.together,
      lengthMs: Math.max(0, ...steps.map(({ endMs }) => endMs)),
      steps: steps.map(({ step }) => step),
    },
    // Steps come in order, and sorting is stable: equal offsets stay in order of step and repetition.
    slots: steps.flatMap(({ slots }) => slots).toSorted((a, b) => a.offsetMs - b.offsetMs),
    standby: steps.flatMap(({ standby }) => standby),
  };
}

function compileStep(scope: Scope, at: { stage: string; step: number; startMs: number }, step: Step): CompiledStep {
  const { experiment, seed, candidates } = scope;
  const params = scope.paramsOf(step);
  const { fault, durationMs, target, pick, mode } = step;
  const eligible = candidates.get(target) ?? [];
  const draw = { seed, stage: at.stage, step: at.step };
  const lengthMs = injectionLengthMs(fault, durationMs, params);
  const chosen = slotTimes(step.repeat, draw).map((time, index) => {
    const repetition = index + 1;
    const { nodes, standby } = chooseNodes(mode, eligible, { ...draw, repetition });
    const slot: Slot = {
      id: slotId(at.stage, at.step, repetition),
      stage: at.stage,
      step: at.step,
      repetition,
      offsetMs: at.startMs + time,
      fault,
      params,
      durationMs,
      ...(step.slackMs === null ? {} : { slackMs: step.slackMs }),
      target,
      processes: experiment.targets[target]?.processes ?? null,
      pick,
      nodes,
      drawKey: drawKey({ ...draw, repetition, purpose: 'processes' }),
    };
    return { slot, standby };
  });
  const slots = chosen.map(({ slot }) => slot);
  const counts = slots.map(({ nodes }) => nodes.length);
  return {
    step: {
      step: at.step,
      fault,
      target,
      matched: eligible.length,
      asked: describeMode(mode),
      nodesPerSlot: [Math.min(...counts), Math.max(...counts)],
    },
    slots,
    standby: chosen.flatMap(({ slot, standby }) => (standby.length === 0 ? [] : [[slot.id, standby] as const])),
    endMs: Math.max(...slots.map(({ offsetMs }) => offsetMs)) + lengthMs,
  };
}

function addressesByPeer(peers: Peers): Record<string, readonly string[]> {
  return Object.fromEntries([...peers].map(([written, { addresses }]) => [written, addresses]));
}

/** A mode as the document writes it. */
function describeMode(mode: Mode): string {
  switch (mode.kind) {
    case 'count':
      return String(mode.count);
    case 'percent':
      return `${mode.percent}%`;
    case 'upToPercent':
      return `up to ${mode.percent}%`;
    case 'groups':
      return `${describeMode(mode.nodes)} of the nodes in ${describeMode(mode.choose)} of the groups by ${mode.label}`;
    default:
      return mode.kind;
  }
}
