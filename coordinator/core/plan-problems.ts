// What in a plan would be refused, and why: found when the plan is made, so that nobody learns it half-way.

import type { Experiment, FlatMode, Mode, ProcessSelector, Step } from '../../shared/domain/experiment.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import type { PlanProblem } from '../../shared/domain/plan.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { faultSpec } from '../../shared/faults/index.ts';
import { describeLack } from '../../shared/faults/capabilities.ts';
import { needsOf, specHash } from '../../shared/faults/spec.ts';
import { targetOfPeer } from '../../shared/schema/param.ts';
import { MOST_ADDRESSES, tooLongLists, writtenPeers, type Peer, type Peers } from './peers.ts';
import type { Candidate } from './select-nodes.ts';

export interface PlanGround {
  /** The coordinator's own. */
  readonly environment: string;
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  readonly peers: Peers;
  /** Whether all slots together would have more addresses than a plan may hold. */
  readonly isTooLarge: boolean;
}

/** In order of stage and step; a document of another environment first. */
export function findProblems(experiment: Experiment, ground: PlanGround): PlanProblem[] {
  const { environment, candidates, peers, isTooLarge } = ground;
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
      const processes = experiment.targets[step.target]?.processes ?? null;
      const at = `${stage.name}/${index + 1}`;
      return problemsOfStep(at, step, { nodes, environment: experiment.environment, processes, peers });
    }),
  );
  const large: PlanProblem[] = isTooLarge
    ? [problem('PLAN_TOO_LARGE', '', `its slots come to more than ${MOST_ADDRESSES} addresses of peers; name networks`)]
    : [];
  return [...foreign, ...large, ...steps];
}

interface Place {
  readonly nodes: readonly InventoryNode[];
  readonly environment: string;
  readonly processes: ProcessSelector | null;
  readonly peers: Peers;
}

function problemsOfStep(at: string, step: Step, { nodes, environment, processes, peers }: Place): PlanProblem[] {
  if (nodes.length === 0) return [problem('PLAN_NO_NODES', at, `target ${step.target} matches no node of the fleet`)];
  const few = tooFew(step.mode, nodes);
  return [
    ...(few === null ? [] : [problem('PLAN_TOO_FEW_NODES', at, `target ${step.target}: ${few}`)]),
    ...perNode(at, 'PLAN_ENVIRONMENT', nodes, (node) =>
      node.environment === environment ? null : `belongs to ${node.environment}, not ${environment}`,
    ),
    ...perNode(at, 'PLAN_FAULT_UNSUPPORTED', nodes, (node) => whatIsMissing(step, processes, node)),
    ...writtenPeers(step).flatMap((written) => problemsOfPeer(at, written, peers.get(written))),
    ...tooLongLists(step, peers).map(({ name, length, most }) =>
      problem(
        'PLAN_TOO_LARGE',
        at,
        `\`${name}\` comes to ${length} addresses, and ${most} are the most; name networks`,
      ),
    ),
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

/** A peer that comes to nothing would leave the fault without a bound, and a node without an address out of it. */
function problemsOfPeer(at: string, written: string, peer: Peer | undefined): PlanProblem[] {
  const target = targetOfPeer(written);
  const { addresses = [], nodes = [], nameless } = peer ?? {};
  if (target === null)
    return addresses.length > 0 ? [] : [problem('PLAN_PEER_UNKNOWN', at, `the host name ${written} does not resolve`)];
  if (nodes.length === 0)
    return [problem('PLAN_PEER_UNKNOWN', at, `the peer target ${target} matches no node of the fleet`)];
  return perNode(at, 'PLAN_PEER_UNKNOWN', nodes, (node) =>
    nameless?.has(node) === true ? `of the peer target ${target} reports no address of its own` : null,
  );
}

function whatIsMissing(step: Step, processes: ProcessSelector | null, node: InventoryNode): string | null {
  const spec = faultSpec(step.fault);
  const hash = node.faults[step.fault];
  if (hash === undefined) return `does not offer ${step.fault}`;
  if (hash !== specHash(spec)) return `has another version of ${step.fault}`;
  const missing = needsOf(spec, step.params, processes).filter((need) => !node.capabilities.includes(need));
  return missing.length === 0 ? null : `cannot do ${step.fault}: it lacks ${describeLack(missing)}`;
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
