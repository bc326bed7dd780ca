// How a run ends. The first of these that is true:
//
//   an undo failed                                   -> error: something may still be broken
//   the coordinator had stopped in between           -> error
//   a person halted it, or its window closed         -> aborted
//   an abort rule could not be judged (blind)        -> inconclusive: nothing was learned
//   what the judge found (gate, recovery)            -> refused, refuted, aborted or inconclusive
//   an abort rule fired, and the system recovered    -> aborted
//   a slot was skipped, refused or without effect    -> inconclusive
//   otherwise                                        -> passed

import type { Verdict } from '../../shared/domain/run.ts';
import { assertNever } from '../../shared/errors.ts';
import { brokenOrders, extend, type HaltCause, type RunState, type Turn } from './run-state.ts';

interface Ending {
  readonly verdict: Verdict;
  readonly reason: string;
}

export function endRun(turn: Turn, found: Ending | null = null): Turn {
  const ending = endingOf(turn.state, found);
  return extend(turn, { state: { phase: 'ended', ending }, events: [{ type: 'run.ended', ...ending }] });
}

function endingOf(state: RunState, found: Ending | null): Ending {
  const broken = brokenOrders(state);
  if (broken.length > 0) {
    const where = broken.map(({ slot, node, outcome }) => `${slot.id} on ${node}: ${outcome?.why ?? ''}`);
    return { verdict: 'error', reason: `an undo failed, look at the node: ${where.join('; ')}` };
  }
  const halted = state.halt === null ? null : endingOfHalt(state, state.halt, found);
  if (halted !== null) return halted;
  if (found !== null) return found;
  if (state.flaws.length > 0) return { verdict: 'inconclusive', reason: state.flaws.join('; ') };
  return { verdict: 'passed', reason: 'the steady state held before, and returned after every stage' };
}

function endingOfHalt(state: RunState, halt: HaltCause, found: Ending | null): Ending {
  switch (halt.by) {
    case 'restart':
      return { verdict: 'error', reason: `${halt.reason}; ${describeProof(state, halt)}` };
    case 'person':
      return { verdict: 'aborted', reason: `halted by ${halt.reason}` };
    case 'window':
      return { verdict: 'aborted', reason: `halted, because its time is over: ${halt.reason}` };
    case 'blind':
      return { verdict: 'inconclusive', reason: `halted, because an abort rule was blind: ${halt.reason}` };
    case 'rule':
      if (found === null)
        return { verdict: 'aborted', reason: `abort rule: ${halt.reason}; the steady state then returned` };
      return { ...found, reason: `abort rule: ${halt.reason}; ${found.reason}` };
    default:
      return assertNever(halt.by);
  }
}

function describeProof(state: RunState, halt: HaltCause): string {
  const outcomes = halt.orders.map((id) => state.orders.get(id)?.outcome?.state);
  const confirmed = outcomes.filter((outcome) => outcome === 'reverted').length;
  return `of its open injections ${confirmed} of ${outcomes.length} were confirmed as ended`;
}
