// `demo`: a game day on a small marketplace on this machine, from nothing to the report and back to nothing.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { findingsOf } from '../../coordinator/core/findings.ts';
import { summarise } from '../../coordinator/core/mttr.ts';
import type { RunEvent } from '../../shared/domain/run.ts';
import { EXIT, RouletteError, type ExitCode } from '../../shared/errors.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { formatDuration } from '../../shared/units.ts';
import { buildStage, type DemoStage } from '../demo/stage.ts';
import { Operator } from '../operator.ts';
import { renderInjections } from '../render/run.ts';
import { play, type PlayRequest } from '../run-flow.ts';
import type { Outcome, Session } from '../session.ts';
import { writeWhole } from './runs.ts';

export interface DemoOptions {
  readonly dir?: string;
}

/** Whether each story's marketplace starts with idempotency keys. */
const STORIES = { 'game-day': true, 'double-charge': false } as const;

function isStory(name: string): name is keyof typeof STORIES {
  return Object.hasOwn(STORIES, name);
}

export async function demo(session: Session, story: string, options: DemoOptions): Outcome {
  const { io } = session;
  if (!isStory(story))
    throw new RouletteError(
      'USAGE_ARGUMENT',
      `there is no story ${story}; there are ${Object.keys(STORIES).join(' and ')}`,
    );
  const folder = path.resolve(
    options.dir ?? path.join('.roulette', `demo-${new Date().toISOString().replaceAll(/[:.]/gu, '-')}`),
  );
  mkdirSync(folder, { recursive: true });
  io.err(`starting a marketplace, a coordinator and three agents; logs are in ${folder}`);
  const stage = await buildStage(folder, STORIES[story]);
  const operator = new Operator(stage.coordinator);
  const inside: Session = { ...session, operator: () => operator };
  try {
    await untilFleetIsThere(operator);
    return story === 'game-day' ? await playGameDay(inside, folder) : await tellOfDoubleCharge(inside, stage, folder);
  } finally {
    operator.close();
    io.err('taking everything down');
    await stage.stop();
  }
}

async function playGameDay(session: Session, folder: string): Promise<ExitCode> {
  const { exit, run } = await play(session, requestFor('game-day'));
  if (run !== null) await leaveEvidence(session, run, path.join(folder, 'report'));
  return exit;
}

/** Refuted, mended, and the same seed again: only then is the story told to its end. */
async function tellOfDoubleCharge(session: Session, stage: DemoStage, folder: string): Promise<ExitCode> {
  const { io } = session;
  const request = requestFor('double-charge');
  io.err(io.paint.strong('1. the marketplace runs without idempotency keys'));
  const before = await play(session, request);
  if (before.run !== null) await leaveEvidence(session, before.run, path.join(folder, 'report-before'));
  if (before.exit !== EXIT.refuted || before.run === null)
    return before.exit === EXIT.done ? EXIT.inconclusive : before.exit;
  io.err(io.paint.strong('2. the fix: the workers now send idempotency keys'));
  await stage.restartMarketplace(true);
  io.err(io.paint.strong(`3. replay of ${before.run}: the same document, the same seed`));
  const { run: earlier } = await session.operator().getRun(before.run);
  const after = await play(session, {
    ...request,
    seed: earlier?.seed,
    replayOf: before.run,
    expectedDigest: earlier?.planDigest,
  });
  if (after.run !== null) await leaveEvidence(session, after.run, path.join(folder, 'report-after'));
  if (after.exit === EXIT.done)
    io.err(io.paint.good('refuted before the fix, held after it: the same faults, the same seed'));
  return after.exit;
}

function requestFor(story: keyof typeof STORIES): PlayRequest {
  const file = path.join(packageRoot(), 'examples', 'marketplace', `${story}.yaml`);
  return {
    document: readFileSync(file, 'utf8'),
    file: path.relative(process.cwd(), file),
    seed: undefined,
    requestedBy: 'demo',
    replayOf: undefined,
    expectedDigest: undefined,
    yes: true,
    detach: false,
    samples: false,
  };
}

const FLEET_SIZE = 3;
const FLEET_WITHIN_MS = 10_000;
const POLL_MS = 50;

async function untilFleetIsThere(operator: Operator): Promise<void> {
  const deadline = performance.now() + FLEET_WITHIN_MS;
  for (;;) {
    const { nodes } = await operator.listNodes();
    if (nodes.filter(({ connected }) => connected).length === FLEET_SIZE) return;
    if (performance.now() > deadline)
      throw new RouletteError('INTERNAL', `only ${nodes.length} of ${FLEET_SIZE} agents have connected`);
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS);
    });
  }
}

/** What each injection came to, how long it was felt, the proof of the log, and the report as files. */
async function leaveEvidence({ io, json, operator }: Session, run: string, file: string): Promise<void> {
  const events: RunEvent[] = [];
  for await (const event of operator().watchRun(run, 0, true)) events.push(event);
  const findings = findingsOf(events);
  const summary = summarise(findings.injections.flatMap(({ recovery }) => recovery ?? []));
  const audit = await operator().verifyAudit();
  for (const format of ['md', 'json']) writeWhole(`${file}.${format}`, (await operator().getReport(run, format)).text);
  const say = json ? io.err : io.out;
  say('');
  for (const line of renderInjections(findings)) say(line);
  say('');
  say(
    `MTTR: ${summary.injections} injections, ${summary.disturbed} felt, median ${spell(summary.medianMs)}, longest ${spell(summary.longestMs)}, ${summary.open} never recovered`,
  );
  say(`audit log: ${audit.ok ? `unbroken, ${audit.rows} rows` : `BROKEN at row ${audit.brokenRow ?? 0}`}`);
  say(`report: ${file}.md`);
}

function spell(ms: number | null): string {
  return ms === null ? 'none' : formatDuration(ms);
}
