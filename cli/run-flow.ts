// Plan, confirm, prepare, start and follow. `run`, `replay` and the demo all go this way.

import { parsePlan, type Plan } from '../shared/domain/plan.ts';
import { EXIT, RouletteError, type ExitCode } from '../shared/errors.ts';
import type { MakePlanReply__Output } from '../shared/rpc/generated/roulette/v1/MakePlanReply.ts';
import type { Run__Output } from '../shared/rpc/generated/roulette/v1/Run.ts';
import { follow, INTERRUPTED } from './follow.ts';
import type { Io } from './io.ts';
import { isAbsence } from './patience.ts';
import type { PolicyVerdict } from '../coordinator/core/policy-verdict.ts';
import { renderPlan } from './render/plan.ts';
import { moment } from './render/table.ts';
import { describeApprovals, parseVerdict } from './render/verdict.ts';
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
  const interruption = { asked: false };
  const stopListening = session.io.onInterrupt(() => {
    interruption.asked = true;
  });
  let prepared;
  try {
    prepared = await prepare(session, request);
  } finally {
    stopListening();
  }
  const { io, json, operator } = session;
  if (prepared === null) return { exit: EXIT.refused, run: null };
  const { run, verdict } = prepared;
  if (interruption.asked) {
    await operator().haltRun({ runId: run.id, requestedBy: request.requestedBy, reason: INTERRUPTED });
    io.err('nothing was started');
    return { exit: EXIT.aborted, run: run.id };
  }
  if (verdict.approvals.needed === 0) {
    try {
      return await startPrepared(session, prepared, request);
    } catch (error) {
      if (error instanceof RouletteError && error.exit === EXIT.refused)
        io.err(`${run.id} stays prepared until ${moment(run.expiresAt)}: roulette start ${run.id}`);
      throw error;
    }
  }
  if (json) io.out(JSON.stringify(run));
  io.err(`${run.id} is prepared and waits for others: ${describeApprovals(verdict.approvals, [])}`);
  io.err(`until ${moment(run.expiresAt)}: roulette approve ${run.id}; then roulette start ${run.id}`);
  return { exit: EXIT.refused, run: run.id };
}

export interface PreparedRun {
  readonly run: Run__Output;
  readonly plan: Plan;
  readonly verdict: PolicyVerdict;
}

/** Plans, shows, confirms and prepares. Null when it was not confirmed. Throws what would be refused. */
export async function prepare(session: Session, request: PlayRequest): Promise<PreparedRun | null> {
  const { io, json, operator } = session;
  const { document, file, seed, requestedBy, replayOf } = request;
  const made = await operator().makePlan({
    document,
    file,
    requestedBy,
    preview: true,
    ...(seed === undefined ? {} : { seed }),
  });
  const plan = parsePlan(made.planJson);
  const verdict = parseVerdict(made.verdictJson);
  const shown = { plan, digest: made.digest, previews: made.previews, verdict };
  for (const line of renderPlan(shown, io.paint)) io.err(line);
  noteChange(io, made, request);
  const [refused] = [...plan.problems, ...verdict.refusals];
  if (refused !== undefined) throw new RouletteError(refused.code, refused.message);
  if (!(await confirm(io, request.yes, 'Play this plan? [y/N] '))) {
    if (json) io.out(JSON.stringify({ run: null }));
    io.err('nothing was started');
    return null;
  }
  const replay = replayOf === undefined ? {} : { replayOf };
  const asked = { document, file, seed: plan.seed, expectedDigest: made.digest, requestedBy, ...replay };
  const { run, verdictJson } = await operator().prepareRun(asked);
  if (run === null) throw new RouletteError('INTERNAL', 'the coordinator prepared a run and did not say which');
  return { run, plan, verdict: parseVerdict(verdictJson) };
}

type StartOptions = Pick<PlayRequest, 'requestedBy' | 'detach' | 'samples'>;

/** Starts a prepared run and follows it to its end. */
export async function startPrepared(
  session: Session,
  { run, plan }: Pick<PreparedRun, 'run' | 'plan'>,
  options: StartOptions,
): Promise<Played> {
  const { io, json } = session;
  const { requestedBy, detach, samples } = options;
  const { started, interrupted } = await start(session, run.id, requestedBy);
  if (detach && !interrupted) {
    io.out(json ? JSON.stringify(started) : run.id);
    return { exit: EXIT.done, run: run.id };
  }
  io.err(`${run.id} starts; Ctrl-C halts it`);
  const watched = { run: run.id, plan, samples, haltAs: requestedBy, haltAtOnce: interrupted };
  return { exit: await follow(session, watched), run: run.id };
}

/** A Ctrl-C while the start is under way must not leave a run behind that nobody halts, so it is kept until then. */
async function start(
  { io, operator }: Session,
  runId: string,
  requestedBy: string,
): Promise<{ readonly started: Run__Output | null; readonly interrupted: boolean }> {
  let interrupted = false;
  const stopListening = io.onInterrupt(() => {
    interrupted = true;
  });
  try {
    const { run } = await operator().startRun({ runId, requestedBy });
    return { started: run, interrupted };
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

export async function confirm(io: Io, yes: boolean, question: string): Promise<boolean> {
  if (yes) return true;
  if (io.ask === null)
    throw new RouletteError('USAGE_ARGUMENT', 'there is no terminal to confirm on; say --yes to start without asking');
  const answer = await io.ask(question);
  return /^y(?:es)?$/iu.test(answer.trim());
}
