// What in a plan would be refused, and why: found when the plan is made, so that nobody learns it half-way.

import type { Experiment, FlatMode, Mode, Step } from '../../shared/domain/experiment.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import type { PlanProblem } from '../../shared/domain/plan.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { faultSpec } from '../../shared/faults/index.ts';
import { specHash } from '../../shared/faults/spec.ts';
import type { Candidate } from './select-nodes.ts';

/** In order of stage and step; a document of another environment first. */
export function findProblems(
  experiment: Experiment,
  environment: string,
  candidates: ReadonlyMap<string, readonly Candidate[]>,
): PlanProblem[] {
  const foreign: PlanProblem[] =
    experiment.environment === environment
      ? []
      : [
          problem(
            'PLAN_ENVIRONMENT',
            '',
            `the document is for ${experiment.environment}, this coordinator for ${environment}`,
          ),
        ];
  const steps = experiment.stages.flatMap((stage) =>
    stage.steps.flatMap((step, index) => {
      const nodes = (candidates.get(step.target) ?? []).map(({ node }) => node);
      return problemsOfStep(`${stage.name}/${index + 1}`, step, { nodes, environment: experiment.environment });
    }),
  );
  return [...foreign, ...steps];
}

interface Place {
  readonly nodes: readonly InventoryNode[];
  readonly environment: string;
}

function problemsOfStep(at: string, step: Step, { nodes, environment }: Place): PlanProblem[] {
  if (nodes.length === 0) return [problem('PLAN_NO_NODES', at, `target ${step.target} matches no node of the fleet`)];
  const few = tooFew(step.mode, nodes);
  return [
    ...(few === null ? [] : [problem('PLAN_TOO_FEW_NODES', at, `target ${step.target}: ${few}`)]),
    ...perNode(at, 'PLAN_ENVIRONMENT', nodes, (node) =>
      node.environment === environment ? null : `belongs to ${node.environment}, not ${environment}`,
    ),
    ...perNode(at, 'PLAN_FAULT_UNSUPPORTED', nodes, (node) => whatIsMissing(step, node)),
  ];
}

function tooFew(mode: Mode, nodes: readonly InventoryNode[]): string | null {
  if (mode.kind !== 'groups') return tooFewOf('node', mode, nodes.length);
  const sizes = new Map<string, number>();
  for (const { labels } of nodes) {
    const value = labels[mode.label];
    if (value !== undefined) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  }
  if (sizes.size === 0) return `none of its nodes has the label ${mode.label}`;
  const groups = tooFewOf('group', mode.choose, sizes.size);
  if (groups !== null) return groups;
  // Any group may be drawn, so each must do.
  const small = [...sizes]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([value, size]) => {
      const few = tooFewOf('node', mode.nodes, size);
      return few === null ? [] : [`in ${mode.label} ${value}, ${few}`];
    });
  return small[0] ?? null;
}

function tooFewOf(what: 'node' | 'group', mode: FlatMode, size: number): string | null {
  if (mode.kind === 'count' && size < mode.count) return `${mode.count} ${what}s are asked for, and there are ${size}`;
  if (mode.kind === 'minority' && size < 3) return `a minority of ${size} is no ${what}`;
  return null;
}

function whatIsMissing(step: Step, node: InventoryNode): string | null {
  const spec = faultSpec(step.fault);
  const hash = node.faults[step.fault];
  if (hash === undefined) return `does not offer ${step.fault}`;
  if (hash !== specHash(spec)) return `has another version of ${step.fault}`;
  const missing = spec.needs.filter((need) => !node.capabilities.includes(need));
  return missing.length === 0 ? null : `cannot do ${step.fault}: it lacks ${missing.join(', ')}`;
}

/** Beyond this many nodes a problem is told once, with their number. */
const MOST_NAMED = 20;

function perNode(
  at: string,
  code: ErrorCode,
  nodes: readonly InventoryNode[],
  complaint: (node: InventoryNode) => string | null,
): PlanProblem[] {
  const found = nodes.flatMap((node) => {
    const text = complaint(node);
    return text === null ? [] : [{ node, text }];
  });
  if (found.length <= MOST_NAMED) {
    return found.map(({ node, text }) => ({ ...problem(code, at, `node ${node.id} ${text}`), node: node.id }));
  }
  const first = found.slice(0, 3).map(({ node, text }) => `${node.id} ${text}`);
  return [problem(code, at, `${found.length} of ${nodes.length} nodes, for example ${first.join('; ')}`)];
}

function problem(code: ErrorCode, at: string, message: string): PlanProblem {
  return { code, at, node: null, message };
}
