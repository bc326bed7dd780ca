// Follows a run to its end: lines and a live line out, Ctrl-C in, over breaks of the connection.
// A halt that was asked for is never given up silently: it is sent again until the coordinator was heard, and
// a watcher that leaves earlier says what it knows.

import { sleep, systemClock } from '../shared/clock.ts';
import { describeEvent } from '../shared/describe-event.ts';
import type { Plan } from '../shared/domain/plan.ts';
import type { RunEvent, Verdict } from '../shared/domain/run.ts';
import { EXIT, RouletteError, messageOf, type ExitCode } from '../shared/errors.ts';
import type { HaltRunReply__Output } from '../shared/rpc/generated/roulette/v1/HaltRunReply.ts';
import type { Io } from './io.ts';
import { createPatience } from './patience.ts';
import { advance, elapsedMs, renderProgress, startProgress, type Progress } from './render/progress.ts';
import { paintVerdict, VERDICT_EXIT } from './render/run.ts';
import { clockTime, offset } from './render/table.ts';
import type { Session } from './session.ts';

/** Why Ctrl-C halts a run. */
export const INTERRUPTED = 'interrupted by the operator';

export interface FollowRequest {
  readonly run: string;
  readonly plan: Plan;
  readonly samples: boolean;
  /** In whose name Ctrl-C halts the run; null when it only ends the watching. */
  readonly haltAs: string | null;
  /** Ctrl-C came before the run had a name. */
  readonly haltAtOnce: boolean;
}

/** Shows the timeline until the run has ended. The exit code is the verdict's. */
export async function follow(session: Session, request: FollowRequest): Promise<ExitCode> {
  const { io } = session;
  const interruption = createInterruption(session, request);
  const stopListening = io.onInterrupt(interruption.press);
  if (request.haltAtOnce) interruption.press();
  let progress = startProgress(request.plan);
  let verdict: Verdict | null = null;
  try {
    for await (const event of eventsOf(session, request.run, interruption.left)) {
      if (event.body.type === 'halt.requested') interruption.haltHeard();
      if (event.body.type === 'run.ended') verdict = event.body.verdict;
      progress = advance(progress, event);
      showEvent(session, { event, progress, samples: request.samples });
    }
    if (verdict === null) return interruption.exit();
    await interruption.settled();
  } finally {
    stopListening();
    io.live('');
  }
  if (session.json) {
    const { run } = await session.operator().getRun(request.run);
    io.out(JSON.stringify({ run }));
  }
  return VERDICT_EXIT[verdict];
}

const TRY_AGAIN_MS = 500;

async function* eventsOf({ io, operator }: Session, run: string, left: AbortSignal): AsyncGenerator<RunEvent> {
  const patience = createPatience(systemClock.monotonic);
  let seq = 0;
  while (!left.aborted) {
    try {
      for await (const event of operator().watchRun(run, seq, false, left)) {
        seq = event.seq;
        patience.heard();
        yield event;
        if (event.body.type === 'run.ended') return;
      }
      if (left.aborted) return;
      throw new RouletteError('RPC_UNREACHABLE', 'the coordinator ended the timeline before the run had ended');
    } catch (error) {
      if (patience.missed(error)) io.err(io.paint.warn('the coordinator does not answer; trying again'));
    }
    await sleep(systemClock, TRY_AGAIN_MS, left);
  }
}

interface Interruption {
  /** Ctrl-C: the first one asks for the halt and stays for the end, a second one leaves. */
  readonly press: () => void;
  /** The timeline says that a halt was asked for. */
  readonly haltHeard: () => void;
  /** Aborts when the watcher leaves before the end of the run. */
  readonly left: AbortSignal;
  /** The exit code of one who left. */
  readonly exit: () => ExitCode;
  /** Resolves when the halt, if one was asked for, has come to its answer. */
  readonly settled: () => Promise<void>;
}

function createInterruption(session: Session, { run, haltAs }: FollowRequest): Interruption {
  const { io } = session;
  const [left, heard, answered] = [new AbortController(), new AbortController(), new AbortController()];
  let halting: Promise<void> | null = null;
  let leaving = false;
  return {
    press: () => {
      if (haltAs === null) left.abort();
      else if (halting === null) {
        io.err('halting…');
        halting = sayHalt(io, haltPatiently(session, { run, haltAs }, left.signal)).finally(() => answered.abort());
      } else if (!leaving) {
        leaving = true;
        void leave(io, { run, heard: heard.signal, answered: answered.signal }).then(() => left.abort());
      }
    },
    haltHeard: () => {
      if (halting !== null) heard.abort();
    },
    left: left.signal,
    exit: () => (haltAs === null ? EXIT.done : heard.signal.aborted ? EXIT.aborted : EXIT.unreachable),
    settled: async () => {
      await halting;
    },
  };
}

/** Null when the watcher left before the answer. */
async function haltPatiently(
  { operator }: Session,
  { run, haltAs }: { readonly run: string; readonly haltAs: string },
  left: AbortSignal,
): Promise<HaltRunReply__Output | null> {
  const patience = createPatience(systemClock.monotonic);
  const request = { runId: run, requestedBy: haltAs, reason: INTERRUPTED };
  for (;;) {
    try {
      return await operator().haltRun(request);
    } catch (error) {
      if (left.aborted) return null;
      patience.missed(error);
    }
    await sleep(systemClock, TRY_AGAIN_MS, left);
  }
}

async function sayHalt(io: Io, halt: Promise<HaltRunReply__Output | null>): Promise<void> {
  try {
    const reply = await halt;
    if (reply === null) return;
    const { length } = reply.injections;
    io.err(
      `halted; ${length === 0 ? 'nothing was active' : `${length} ${length === 1 ? 'injection' : 'injections'} ended`}`,
    );
  } catch (error) {
    io.err(`the run could not be halted: ${messageOf(error)}`);
  }
}

/** How long one who leaves waits for word that the halt was heard. */
const LEAVE_WITHIN_MS = 2000;

async function leave(
  io: Io,
  { run, heard, answered }: { readonly run: string; readonly heard: AbortSignal; readonly answered: AbortSignal },
): Promise<void> {
  await sleep(systemClock, LEAVE_WITHIN_MS, AbortSignal.any([heard, answered]));
  io.err(
    heard.aborted
      ? 'leaving; the coordinator goes on halting the run'
      : `leaving; whether the coordinator halts the run is not known: \`roulette halt ${run}\` asks again`,
  );
}

interface Shown {
  readonly event: RunEvent;
  readonly progress: Progress;
  readonly samples: boolean;
}

function showEvent({ io, json }: Session, { event, progress, samples }: Shown): void {
  if (json) {
    io.out(JSON.stringify(event));
    return;
  }
  const { type } = event.body;
  if (samples || type !== 'monitor.sampled') io.err(lineOf(io, event, elapsedMs(progress)));
  io.live(type === 'run.ended' ? '' : renderProgress(progress));
}

function lineOf({ paint }: Io, { at, body }: RunEvent, sinceStartMs: number): string {
  const text =
    body.type === 'run.ended' ? `verdict: ${paintVerdict(body.verdict, paint)}, ${body.reason}` : describeEvent(body);
  return `${paint.faint(`${clockTime(at)} ${offset(sinceStartMs)}`)} ${text}`;
}
