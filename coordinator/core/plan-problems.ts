// What in a plan would be refused, and why: found when the plan is made, so that nobody learns it half-way.

import type { Mode, Step } from '../../shared/domain/experiment.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import type { PlanProblem } from '../../shared/domain/plan.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { faultSpec } from '../../shared/faults/index.ts';
import { specHash } from '../../shared/faults/spec.ts';
import type { CompileInput } from './compile.ts';
import type { Candidate } from './select-nodes.ts';

/** In order of stage and step; a document of another environment first. */
export function findProblems(
  input: CompileInput,
  candidates: ReadonlyMap<string, readonly Candidate[]>,
): PlanProblem[] {
  const { experiment, environment } = input;
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
  switch (mode.kind) {
    case 'count':
      return nodes.length < mode.count ? `${mode.count} nodes are asked for, and it has ${nodes.length}` : null;
    case 'minority':
      return nodes.length < 3 ? `a minority of ${nodes.length} is no node` : null;
    case 'groups':
      return nodes.some(({ labels }) => labels[mode.label] !== undefined)
        ? null
        : `none of its nodes has the label ${mode.label}`;
    default:
      return null;
  }
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
