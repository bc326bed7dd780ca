// The experiment document: text -> Experiment, or every issue with its position. No input makes this throw.

import { z } from 'zod';
import { digestOf } from '../canonical.ts';
import type { Condition, Experiment, ProcessSelector, Step } from '../domain/experiment.ts';
import { troubleWithUse } from '../faults/cross-checks.ts';
import { faultSpec } from '../faults/index.ts';
import { check } from './check.ts';
import { comparisonsOf, monitorOffsets, parseCondition } from './condition.ts';
import { oneOrMoreHours } from './hours.ts';
import { monitor } from './monitor.ts';
import {
  complain,
  duration,
  list,
  named,
  notBuilt,
  object,
  oneOf,
  positiveDuration,
  slug,
  text,
  whole,
  type IssueSink,
} from './reader.ts';
import { targetOfPeer } from './param.ts';
import { recurrence } from './recurrence.ts';
import { readSource, suggest, type DocumentIssue } from './source.ts';
import { stage } from './step.ts';
import { target } from './target.ts';

export type ParsedExperiment =
  /** `digest` is that of the document's content: layout and comments do not change it. */
  | { readonly ok: true; readonly experiment: Experiment; readonly digest: string }
  | { readonly ok: false; readonly issues: readonly DocumentIssue[] };

/** How long the steady state may take to return when the document does not say. */
const RECOVERY_MS = 120_000;
/** More people than these approve nothing together. */
const MOST_APPROVALS = 20;

const condition: z.ZodType<Condition> = text.transform((value, context): Condition => {
  const parsed = parseCondition(value);
  if (parsed.ok) return parsed.condition;
  complain(context, parsed.message, { offset: parsed.offset });
  return z.NEVER;
});

const experiment: z.ZodType<Experiment> = object('an experiment', {
  apiVersion: oneOf(['roulette/v1']),
  kind: oneOf(['Experiment']),
  name: slug,
  owner: text,
  environment: text,
  runbook: text.optional(),
  hypothesis: text,
  seed: text.optional(),
  targets: named('targets', target),
  monitors: named('monitors', monitor),
  baseline: duration.optional(),
  steadyState: list('conditions', condition, 1),
  gates: list('conditions', condition).optional(),
  abort: list('conditions', condition).optional(),
  stages: list('stages', stage, 1),
  recovery: object('recovery', { within: positiveDuration }).optional(),
  traffic: notBuilt('`traffic` is'),
  rollback: notBuilt('`rollback` is'),
  notify: notBuilt('`notify` is'),
  window: oneOrMoreHours.default([]),
  approvals: whole(0, MOST_APPROVALS).default(0),
  schedule: recurrence.optional(),
}).transform((found, context): Experiment => {
  const { name, owner, environment, hypothesis, targets, monitors, steadyState, stages, window, approvals } = found;
  const read: Experiment = {
    name,
    owner,
    environment,
    runbook: found.runbook ?? null,
    hypothesis,
    seed: found.seed ?? null,
    targets,
    monitors,
    baselineMs: found.baseline ?? 0,
    steadyState,
    gates: found.gates ?? [],
    abort: found.abort ?? [],
    stages,
    recoveryWithinMs: found.recovery?.within ?? RECOVERY_MS,
    window,
    approvals,
    schedule: found.schedule ?? null,
  };
  checkSteps(read, context);
  checkMonitors(read, context);
  for (const key of ['steadyState', 'gates', 'abort'] as const) checkConditions(read, key, context);
  return read;
});

export function parseExperiment(document: string, file: string): ParsedExperiment {
  const read = readSource(document, file);
  if (!read.ok) return read;
  const checked = check(read.source, experiment);
  return checked.ok ? { ok: true, experiment: checked.value, digest: digestOf(read.source.value) } : checked;
}

function checkSteps({ stages, targets }: Experiment, context: IssueSink): void {
  const names = Object.keys(targets);
  for (const [index, { name, steps }] of stages.entries()) {
    if (stages.findIndex((other) => other.name === name) !== index)
      complain(context, `a stage before is called ${name} too`, { path: ['stages', index, 'name'] });
    for (const [number, step] of steps.entries()) {
      const path = ['stages', index, 'steps', number, 'target'];
      const meant = ownValue(targets, step.target);
      const { processes } = faultSpec(step.fault);
      if (meant === undefined)
        complain(context, `there is no target ${step.target}${suggest(step.target, names)}`, { path });
      else if (processes === 'required' && meant.processes === null)
        complain(context, `${step.fault} needs a target with \`processes\``, { path });
      else if (processes === 'none' && meant.processes !== null)
        complain(context, `${step.fault} is about the node; name a target without \`processes\``, { path });
      else checkParams(step, { targets, processes: meant.processes }, { context, path: path.slice(0, -1) });
    }
  }
}

function checkParams(
  { fault, params }: Step,
  { targets, processes }: { targets: Experiment['targets']; processes: ProcessSelector | null },
  { context, path }: { context: IssueSink; path: readonly (string | number)[] },
): void {
  const trouble = troubleWithUse(fault, params, processes);
  if (trouble !== null) complain(context, trouble.message, { path: [...path, 'params', trouble.param] });
  for (const [name, value] of Object.entries(params)) {
    if (faultSpec(fault).params[name]?.type !== 'peers' || typeof value !== 'object' || value === null) continue;
    for (const [index, peer] of value.entries()) {
      const meant = targetOfPeer(peer);
      if (meant === null || ownValue(targets, meant) !== undefined) continue;
      const message = `there is no target ${meant}${suggest(meant, Object.keys(targets))}`;
      complain(context, message, { path: [...path, 'params', name, index] });
    }
  }
}

/** What an object has of itself: `constructor` and the like are no targets. */
function ownValue<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function checkMonitors({ monitors, targets }: Experiment, context: IssueSink): void {
  const probes = Object.entries(monitors).flatMap(([name, spec]) =>
    spec.kind === 'http' && spec.probe !== null ? [{ name, spec, probe: spec.probe }] : [],
  );
  for (const { name, spec, probe } of probes) {
    const owners = probes
      .filter((other) => other.probe === probe && other.spec.transaction !== null)
      .map((other) => other.name);
    if (owners.length === 0)
      complain(context, `no monitor gives a URL for the probe ${probe}`, { path: ['monitors', name, 'http', 'probe'] });
    else if (spec.transaction !== null && owners[0] !== name)
      complain(context, `${owners[0]} gives the URL of the probe ${probe} already`, {
        path: ['monitors', name, 'http', 'url'],
      });
  }
  for (const [name, spec] of Object.entries(monitors)) {
    if (spec.kind !== 'processes') continue;
    const path = ['monitors', name, 'processes', 'target'];
    const meant = ownValue(targets, spec.target);
    if (meant === undefined)
      complain(context, `there is no target ${spec.target}${suggest(spec.target, Object.keys(targets))}`, { path });
    else if (meant.processes === null)
      complain(context, `the target ${spec.target} has no \`processes\` to count`, { path });
  }
}

function checkConditions(read: Experiment, key: 'steadyState' | 'gates' | 'abort', context: IssueSink): void {
  const names = Object.keys(read.monitors);
  for (const [index, { text: written, expression }] of read[key].entries()) {
    const offsets = monitorOffsets(written);
    for (const [number, { monitor: name, value }] of comparisonsOf(expression).entries()) {
      const at = { path: [key, index], offset: offsets[number] ?? 0 };
      if (!names.includes(name)) complain(context, `there is no monitor ${name}${suggest(name, names)}`, at);
      if (typeof value !== 'number' && read.baselineMs === 0)
        complain(context, '`x baseline` needs a `baseline` in the document', at);
    }
  }
}
