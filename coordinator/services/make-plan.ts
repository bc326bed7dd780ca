// From a document to its plan: what the host names in it come to just now, and what the fleet is.

import { randomBytes } from 'node:crypto';
import { canonicalJson, sha256 } from '../../shared/canonical.ts';
import type { Experiment } from '../../shared/domain/experiment.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { RouletteError } from '../../shared/errors.ts';
import { resolveNames } from '../../shared/resolve-names.ts';
import { parseExperiment } from '../../shared/schema/document.ts';
import { formatIssue } from '../../shared/schema/source.ts';
import { compilePlan } from '../core/compile.ts';
import { namesIn } from '../core/peers.ts';
import type { Fleet } from './fleet.ts';

export interface PlanRequest {
  readonly document: string;
  /** Named in error messages. */
  readonly file: string;
  readonly seed: string | null;
}

export interface Planned {
  readonly experiment: Experiment;
  readonly plan: Plan;
  /** Canonical JSON of the plan; `digest` is its SHA-256. */
  readonly text: string;
  readonly digest: string;
}

interface PlanDeps {
  readonly fleet: Fleet;
  readonly environment: string;
}

/** Throws DOCUMENT_INVALID with every issue, one a line. */
export function readExperiment(
  document: string,
  file: string,
): { readonly experiment: Experiment; readonly digest: string } {
  const parsed = parseExperiment(document, file);
  if (parsed.ok) return parsed;
  const code = parsed.issues[0]?.code ?? 'DOCUMENT_INVALID';
  throw new RouletteError(code, parsed.issues.map((issue) => formatIssue(issue)).join('\n'));
}

/** Throws as `readExperiment`. */
export async function makePlan(request: PlanRequest, { fleet, environment }: PlanDeps): Promise<Planned> {
  const { experiment, digest: documentDigest } = readExperiment(request.document, request.file);
  const seed = request.seed ?? experiment.seed ?? randomBytes(8).toString('hex');
  const names = await resolveNames(namesIn(experiment));
  // Not before the names are there: the fleet may be another by then.
  const inventory = fleet.inventory();
  const plan = compilePlan({ experiment, documentDigest, seed, environment, inventory, names });
  const text = canonicalJson(plan);
  return { experiment, plan, text, digest: sha256(text) };
}
