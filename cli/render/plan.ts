// A plan for people: what, when, where, and what would be refused.

import type { Plan, PlanStep, Slot } from '../../shared/domain/plan.ts';
import { describeProcess } from '../../shared/describe-event.ts';
import type { Preview__Output } from '../../shared/rpc/generated/roulette/v1/Preview.ts';
import { faultSpec } from '../../shared/faults/index.ts';
import { formatDuration } from '../../shared/units.ts';
import type { Paint } from '../io.ts';
import { describeParams } from './params.ts';
import { offset, table } from './table.ts';
import type { PolicyVerdict } from '../../coordinator/core/policy-verdict.ts';
import { describeBinding, renderVerdict } from './verdict.ts';

export interface PlanToShow {
  readonly plan: Plan;
  readonly digest: string;
  readonly previews: readonly Preview__Output[];
  /** `null` where no coordinator was asked, or the run has been started. */
  readonly verdict: PolicyVerdict | null;
  /** Whose approvals of a prepared run hold. */
  readonly approvedBy?: readonly string[];
}

export function renderPlan({ plan, digest, previews, verdict, approvedBy = [] }: PlanToShow, paint: Paint): string[] {
  const { experiment, seed, stages, problems } = plan;
  return [
    paint.strong(`${experiment.name} (${experiment.environment}), owner ${experiment.owner}`),
    ...stages.flatMap((stage) => {
      const order = stage.together ? 'all steps at once' : 'one step after the other';
      const slots = plan.slots.filter((slot) => slot.stage === stage.name);
      return [
        '',
        paint.strong(`stage ${stage.name}: ${formatDuration(stage.lengthMs)}, ${order}`),
        ...stage.steps.map((step) => `  ${describeStep(step)}`),
        ...table(
          ['  at', 'slot', 'fault', 'nodes', 'standby', ...(verdict === null ? [] : ['bound by'])],
          slots.map((slot) => [
            ...slotRow(plan, slot),
            ...(verdict === null ? [] : [describeBinding(verdict, slot.id)]),
          ]),
        ),
      ];
    }),
    ...previewLines(previews),
    ...peerLines(plan),
    '',
    ...problems.map(({ code, at, message }) =>
      paint.bad(`would be refused${at === '' ? '' : `, ${at}`}: ${message} (${code})`),
    ),
    ...(verdict === null ? [] : renderVerdict(verdict, approvedBy, paint)),
    `seed    ${seed}`,
    `digest  ${digest}`,
  ];
}

function describeStep({ step, fault, target, matched, asked, nodesPerSlot }: PlanStep): string {
  const [least, most] = nodesPerSlot;
  const nodes = least === most ? String(most) : `${least} to ${most}`;
  return `step ${step}: ${fault} on ${target}: ${asked} asked, that is ${nodes} of ${matched} ${matched === 1 ? 'node' : 'nodes'} a slot`;
}

/** Longer lists are cut; `--json` has them whole. */
const MOST_SHOWN = 6;

function slotRow(plan: Plan, slot: Slot): string[] {
  const lasts = slot.durationMs === null ? [] : [`for ${formatDuration(slot.durationMs)}`];
  const what = [slot.fault, ...describeParams(faultSpec(slot.fault), slot.params), ...lasts].join(' ');
  return [`  ${offset(slot.offsetMs)}`, slot.id, what, some(slot.nodes), some(plan.standby[slot.id] ?? [])];
}

function some(names: readonly string[], separator = ' '): string {
  const more = names.length > MOST_SHOWN ? ` and ${names.length - MOST_SHOWN} more` : '';
  return `${names.slice(0, MOST_SHOWN).join(separator)}${more}`;
}

/** What names and targets among the peers came to when the plan was made. */
function peerLines({ peers = {} }: Plan): string[] {
  const found = Object.entries(peers);
  if (found.length === 0) return [];
  return ['', 'peers', ...found.map(([peer, addresses]) => `  ${peer} = ${some(addresses, ', ') || 'no address'}`)];
}

function previewLines(previews: readonly Preview__Output[]): string[] {
  if (previews.length === 0) return [];
  const rows = previews.map(({ target, node, result, error }) => [
    `  ${target}`,
    node,
    error === ''
      ? (result?.matches ?? [])
          .map((match) => describeProcess({ ...match, service: match.service ?? null }))
          .join(', ') || 'nothing'
      : error,
    (result?.skipped ?? []).map(({ name, pid, why }) => `${name} (pid ${pid}): ${why}`).join('; '),
  ]);
  return ['', 'matching just now', ...table(['  target', 'node', 'processes', 'protected, never hit'], rows)];
}
