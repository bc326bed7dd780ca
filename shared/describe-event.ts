// Each fact of a timeline as one line for people. Report, command line and console all say it this way.

import type { Observation, ProcessIdentity } from './domain/order.ts';
import type { Lever, RunEventBody } from './domain/run.ts';

type BodyOf<Type extends RunEventBody['type']> = Extract<RunEventBody, { readonly type: Type }>;
/** A method's type, so that a sentence about one kind of fact may stand where one about any is called. */
type Sentence<Body> = { say(body: Body): string }['say'];
type Sentences = { readonly [Type in RunEventBody['type']]: Sentence<BodyOf<Type>> };

const SENTENCES: Sentences = {
  'run.prepared': ({ requestedBy, seed, planDigest, replayOf }) =>
    `run prepared by ${requestedBy}, seed ${seed}, plan ${planDigest.slice(0, 12)}${replayOf === null ? '' : `, a replay of ${replayOf}`}`,
  'run.approved': ({ by, planDigest, comment }) =>
    `plan ${planDigest.slice(0, 12)} approved by ${by}${comment === null ? '' : `: ${comment}`}`,
  'preflight.answered': ({ answers }) =>
    `asked before the start: ${answers.map(({ endpoint, veto }) => `${endpoint} ${veto === null ? 'lets it through' : `vetoes: ${veto}`}`).join('; ')}`,
  'run.started': ({ by, policyDigest, approvedBy }) =>
    `started by ${by} under policy ${policyDigest.slice(0, 12)}${approvedBy.length === 0 ? '' : `, approved by ${approvedBy.join(', ')}`}`,
  'baseline.started': ({ lengthMs }) => `watching the monitors for ${seconds(lengthMs)} before anything is touched`,
  'baseline.measured': ({ medians }) => `baseline: ${pairs(medians)}`,
  'gate.passed': ({ stage }) => `the gate of stage ${stage} is open`,
  'gate.failed': ({ stage, conditions }) => `the gate of stage ${stage} stays closed: ${conditions.join('; ')}`,
  'stage.started': ({ stage, lengthMs }) => `stage ${stage} starts, planned for ${seconds(lengthMs)}`,
  'order.sent': ({ slot, node, fault }) => `${slot} ${fault}: order to ${node}`,
  'order.repeated': ({ slot, node }) => `${slot}: the order had not reached ${node} and was sent again`,
  'slot.substituted': ({ slot, node, by, why }) => `${slot}: ${by} stands in for ${node}: ${why}`,
  'slot.waiting': ({ slot, node, why, forMs }) => `${slot}: waits up to ${seconds(forMs)} on ${node}: ${why}`,
  'slot.skipped': ({ slot, node, why }) => `${slot}: skipped${node === null ? '' : ` on ${node}`}: ${why}`,
  'injection.started': ({ slot, node, fault, targets }) =>
    `${slot} ${fault} on ${node}${targets.length > 0 ? `: ${targets.map(describeProcess).join(', ')}` : ''}`,
  'injection.refused': ({ slot, node, code, why }) => `${slot}: refused by ${node}: ${why} (${code})`,
  'injection.ended': (body) => describeEnd(body),
  'injection.lost': ({ slot, node, why }) => `${slot}: no word from ${node}: ${why}`,
  'revert.confirmed': ({ slot, node }) => `${slot} on ${node}: now confirmed as reverted`,
  'node.lost': ({ node }) => `${node} is lost`,
  'node.returned': ({ node }) => `${node} is back`,
  'monitor.sampled': ({ monitor, value, why }) =>
    `${monitor} ${value === null ? `has no value: ${why ?? ''}` : `= ${round(value)}`}`,
  'abort.breached': ({ condition, why, blind }) =>
    `abort rule ${blind ? 'cannot be judged' : 'breached'}: ${condition} (${why})`,
  'halt.requested': ({ by, reason, ref }) => `halt, asked for by ${by}: ${reason}${ref === null ? '' : ` [${ref}]`}`,
  'revert.sent': ({ order, node }) => `revert of ${order} sent to ${node}`,
  'halt.confirmed': ({ nodes }) =>
    `halted: ${nodes.length === 0 ? 'nothing was active' : nodes.map(({ node, state }) => `${node} ${state}`).join(', ')}`,
  'steady.lost': ({ conditions }) => `the steady state is lost: ${conditions.join('; ')}`,
  'steady.regained': () => 'the steady state is back',
  'recovery.confirmed': ({ orders }) =>
    `the steady state holds after ${orders.length} ${orders.length === 1 ? 'injection' : 'injections'}`,
  'recovery.started': ({ stage, withinMs }) =>
    `after stage ${stage}: the steady state has ${seconds(withinMs)} to return`,
  'recovery.measured': ({ stage, tookMs, conditions }) =>
    tookMs === null
      ? `after stage ${stage} the steady state did not return: ${conditions.join('; ')}`
      : `after stage ${stage} the steady state held after ${seconds(tookMs)}`,
  'stage.ended': ({ stage }) => `stage ${stage} is over`,
  'run.ended': ({ verdict, reason }) => `verdict: ${verdict}, ${reason}`,
};

export function describeEvent(body: RunEventBody): string {
  // The table is typed kind by kind, so the entry under `body.type` is the one for this body.
  const sentence: Sentence<RunEventBody> = SENTENCES[body.type];
  return sentence(body);
}

export function describeLever({ engagedBy, engagedAt, reason, ref }: Lever): string {
  const ticket = ref === null ? '' : ` [${ref}]`;
  return `${engagedBy} halted the whole fleet at ${new Date(engagedAt).toISOString()}: ${reason}${ticket}`;
}

export function describeProcess({ pid, service, name }: Pick<ProcessIdentity, 'pid' | 'service' | 'name'>): string {
  return `${service ?? name} (pid ${pid})`;
}

export function describeObservation({ name, asked, achieved, unit, note }: Observation): string {
  const measured = achieved === null ? 'unknown' : round(achieved);
  const of = asked === null ? '' : ` of ${round(asked)}`;
  return `${name} ${measured}${of}${unit === '' ? '' : ` ${unit}`}${note === '' ? '' : ` (${note})`}`;
}

function describeEnd({ slot, node, reason, observations, reverted, revertErrors }: BodyOf<'injection.ended'>): string {
  const how = reason === 'completed' ? 'over' : `ended: ${reason}`;
  const seen = observations.map((observation) => describeObservation(observation)).join(', ');
  const trouble = reverted ? '' : `; AN UNDO FAILED: ${revertErrors.join('; ')}`;
  return `${slot} on ${node} ${how}${seen === '' ? '' : `: ${seen}`}${trouble}`;
}

function pairs(values: Readonly<Record<string, number>>): string {
  const all = Object.entries(values).map(([name, value]) => `${name} ${round(value)}`);
  return all.length === 0 ? 'no values' : all.join(', ');
}

/** Three decimals are more than a monitor means. */
export function round(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
