// What the monitors mean for a run: gate before the first injection, abort rules, steady state, recovery.

import type { Condition } from '../../shared/domain/experiment.ts';
import { baselineMedians, evaluate, holds, isBreached, type Evaluation } from './judge.ts';
import { requestHalt } from './run-halt.ts';
import { endRun } from './run-verdict.ts';
import { extend, type Moment, type RunContext, type RunState, type Turn } from './run-state.ts';

interface Judged {
  readonly condition: Condition;
  readonly evaluation: Evaluation;
}

function judgeAll(
  context: RunContext,
  state: RunState,
  conditions: readonly Condition[],
  at: { since: number; now: number },
): Judged[] {
  const { monitors } = context.experiment;
  const { history, baseline } = state;
  return conditions.map((condition) => ({
    condition,
    evaluation: evaluate(condition, { history, monitors, baseline, ...at }),
  }));
}

function sentencesOf(judged: readonly Judged[]): string[] {
  return judged.map(({ condition, evaluation }) => `${condition.text} (${evaluation.why})`);
}

function anyBlind(judged: readonly Judged[]): boolean {
  return judged.some(({ evaluation }) => evaluation.state === 'blind');
}

/** After the baseline: the steady state and the gates must hold, and no abort rule may be breached. */
export function judgeBaseline(context: RunContext, turn: Turn, now: Moment): Turn {
  const { experiment } = context;
  const { state } = turn;
  if (now.mono < state.phaseSince + experiment.baselineMs) return turn;
  const at = { since: state.monitorsSince, now: now.mono };
  const baseline = baselineMedians(state.history, at.since, at.now);
  const measured = { ...state, baseline };
  const required = judgeAll(context, measured, [...experiment.steadyState, ...experiment.gates], at);
  const aborts = judgeAll(context, measured, experiment.abort, at);
  // Every monitor gets the time it takes to have a first value, or to count as blind.
  if ([...required, ...aborts].some(({ evaluation }) => evaluation.state === 'pending')) return turn;
  const unmet = [
    ...required.filter(({ evaluation }) => !holds(evaluation)),
    ...aborts.filter(({ evaluation }) => isBreached(evaluation)),
  ];
  const known = extend(turn, { state: { baseline }, events: [{ type: 'baseline.measured', medians: baseline }] });
  return unmet.length === 0 ? startStage(context, known, 0, now) : failGate(context, known, 0, unmet);
}

function failGate(context: RunContext, turn: Turn, stageIndex: number, unmet: readonly Judged[]): Turn {
  const stage = context.plan.stages[stageIndex]?.name ?? '';
  const conditions = sentencesOf(unmet);
  const failed = extend(turn, { events: [{ type: 'gate.failed', stage, conditions, blind: anyBlind(unmet) }] });
  const reason = `before stage ${stage} this did not hold: ${conditions.join('; ')}`;
  // Nothing was injected before the first gate, so the run was refused rather than aborted.
  return endRun(failed, { verdict: stageIndex === 0 ? 'refused' : 'aborted', reason });
}

function startStage(context: RunContext, turn: Turn, stageIndex: number, now: Moment): Turn {
  const stage = context.plan.stages[stageIndex];
  if (stage === undefined) return endRun(turn);
  return extend(turn, {
    state: { phase: 'playing', phaseSince: now.mono, stageIndex, issued: 0, steady: turn.state.steady ?? true },
    events: [
      { type: 'gate.passed', stage: stage.name },
      { type: 'stage.started', stage: stage.name, lengthMs: stage.lengthMs },
    ],
  });
}

/** Halts the run when an abort rule is breached, or cannot be judged for want of fresh values. */
export function judgeAborts(context: RunContext, turn: Turn, now: Moment): Turn {
  const at = { since: turn.state.monitorsSince, now: now.mono };
  const breached = judgeAll(context, turn.state, context.experiment.abort, at).find(({ evaluation }) =>
    isBreached(evaluation),
  );
  if (breached === undefined) return turn;
  const { condition, evaluation } = breached;
  const blind = evaluation.state === 'blind';
  const noted = extend(turn, {
    events: [{ type: 'abort.breached', condition: condition.text, why: evaluation.why, blind }],
  });
  const reason = `${condition.text} (${evaluation.why})`;
  return requestHalt(
    context,
    noted,
    { by: blind ? 'blind' : 'rule', reason },
    { at: now, by: 'rule', reason, ref: null, told: false },
  );
}

/** Notes when the steady state is lost or regained, from the first stage on. */
export function judgeSteady(context: RunContext, turn: Turn, now: Moment): Turn {
  const { steady, monitorsSince } = turn.state;
  if (steady === null) return turn;
  const judged = judgeAll(context, turn.state, context.experiment.steadyState, { since: monitorsSince, now: now.mono });
  const unmet = judged.filter(({ evaluation }) => !holds(evaluation));
  if (steady === (unmet.length === 0)) return turn;
  return extend(turn, {
    state: { steady: !steady },
    events: [steady ? { type: 'steady.lost', conditions: sentencesOf(unmet) } : { type: 'steady.regained' }],
  });
}

/** Ended injections after which the steady state is seen to hold, each judged on values newer than its end. */
export function confirmRecoveries(context: RunContext, turn: Turn, now: Moment): Turn {
  const { recovering } = turn.state;
  const times = [...new Set(recovering.map(({ since }) => since))];
  const held = times.filter((since) =>
    judgeAll(context, turn.state, context.experiment.steadyState, { since, now: now.mono }).every(({ evaluation }) =>
      holds(evaluation),
    ),
  );
  if (held.length === 0) return turn;
  const confirmed = recovering.filter(({ since }) => held.includes(since));
  return extend(turn, {
    state: { recovering: recovering.filter(({ since }) => !held.includes(since)) },
    events: [{ type: 'recovery.confirmed', orders: confirmed.map(({ order }) => order) }],
  });
}

/** After a stage, or after a rule's halt: has the steady state returned, judged on values taken since then? */
export function judgeRecovery(context: RunContext, turn: Turn, now: Moment): Turn {
  const { state } = turn;
  const judged = judgeAll(context, state, context.experiment.steadyState, { since: state.phaseSince, now: now.mono });
  const unmet = judged.filter(({ evaluation }) => !holds(evaluation));
  const tookMs = now.mono - state.phaseSince;
  if (unmet.length === 0) return recovered(context, turn, tookMs, now);
  if (tookMs < context.experiment.recoveryWithinMs) return turn;
  const stage = context.plan.stages[state.stageIndex]?.name ?? '';
  const conditions = sentencesOf(unmet);
  const blind = unmet.every(({ evaluation }) => evaluation.state !== 'false');
  const noted = extend(turn, { events: [{ type: 'recovery.measured', stage, tookMs: null, conditions, blind }] });
  const reason = `after stage ${stage} the steady state did not return within ${context.experiment.recoveryWithinMs} ms: ${conditions.join('; ')}`;
  return endRun(noted, { verdict: blind ? 'inconclusive' : 'refuted', reason });
}

function recovered(context: RunContext, turn: Turn, tookMs: number, now: Moment): Turn {
  const { state } = turn;
  const stage = context.plan.stages[state.stageIndex]?.name ?? '';
  const back = extend(turn, {
    events: [{ type: 'recovery.measured', stage, tookMs, conditions: [], blind: false }],
  });
  if (state.halt !== null) return endRun(back);
  const next = state.stageIndex + 1;
  const done = extend(back, { events: [{ type: 'stage.ended', stage }] });
  if (next >= context.plan.stages.length) return endRun(done);
  const gates = judgeAll(context, state, context.experiment.gates, { since: state.monitorsSince, now: now.mono });
  const unmet = gates.filter(({ evaluation }) => !holds(evaluation));
  return unmet.length === 0 ? startStage(context, done, next, now) : failGate(context, done, next, unmet);
}
