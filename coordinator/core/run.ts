// The run state machine: what a run does next, given what has happened and the time.
//
// prepared -> baseline -> (playing -> recovering) per stage -> ended, and from anywhere -> halting -> ended.
// Guarantees: orders leave only while playing; a run is called halted only when every open order is over;
// after `ended` it only hears what has become clean. Pure: the shell records `events` durably and then does `acts`.

import { nodeOf, type NodeId } from '../../shared/domain/ids.ts';
import { assertNever } from '../../shared/errors.ts';
import { addSample, createHistory } from './judge.ts';
import { confirmRecoveries, judgeAborts, judgeBaseline, judgeRecovery, judgeSteady } from './run-judge.ts';
import type { LeftOrder } from './open-orders.ts';
import { confirmHalt, requestHalt } from './run-halt.ts';
import { issueDueSlots } from './run-issue.ts';
import { loseOverdueOrders, takeUnknown, takeWords, type Word } from './run-orders.ts';
import {
  extend,
  openOrders,
  type Moment,
  type RunContext,
  type RunInput,
  type RunState,
  type Turn,
} from './run-state.ts';

/** How often a run is looked at when nothing else calls: monitors may go blind without an event. */
const LONGEST_NAP_MS = 250;

export function prepareRun(context: RunContext, connected: Iterable<NodeId>): RunState {
  return {
    phase: 'prepared',
    phaseSince: 0,
    monitorsSince: 0,
    history: createHistory(context.experiment),
    baseline: {},
    steady: null,
    stageIndex: 0,
    issued: 0,
    waiting: [],
    recovering: [],
    orders: new Map(),
    connected: new Set(connected),
    halt: null,
    flaws: [],
    ending: null,
  };
}

/**
 * A run that an earlier coordinator left open: its orders are ended, then it is closed with verdict `error`. What it had
 * to give up, or could not undo, it still knows: a node may yet say that this is clean.
 */
export function resumeForClosing(
  context: RunContext,
  left: readonly LeftOrder[],
  wasPhase: string,
  now: Moment,
): RunState {
  const orders = new Map(
    left.flatMap(({ id, begun, outcome = null }) => {
      const slot = context.plan.slots.find((candidate) => id.startsWith(`${context.run}/${candidate.id}@`));
      const node = nodeOf(id);
      const [notAfter, deadline] = [now.mono, now.mono + context.leaseMs + context.graceMs];
      const stage = outcome !== null ? ('over' as const) : begun ? ('active' as const) : ('sent' as const);
      return slot === undefined ? [] : [[id, { id, slot, node, stage, notAfter, deadline, outcome }] as const];
    }),
  );
  const open = left.filter(({ outcome }) => outcome === undefined).map(({ id }) => id);
  const reason = `the coordinator stopped while the run was ${wasPhase}`;
  return {
    ...prepareRun(context, []),
    phase: 'halting',
    phaseSince: now.mono,
    orders,
    halt: { by: 'restart', reason, orders: open },
  };
}

/**
 * One decision about what has come in together, in that order. An ended run ignores everything but the words of nodes,
 * which are told that these are recorded. Each sample is judged by itself, so that none hides behind the next; what
 * nodes say is taken in first and judged once.
 */
export function reduceRun(context: RunContext, state: RunState, inputs: readonly RunInput[], now: Moment): Turn {
  let turn: Turn = { state, events: [], acts: [] };
  for (const group of groupWords(inputs)) {
    if (Array.isArray(group)) {
      turn = takeWords(context, turn, group, now);
      continue;
    }
    if (turn.state.phase === 'ended') continue;
    turn = take(context, turn, group, now);
    if (group.type === 'sample' || group.type === 'halt' || group.type === 'close') turn = settle(context, turn, now);
  }
  return turn.state.phase === 'ended' ? turn : settle(context, turn, now);
}

/** Milliseconds until the run wants to be looked at again; null when it has ended or not begun. */
export function napOf(context: RunContext, state: RunState, now: Moment): number | null {
  if (state.phase === 'ended' || state.phase === 'prepared') return null;
  const due = nextSlotAt(context, state);
  return Math.max(0, Math.min(LONGEST_NAP_MS, due - now.mono));
}

function nextSlotAt(context: RunContext, state: RunState): number {
  const stage = context.plan.stages[state.stageIndex];
  if (state.phase !== 'playing' || stage === undefined) return Number.POSITIVE_INFINITY;
  const next = context.plan.slots.filter((slot) => slot.stage === stage.name)[state.issued];
  return next === undefined ? Number.POSITIVE_INFINITY : state.phaseSince + next.offsetMs;
}

/** Neighbouring words of nodes together, everything else by itself. */
function groupWords(inputs: readonly RunInput[]): (Word[] | OtherInput)[] {
  const groups: (Word[] | OtherInput)[] = [];
  for (const input of inputs) {
    const last = groups.at(-1);
    if (input.type !== 'answer' && input.type !== 'end') groups.push(input);
    else if (Array.isArray(last)) last.push(input);
    else groups.push([input]);
  }
  return groups;
}

type OtherInput = Exclude<RunInput, Word>;

function take(context: RunContext, turn: Turn, input: OtherInput, now: Moment): Turn {
  switch (input.type) {
    case 'start':
      return start(context, turn, input, now);
    case 'tick':
      return turn;
    case 'sample': {
      const { monitor, value, why } = input.sample;
      const history = addSample(turn.state.history, input.sample);
      return extend(turn, { state: { history }, events: [{ type: 'monitor.sampled', monitor, value, why }] });
    }
    case 'node':
      return takeNode(context, turn, input, now);
    case 'halt':
      return requestHalt(
        context,
        turn,
        { by: 'person', reason: `${input.by}: ${input.reason}` },
        { at: now, ...input },
      );
    case 'close': {
      const { reason } = input;
      if (turn.state.halt !== null) return turn;
      const request = { at: now, by: 'window', reason, ref: null, told: false };
      return requestHalt(context, turn, { by: 'window', reason }, request);
    }
    default:
      return assertNever(input);
  }
}

function start(context: RunContext, turn: Turn, input: RunInput & { type: 'start' }, now: Moment): Turn {
  if (turn.state.phase !== 'prepared') return turn;
  const { by, policyDigest, approvedBy } = input;
  return extend(turn, {
    state: { phase: 'baseline', phaseSince: now.mono, monitorsSince: now.mono },
    events: [
      { type: 'run.started', by, policyDigest, approvedBy },
      { type: 'baseline.started', lengthMs: context.experiment.baselineMs },
    ],
    acts: [{ type: 'start-monitors' }],
  });
}

function takeNode(context: RunContext, turn: Turn, input: RunInput & { type: 'node' }, now: Moment): Turn {
  const { node, connected, known } = input;
  const open = openOrders(turn.state).filter((order) => order.node === node);
  const current =
    turn.state.connected.has(node) === connected ? turn : noteNode(turn, node, connected, open.length > 0);
  if (!connected || known === null) return current;
  const missing = open.filter(({ id }) => !known.includes(id));
  const reconciled = takeUnknown(context, current, missing, now);
  // A revert that was sent while the node was away never arrived.
  const again = reconciled.state.phase === 'halting' ? open.filter(({ id }) => known.includes(id)) : [];
  return extend(reconciled, {
    events: again.map(({ id }) => ({ type: 'revert.sent', order: id, node })),
    acts: again.map(({ id }) => ({ type: 'revert', node, order: id })),
  });
}

function noteNode(turn: Turn, node: NodeId, connected: boolean, isConcerned: boolean): Turn {
  const nodes = new Set(turn.state.connected);
  if (connected) nodes.add(node);
  else nodes.delete(node);
  const type = connected ? ('node.returned' as const) : ('node.lost' as const);
  return extend(turn, { state: { connected: nodes }, events: isConcerned ? [{ type, node }] : [] });
}

/** Goes through phases until nothing more follows from what is known now. */
function settle(context: RunContext, turn: Turn, now: Moment): Turn {
  let current = confirmRecoveries(context, judgeSteady(context, loseOverdueOrders(turn, now), now), now);
  for (;;) {
    const next = proceed(context, current, now);
    if (next === current) return current;
    current = next;
  }
}

function proceed(context: RunContext, turn: Turn, now: Moment): Turn {
  switch (turn.state.phase) {
    case 'prepared':
    case 'ended':
      return turn;
    case 'baseline':
      return judgeBaseline(context, turn, now);
    case 'playing': {
      const judged = judgeAborts(context, turn, now);
      return judged === turn ? play(context, turn, now) : judged;
    }
    case 'recovering': {
      const judged = turn.state.halt === null ? judgeAborts(context, turn, now) : turn;
      return judged === turn ? judgeRecovery(context, turn, now) : judged;
    }
    case 'halting':
      return confirmHalt(context, turn, now);
    default:
      return assertNever(turn.state.phase);
  }
}

function play(context: RunContext, turn: Turn, now: Moment): Turn {
  const issued = issueDueSlots(context, turn, now);
  if (issued !== turn) return issued;
  const stage = context.plan.stages[turn.state.stageIndex];
  if (stage === undefined) throw new Error(`stage ${turn.state.stageIndex} is not in the plan`);
  const allIssued = turn.state.issued === context.plan.slots.filter((slot) => slot.stage === stage.name).length;
  if (!allIssued || turn.state.waiting.length > 0 || openOrders(turn.state).length > 0) return turn;
  return extend(turn, {
    state: { phase: 'recovering', phaseSince: now.mono },
    events: [{ type: 'recovery.started', stage: stage.name, withinMs: context.experiment.recoveryWithinMs }],
  });
}
