// Plan, confirm, start, follow, and the exit code of the verdict. `run`, `replay` and the demo all go this way.

import { describeEvent } from '../shared/describe-event.ts';
import { parsePlan, type Plan } from '../shared/domain/plan.ts';
import type { RunEvent } from '../shared/domain/run.ts';
import { ERRORS, EXIT, RouletteError, type ExitCode } from '../shared/errors.ts';
import type { MakePlanReply__Output } from '../shared/rpc/generated/roulette/v1/MakePlanReply.ts';
import type { Run__Output } from '../shared/rpc/generated/roulette/v1/Run.ts';
import type { Io } from './io.ts';
import { renderPlan } from './render/plan.ts';
import { advance, renderProgress, startProgress, type Progress } from './render/progress.ts';
import { paintVerdict, VERDICT_EXIT } from './render/run.ts';
import { clockTime } from './render/table.ts';
import type { Session } from './session.ts';

export interface PlayRequest {
  readonly document: string;
  /** Named in error messages. */
  readonly file: string;
  readonly seed: string | undefined;
  readonly requestedBy: string;
  readonly replayOf: string | undefined;
  /** Start without asking. */
  readonly yes: boolean;
  /** Do not wait for the end. */
  readonly detach: boolean;
  /** Print every sample as a line too. */
  readonly samples: boolean;
  /** The plan's digest in the run that this one repeats. */
  readonly expectedDigest: string | undefined;
}

export interface Played {
  readonly exit: ExitCode;
  /** Null when nothing was started. */
  readonly run: string | null;
}

export async function play(session: Session, request: PlayRequest): Promise<Played> {
  const { io } = session;
  const { document, file, seed, requestedBy, replayOf } = request;
  const made = await session
    .operator()
    .makePlan({ document, file, preview: true, ...(seed === undefined ? {} : { seed }) });
  const plan = parsePlan(made.planJson);
  for (const line of renderPlan({ plan, digest: made.digest, previews: made.previews }, io.paint)) io.err(line);
  noteChange(io, made, request);
  const problem = plan.problems[0];
  if (problem !== undefined) throw new RouletteError(problem.code, problem.message);
  if (!(await confirm(io, request.yes))) return { exit: EXIT.refused, run: null };
  const { run } = await session.operator().startRun({
    document,
    file,
    seed: plan.seed,
    expectedDigest: made.digest,
    requestedBy,
    ...(replayOf === undefined ? {} : { replayOf }),
  });
  if (run === null) throw new RouletteError('INTERNAL', 'the coordinator started a run and did not say which');
  if (request.detach) {
    io.out(session.json ? JSON.stringify(run) : run.id);
    return { exit: EXIT.done, run: run.id };
  }
  io.err(`${run.id} starts; Ctrl-C halts it`);
  return {
    exit: await follow(session, { run: run.id, plan, samples: request.samples, haltAs: requestedBy }),
    run: run.id,
  };
}

function noteChange(io: Io, { digest }: MakePlanReply__Output, { expectedDigest }: PlayRequest): void {
  if (expectedDigest === undefined) return;
  const same = digest === expectedDigest;
  io.err(
    same
      ? io.paint.good('the plan is the same as then, byte for byte')
      : io.paint.warn(`the fleet has changed since: the plan was ${expectedDigest.slice(0, 12)} then`),
  );
}

async function confirm(io: Io, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (io.ask === null)
    throw new RouletteError('USAGE_ARGUMENT', 'there is no terminal to confirm on; say --yes to start without asking');
  const answer = await io.ask('Play this plan? [y/N] ');
  return /^y(?:es)?$/iu.test(answer.trim());
}

export interface FollowRequest {
  readonly run: string;
  readonly plan: Plan;
  readonly samples: boolean;
  /** In whose name Ctrl-C halts the run; null when it only ends the watching. */
  readonly haltAs: string | null;
}

/** Shows the timeline until the run has ended, over breaks of the connection. The exit code is the verdict's. */
export async function follow(session: Session, request: FollowRequest): Promise<ExitCode> {
  const { io } = session;
  const left = new AbortController();
  const stopListening = io.onInterrupt(interrupter(session, request, left));
  try {
    let progress = startProgress(request.plan);
    for await (const event of eventsOf(session, request.run, left.signal)) {
      progress = advance(progress, event);
      showEvent(session, { event, progress, samples: request.samples });
    }
  } finally {
    stopListening();
    io.live('');
  }
  if (left.signal.aborted) return request.haltAs === null ? EXIT.done : EXIT.aborted;
  const { run } = await session.operator().getRun(request.run);
  if (run === null) throw new RouletteError('INTERNAL', 'the coordinator does not know the run any more');
  if (session.json) io.out(JSON.stringify({ run }));
  return exitOf(run);
}

function exitOf({ verdict }: Run__Output): ExitCode {
  return isVerdict(verdict) ? VERDICT_EXIT[verdict] : EXIT.internal;
}

function isVerdict(text: string | undefined): text is keyof typeof VERDICT_EXIT {
  return text !== undefined && Object.hasOwn(VERDICT_EXIT, text);
}

/** The first Ctrl-C asks the coordinator to halt the run and stays for the end; a second one leaves at once. */
function interrupter(session: Session, { run, haltAs }: FollowRequest, left: AbortController): () => void {
  const { io } = session;
  let halting = false;
  return () => {
    if (haltAs === null || halting) {
      if (halting) io.err('leaving; the coordinator goes on halting the run');
      left.abort();
      return;
    }
    halting = true;
    io.err('halting…');
    session
      .operator()
      .haltRun({ runId: run, requestedBy: haltAs, reason: 'interrupted by the operator' })
      .then(
        ({ injections }) =>
          io.err(`halted; ${injections.length === 0 ? 'nothing was active' : `${injections.length} injections ended`}`),
        (error: unknown) =>
          io.err(`the run could not be halted: ${error instanceof Error ? error.message : String(error)}`),
      );
  };
}

/** How long a coordinator may be away before the watcher gives up. */
const GIVE_UP_AFTER_MS = 30_000;
const TRY_AGAIN_MS = 500;

async function* eventsOf(session: Session, run: string, left: AbortSignal): AsyncGenerator<RunEvent> {
  let seq = 0;
  let awaySince: number | null = null;
  while (!left.aborted) {
    try {
      for await (const event of untilLeft(session.operator().watchRun(run, seq, false), left)) {
        seq = event.seq;
        awaySince = null;
        yield event;
      }
      return;
    } catch (error) {
      const away = error instanceof RouletteError && ERRORS[error.code].exit === EXIT.unreachable;
      awaySince ??= performance.now();
      if (!away || performance.now() - awaySince > GIVE_UP_AFTER_MS) throw error;
      session.io.live('the coordinator does not answer; trying again');
      await new Promise((resolve) => {
        setTimeout(resolve, TRY_AGAIN_MS);
      });
    }
  }
}

async function* untilLeft(events: AsyncGenerator<RunEvent>, left: AbortSignal): AsyncGenerator<RunEvent> {
  const gone = new Promise<IteratorResult<RunEvent>>((resolve) => {
    left.addEventListener('abort', () => resolve({ done: true, value: undefined }), { once: true });
  });
  for (;;) {
    const next = await Promise.race([events.next(), gone]);
    if (next.done === true) return;
    yield next.value;
  }
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
  if (samples || type !== 'monitor.sampled') io.err(lineOf(io, event));
  io.live(type === 'run.ended' ? '' : renderProgress(progress));
}

function lineOf({ paint }: Io, { at, body }: RunEvent): string {
  const text =
    body.type === 'run.ended' ? `verdict: ${paintVerdict(body.verdict, paint)}, ${body.reason}` : describeEvent(body);
  return `${paint.faint(clockTime(at))} ${text}`;
}
