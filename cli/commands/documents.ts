// `validate` and `plan`: what a document says, and what it comes to.

import { randomBytes } from 'node:crypto';
import { canonicalJson, sha256 } from '../../shared/canonical.ts';
import { parsePlan } from '../../shared/domain/plan.ts';
import { EXIT, RouletteError } from '../../shared/errors.ts';
import { parseExperiment } from '../../shared/schema/document.ts';
import { parseInventory } from '../../shared/schema/inventory.ts';
import { formatIssue } from '../../shared/schema/source.ts';
import { resolveNames } from '../../shared/resolve-names.ts';
import { compilePlan } from '../../coordinator/core/compile.ts';
import { namesIn } from '../../coordinator/core/peers.ts';
import { readDocument } from '../documents.ts';
import { renderPlan, type PlanToShow } from '../render/plan.ts';
import { parseVerdict } from '../render/verdict.ts';
import type { Outcome, Session } from '../session.ts';

export async function validate({ io, json }: Session, files: readonly string[]): Outcome {
  const checked = [];
  for (const file of files) {
    const { name, text } = await readDocument(file);
    const parsed = parseExperiment(text, name);
    checked.push({ file: name, ok: parsed.ok, issues: parsed.ok ? [] : parsed.issues });
  }
  if (json) io.out(JSON.stringify(checked));
  for (const { file, issues } of json ? [] : checked) {
    for (const issue of issues) io.err(formatIssue(issue));
    io.out(`${file}: ${issues.length === 0 ? io.paint.good('valid') : io.paint.bad(`${issues.length} to mend`)}`);
  }
  return checked.every(({ ok }) => ok) ? EXIT.done : EXIT.usage;
}

export interface PlanOptions {
  readonly seed?: string;
  readonly inventory?: string;
  readonly environment?: string;
  /** With --json: what the policy says, in the place of the plan. */
  readonly verdict?: boolean;
  readonly as?: string;
}

export async function plan(session: Session, file: string, options: PlanOptions): Outcome {
  const { io, json } = session;
  requireFit(options, json);
  const made =
    options.inventory === undefined
      ? await askForPlan(session, file, options)
      : await compileHere(file, options.inventory, options);
  if (json) io.out(options.verdict === true ? JSON.stringify(made.verdict) : made.text);
  else for (const line of renderPlan(made, io.paint)) io.out(line);
  const refused = [...made.plan.problems, ...(made.verdict?.refusals ?? [])];
  return refused.length === 0 ? EXIT.done : EXIT.refused;
}

function requireFit({ environment, inventory, verdict }: PlanOptions, json: boolean): void {
  if (environment !== undefined && inventory === undefined)
    throw new RouletteError('USAGE_ARGUMENT', '--environment goes with --inventory: a coordinator has its own');
  if (verdict === true && (!json || inventory !== undefined))
    throw new RouletteError('USAGE_ARGUMENT', '--verdict goes with --json, and is given by a coordinator');
}

type Made = PlanToShow & { readonly text: string };

async function askForPlan(session: Session, file: string, { seed, as }: PlanOptions): Promise<Made> {
  const { name, text: document } = await readDocument(file);
  const asked = { document, file: name, preview: !session.json, requestedBy: as ?? session.io.user };
  const { planJson, digest, previews, verdictJson } = await session
    .operator()
    .makePlan({ ...asked, ...(seed === undefined ? {} : { seed }) });
  return { plan: parsePlan(planJson), text: planJson, digest, previews, verdict: parseVerdict(verdictJson) };
}

/** The same bytes as a coordinator gives for the same document, seed and fleet. */
async function compileHere(file: string, inventoryFile: string, options: PlanOptions): Promise<Made> {
  const { name, text: document } = await readDocument(file);
  const parsed = parseExperiment(document, name);
  if (!parsed.ok)
    throw new RouletteError('DOCUMENT_INVALID', parsed.issues.map((issue) => formatIssue(issue)).join('\n'));
  const { experiment, digest: documentDigest } = parsed;
  const listed = await readDocument(inventoryFile);
  const inventory = parseInventory(listed.text, listed.name);
  if (!inventory.ok)
    throw new RouletteError('DOCUMENT_INVALID', inventory.issues.map((issue) => formatIssue(issue)).join('\n'));
  const seed = options.seed ?? experiment.seed ?? randomBytes(8).toString('hex');
  const environment = options.environment ?? experiment.environment;
  const names = await resolveNames(namesIn(experiment));
  const compiled = compilePlan({ experiment, documentDigest, seed, environment, inventory: inventory.value, names });
  const text = canonicalJson(compiled);
  return { plan: compiled, text, digest: sha256(text), previews: [], verdict: null };
}
