// `run`, `replay`, `runs`, `show`, `watch`, `halt` and `report`.

import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { EXIT, RouletteError, messageOf } from '../../shared/errors.ts';
import { parsePlan } from '../../shared/domain/plan.ts';
import type { RunEvent } from '../../shared/domain/run.ts';
import { findingsOf } from '../../coordinator/core/findings.ts';
import { readDocument } from '../documents.ts';
import { renderRun } from '../render/run.ts';
import { moment, table } from '../render/table.ts';
import { describeApprovals, parseVerdict } from '../render/verdict.ts';
import { follow } from '../follow.ts';
import { play } from '../run-flow.ts';
import type { Outcome, Session } from '../session.ts';

export interface RunOptions {
  readonly seed?: string;
  readonly yes?: boolean;
  readonly detach?: boolean;
  readonly samples?: boolean;
  readonly as?: string;
}

export async function run(session: Session, file: string, options: RunOptions): Outcome {
  const { name, text } = await readDocument(file);
  const { exit } = await play(session, {
    ...playOptions(session, options),
    document: text,
    file: name,
    seed: options.seed,
  });
  return exit;
}

export async function replay(session: Session, id: string, options: RunOptions): Outcome {
  const { run: earlier, document } = await session.operator().getRun(id);
  const { exit } = await play(session, {
    ...playOptions(session, options),
    document,
    file: id,
    seed: earlier?.seed,
    replayOf: id,
    expectedDigest: earlier?.planDigest,
  });
  return exit;
}

export function playOptions(
  { io }: Session,
  { yes, detach, samples, as }: RunOptions,
): {
  readonly requestedBy: string;
  readonly replayOf: undefined;
  readonly expectedDigest: undefined;
  readonly yes: boolean;
  readonly detach: boolean;
  readonly samples: boolean;
} {
  return {
    requestedBy: as ?? io.user,
    replayOf: undefined,
    expectedDigest: undefined,
    yes: yes ?? false,
    detach: detach ?? false,
    samples: samples ?? false,
  };
}

export async function listRuns({ io, json, operator }: Session): Outcome {
  const { runs } = await operator().listRuns();
  if (json) io.out(JSON.stringify(runs));
  else if (runs.length === 0) io.err('no run yet');
  const rows = runs.map(({ id, experiment, phase, verdict, preparedAt, seed, requestedBy }) => [
    id,
    experiment,
    verdict ?? phase,
    moment(preparedAt),
    seed,
    requestedBy,
  ]);
  if (!json)
    for (const line of table(['run', 'experiment', 'verdict', 'prepared', 'seed', 'asked for by'], rows)) io.out(line);
  return EXIT.done;
}

export async function showRun({ io, json, operator }: Session, id: string): Outcome {
  const { run: found, verdictJson, approvedBy } = await operator().getRun(id);
  if (found === null) throw new RouletteError('RUN_NOT_FOUND', `there is no run ${id}`);
  const events: RunEvent[] = [];
  for await (const event of operator().watchRun(id, 0, true)) events.push(event);
  const findings = findingsOf(events);
  if (json) io.out(JSON.stringify({ run: found, findings }));
  else for (const line of renderRun(found, findings, io.paint)) io.out(line);
  if (!json && verdictJson !== undefined) {
    const { approvals } = parseVerdict(verdictJson);
    if (approvals.needed > 0) io.out(describeApprovals(approvals, approvedBy));
    io.out(`can be started until ${moment(found.expiresAt)}: roulette start ${id}`);
  }
  return EXIT.done;
}

export async function watch(session: Session, id: string, options: RunOptions): Outcome {
  const { planJson } = await session.operator().getRun(id);
  return follow(session, {
    run: id,
    plan: parsePlan(planJson),
    samples: options.samples ?? false,
    haltAs: null,
    haltAtOnce: false,
  });
}

export interface ReportOptions {
  readonly format?: string;
  readonly output?: string;
}

/** With --json stdout stays one JSON value: the report itself, or where it was written. */
export async function report({ io, json, operator }: Session, id: string, options: ReportOptions): Outcome {
  const { format = json ? 'json' : 'md', output } = options;
  if (json && format !== 'json' && output === undefined)
    throw new RouletteError('USAGE_ARGUMENT', `--json prints JSON: leave out --format ${format}, or write it with -o`);
  const { text } = await operator().getReport(id, format);
  if (output === undefined) {
    io.out(text.trimEnd());
    return EXIT.done;
  }
  writeWhole(output, text);
  io.err(`written to ${output}`);
  if (json) io.out(JSON.stringify({ run: id, format, file: output }));
  return EXIT.done;
}

/** The file is there whole, or as it was before. Throws USAGE_FILE. */
export function writeWhole(file: string, text: string): void {
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    // A pipe or a device such as /dev/null is written to, never replaced.
    if (there !== undefined && !there.isFile()) writeFileSync(file, text);
    else replaceFile(there === undefined ? file : realpathSync(file), text);
  } catch (error) {
    throw new RouletteError('USAGE_FILE', `cannot write ${file}: ${messageOf(error)}`, { cause: error });
  }
}

function replaceFile(file: string, text: string): void {
  const part = `${file}.${process.pid}.part`;
  try {
    writeFileSync(part, text, { flush: true });
    renameSync(part, file);
  } finally {
    rmSync(part, { force: true });
  }
}
