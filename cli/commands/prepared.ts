// `prepare`, `approve` and `start`: the acts before a run plays, for when they are not done in one go.

import { parsePlan } from '../../shared/domain/plan.ts';
import { EXIT, RouletteError } from '../../shared/errors.ts';
import { readDocument } from '../documents.ts';
import { renderPlan } from '../render/plan.ts';
import { moment } from '../render/table.ts';
import { describeApprovals, parseVerdict } from '../render/verdict.ts';
import { confirm, prepare as prepareRun, startPrepared, type PreparedRun } from '../run-flow.ts';
import type { Outcome, Session } from '../session.ts';
import { playOptions, type RunOptions } from './runs.ts';

/** Prints the id of the run, and who has to approve it. */
export async function prepare(session: Session, file: string, options: RunOptions): Outcome {
  const { io, json } = session;
  const { name, text } = await readDocument(file);
  const request = { ...playOptions(session, options), document: text, file: name, seed: options.seed };
  const prepared = await prepareRun(session, request);
  if (prepared === null) return EXIT.refused;
  const { run, verdict } = prepared;
  io.out(json ? JSON.stringify(run) : run.id);
  if (verdict.approvals.needed > 0) io.err(describeApprovals(verdict.approvals, []));
  io.err(`can be started until ${moment(run.expiresAt)}: roulette start ${run.id}`);
  return EXIT.done;
}

export interface ApproveOptions {
  readonly yes?: boolean;
  readonly comment?: string;
  readonly as?: string;
}

/** Shows the plan; what is approved is the plan that was shown. */
export async function approve(session: Session, id: string, { yes, comment, as }: ApproveOptions): Outcome {
  const { io, json, operator } = session;
  const { run } = await show(session, id);
  if (!(await confirm(io, yes ?? false, 'Approve this plan? [y/N] '))) {
    io.err('nothing was approved');
    return EXIT.refused;
  }
  const request = { runId: id, planDigest: run.planDigest, requestedBy: as ?? io.user };
  const reply = await operator().approveRun({ ...request, ...(comment === undefined ? {} : { comment }) });
  const { needed, approvedBy } = reply;
  if (json) io.out(JSON.stringify({ run: reply.run, needed, approvedBy }));
  else io.out(`approved by ${approvedBy.join(' and ')}; ${needed} ${needed === 1 ? 'is' : 'are'} needed`);
  return EXIT.done;
}

/** Plays a prepared run, as `run` does. */
export async function start(session: Session, id: string, options: RunOptions): Outcome {
  const { io, json } = session;
  const shown = await show(session, id);
  if (!(await confirm(io, options.yes ?? false, 'Play this plan? [y/N] '))) {
    if (json) io.out(JSON.stringify({ run: null }));
    io.err('nothing was started');
    return EXIT.refused;
  }
  const { exit } = await startPrepared(session, shown, playOptions(session, options));
  return exit;
}

/** The plan of a prepared run, and what the policy says of it just now. Throws RUN_NOT_FOUND. */
async function show({ io, operator }: Session, id: string): Promise<Pick<PreparedRun, 'run' | 'plan'>> {
  const { run, planJson, verdictJson, approvedBy } = await operator().getRun(id);
  if (run === null) throw new RouletteError('RUN_NOT_FOUND', `there is no run ${id}`);
  if (run.phase === 'ended')
    throw new RouletteError('RUN_ENDED', `${id} has ended: ${run.verdict ?? ''}, ${run.reason ?? ''}`);
  if (verdictJson === undefined) throw new RouletteError('RUN_STARTED', `${id} has been started`);
  const verdict = parseVerdict(verdictJson);
  const plan = parsePlan(planJson);
  for (const line of renderPlan({ plan, digest: run.planDigest, previews: [], verdict, approvedBy }, io.paint))
    io.err(line);
  io.err(`${run.id}, ${run.phase}, asked for by ${run.requestedBy}, can be started until ${moment(run.expiresAt)}`);
  return { run, plan };
}
