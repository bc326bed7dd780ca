// Plan, confirm, start and follow. `run`, `replay` and the demo all go this way.

import { parsePlan } from '../shared/domain/plan.ts';
import { EXIT, RouletteError, type ExitCode } from '../shared/errors.ts';
import type { MakePlanReply__Output } from '../shared/rpc/generated/roulette/v1/MakePlanReply.ts';
import type { Run__Output } from '../shared/rpc/generated/roulette/v1/Run.ts';
import { follow } from './follow.ts';
import type { Io } from './io.ts';
import { isAbsence } from './patience.ts';
import { renderPlan } from './render/plan.ts';
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
  const { io, json } = session;
  const { document, file, seed, requestedBy } = request;
  const made = await session
    .operator()
    .makePlan({ document, file, preview: true, ...(seed === undefined ? {} : { seed }) });
  const plan = parsePlan(made.planJson);
  for (const line of renderPlan({ plan, digest: made.digest, previews: made.previews }, io.paint)) io.err(line);
  noteChange(io, made, request);
  const problem = plan.problems[0];
  if (problem !== undefined) throw new RouletteError(problem.code, problem.message);
  if (!(await confirm(io, request.yes))) {
    if (json) io.out(JSON.stringify({ run: null }));
    io.err('nothing was started');
    return { exit: EXIT.refused, run: null };
  }
  const { run, interrupted } = await start(session, request, { seed: plan.seed, digest: made.digest });
  if (request.detach && !interrupted) {
    io.out(json ? JSON.stringify(run) : run.id);
    return { exit: EXIT.done, run: run.id };
  }
  io.err(`${run.id} starts; Ctrl-C halts it`);
  const exit = await follow(session, {
    run: run.id,
    plan,
    samples: request.samples,
    haltAs: requestedBy,
    haltAtOnce: interrupted,
  });
  return { exit, run: run.id };
}

/** A Ctrl-C from here on must not leave a run behind that nobody halts, so it is kept until the run has a name. */
async function start(
  { io, operator }: Session,
  { document, file, requestedBy, replayOf }: PlayRequest,
  { seed, digest }: { readonly seed: string; readonly digest: string },
): Promise<{ readonly run: Run__Output; readonly interrupted: boolean }> {
  let interrupted = false;
  const stopListening = io.onInterrupt(() => {
    interrupted = true;
  });
  try {
    const replay = replayOf === undefined ? {} : { replayOf };
    const request = { document, file, seed, expectedDigest: digest, requestedBy, ...replay };
    const { run } = await operator().startRun(request);
    if (run === null) throw new RouletteError('INTERNAL', 'the coordinator started a run and did not say which');
    return { run, interrupted };
  } catch (error) {
    if (isAbsence(error)) io.err(io.paint.warn('whether the run has started is not known; `roulette runs` tells'));
    throw error;
  } finally {
    stopListening();
  }
}

function noteChange(io: Io, { digest }: MakePlanReply__Output, { expectedDigest }: PlayRequest): void {
  if (expectedDigest === undefined) return;
  const same = digest === expectedDigest;
  io.err(
    same
      ? io.paint.good('the plan is the same as then, byte for byte')
      : io.paint.warn(
          `the fleet, or what host names resolve to, has changed since: the plan was ${expectedDigest.slice(0, 12)} then`,
        ),
  );
}

async function confirm(io: Io, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (io.ask === null)
    throw new RouletteError('USAGE_ARGUMENT', 'there is no terminal to confirm on; say --yes to start without asking');
  const answer = await io.ask('Play this plan? [y/N] ');
  return /^y(?:es)?$/iu.test(answer.trim());
}
