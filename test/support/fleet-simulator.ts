// A world in virtual time: a fleet of nodes, a coordinator that plays several runs over one ledger, and whatever may go
// wrong between them. The referee throws as soon as something is true that no rule allows.

import type { RunContext, RunInput } from '../../coordinator/core/run-state.ts';
import { openStream } from '../../shared/draw.ts';
import { nodeId, runId, slotId, type NodeId, type RunId } from '../../shared/domain/ids.ts';
import type { Slot } from '../../shared/domain/plan.ts';
import type { RadiusRule } from '../../shared/domain/policy.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import { buildCondition, buildExperiment, buildMonitor } from './experiments.ts';
import { Breach, createReferee } from './radius-referee.ts';
import {
  createCoordinator,
  GRACE_MS,
  LEASE_MS,
  type Parts,
  type SimulatedCoordinator,
} from './simulated-coordinator.ts';
import { createNode, type SimulatedNode } from './simulated-node.ts';
import { createStore } from './simulated-store.ts';
import { createTimeline } from './timeline.ts';

export interface SlotSpec {
  readonly offsetMs: number;
  readonly fault: FaultKind;
  readonly lengthMs: number;
  readonly service: string | null;
  /** Numbers of nodes: those that are hit, and those that may stand in. */
  readonly nodes: readonly number[];
  readonly standby: readonly number[];
  readonly slackMs: number;
}

export interface RunSpec {
  readonly startAt: number;
  readonly stages: readonly (readonly SlotSpec[])[];
  readonly aborts: boolean;
}

export type Labels = Readonly<Record<string, string>>;

export type Happening = { readonly at: number } & (
  | { readonly kind: 'break' | 'stall'; readonly node: number; readonly forMs: number }
  | { readonly kind: 'crash'; readonly node: number; readonly forMs: number; readonly kept: boolean }
  | { readonly kind: 'undos-fail'; readonly node: number; readonly forMs: number }
  | { readonly kind: 'relabel'; readonly node: number; readonly labels: Labels }
  | { readonly kind: 'restart'; readonly forMs: number }
  | { readonly kind: 'rules'; readonly rules: readonly RadiusRule[] }
  | { readonly kind: 'halt' | 'close'; readonly run: number }
);

export interface Scenario {
  readonly seed: number;
  readonly fleet: readonly Labels[];
  readonly rules: readonly RadiusRule[];
  readonly runs: readonly RunSpec[];
  readonly happenings: readonly Happening[];
}

/** How it came out, when nothing was breached. */
export interface Outcome {
  readonly grants: number;
}

const RECOVERY_MS = 3000;

/** After the last happening everything heals; by then nothing may be held any more. */
const HEALED_MS = 60_000;

const STEADY = buildExperiment({
  monitors: { ok: buildMonitor({ staleAfterMs: 2000 }) },
  steadyState: [buildCondition('ok >= 1')],
  recoveryWithinMs: RECOVERY_MS,
});

const ABORTING = { ...STEADY, abort: [buildCondition('ok < 1 for 2s')] };

/** Plays the scenario to its end. Throws a Breach. */
export function simulate(scenario: Scenario, parts: Parts): Outcome {
  const timeline = createTimeline();
  const stream = openStream(`world ${scenario.seed}`);
  const store = createStore(scenario.rules);
  const { rules } = scenario;
  const referee = createReferee({
    timeline,
    store,
    rules,
    leaseMs: LEASE_MS,
    graceMs: GRACE_MS,
    recoveryMs: RECOVERY_MS,
  });
  const badUntil = new Map<RunId, number>();
  const world = { timeline, stream, store, referee, parts, measure };
  let coordinator: SimulatedCoordinator | null = null;

  function measure(run: RunId): number | null {
    if ((badUntil.get(run) ?? 0) > timeline.now()) return 0;
    return stream.fraction() < 0.02 ? null : 1;
  }

  function spoil(run: RunId): void {
    if (stream.fraction() < 0.5) badUntil.set(run, timeline.now() + stream.integer(200, 4000));
  }

  const nodes: SimulatedNode[] = scenario.fleet.map((labels, index) => {
    const id = nameOf(index);
    return createNode(
      id,
      { ...labels, node: id },
      {
        timeline,
        stream,
        coordinator: (message, link) => coordinator?.take(message, link),
        hungUp: (link) => timeline.after(stream.integer(0, 800), () => coordinator?.drop(link)),
        isReachable: () => coordinator !== null,
        began: (node, order) => {
          spoil(runId(order.slice(0, order.indexOf('/'))));
          referee.began(node, order);
        },
        ended: referee.ended,
        orphaned: referee.orphaned,
      },
    );
  });

  function startRun(context: RunContext): void {
    if (coordinator === null) timeline.after(700, () => startRun(context));
    else coordinator.start(context);
  }

  function restart(forMs: number): void {
    if (coordinator === null) return;
    for (const node of nodes) node.breakLink(0);
    coordinator.stop();
    coordinator = null;
    timeline.after(forMs, () => {
      coordinator = createCoordinator(world);
    });
  }

  function happen(what: Happening): void {
    switch (what.kind) {
      case 'break':
        nodes[what.node]?.breakLink(what.forMs);
        return;
      case 'stall':
        nodes[what.node]?.stallLink(what.forMs);
        return;
      case 'crash':
        nodes[what.node]?.crash(what.forMs, what.kept);
        return;
      case 'undos-fail':
        nodes[what.node]?.failUndos(what.at + what.forMs);
        return;
      case 'relabel':
        nodes[what.node]?.relabel({ ...what.labels, node: nameOf(what.node) });
        return;
      case 'restart':
        restart(what.forMs);
        return;
      case 'rules':
        store.setRules(what.rules);
        referee.setRules(what.rules);
        coordinator?.setRules(what.rules);
        return;
      case 'halt':
      case 'close':
        coordinator?.tell(nameOfRun(what.run), inputOf(what.kind));
    }
  }

  coordinator = createCoordinator(world);
  for (const node of nodes) timeline.at(stream.integer(0, 800), node.start);
  for (const [index, spec] of scenario.runs.entries())
    timeline.at(spec.startAt, () => startRun(contextOf(index, spec)));
  for (const what of scenario.happenings) timeline.at(what.at, () => happen(what));
  const last = Math.max(0, ...scenario.happenings.map(({ at }) => at), ...scenario.runs.map(({ startAt }) => startAt));
  timeline.runUntil(last + HEALED_MS);

  const held = store.reservations().filter(({ releasedAt }) => releasedAt === null);
  if (held.length > 0) throw new Breach(`reserved for ever: ${JSON.stringify(held)}`);
  const open = store.openRuns();
  if (open.length > 0) throw new Breach(`without an end: ${open.map(({ context }) => context.run).join(', ')}`);
  return { grants: referee.grants() };
}

function inputOf(kind: 'halt' | 'close'): RunInput {
  if (kind === 'close') return { type: 'close', reason: 'the window has closed' };
  return { type: 'halt', by: 'ann', reason: 'enough', ref: null, told: false };
}

function nameOf(index: number): NodeId {
  return nodeId(`n${index}`);
}

function nameOfRun(index: number): RunId {
  return runId(`run-${index}`);
}

function contextOf(index: number, { stages, aborts }: RunSpec): RunContext {
  const slots = stages.flatMap((specs, stage) => specs.map((spec, step) => slotOf(spec, `stage${stage}`, step + 1)));
  const standby = Object.fromEntries(
    stages.flatMap((specs, stage) =>
      specs.map((spec, step) => [slotId(`stage${stage}`, step + 1, 1), spec.standby.map(nameOf)] as const),
    ),
  );
  const lengths = stages.map((specs) => Math.max(0, ...specs.map(({ offsetMs, lengthMs }) => offsetMs + lengthMs)));
  const plan: RunContext['plan'] = {
    apiVersion: 'roulette/v1',
    kind: 'Plan',
    experiment: { name: 'test', owner: 'tester', environment: 'staging', digest: 'd' },
    seed: 's',
    stages: lengths.map((lengthMs, stage) => ({ name: `stage${stage}`, together: true, lengthMs, steps: [] })),
    slots: slots.toSorted((a, b) => (a.stage === b.stage ? a.offsetMs - b.offsetMs : 0)),
    standby,
    problems: [],
  };
  const experiment = aborts ? ABORTING : STEADY;
  return { run: nameOfRun(index), experiment, plan, term: 1, leaseMs: LEASE_MS, graceMs: GRACE_MS };
}

function slotOf(spec: SlotSpec, stage: string, step: number): Slot {
  const { offsetMs, fault, lengthMs, service, nodes, slackMs } = spec;
  const isKill = fault === 'process-kill';
  return {
    id: slotId(stage, step, 1),
    stage,
    step,
    repetition: 1,
    offsetMs,
    fault,
    params: isKill ? { watch: lengthMs } : {},
    durationMs: isKill ? null : lengthMs,
    slackMs,
    target: 'web',
    processes: service === null ? null : { service },
    pick: { kind: 'one' },
    nodes: nodes.map(nameOf),
    drawKey: '',
  };
}
