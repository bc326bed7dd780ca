// What the endpoints of the pre-flight check are asked before a run starts, what their answers mean, and whether the
// run may start: only if each of them agrees, in the one form that there is for it. Anything else is a veto whose
// reason says what happened. Reasons may come from outside: they leave here escaped and cut, fit for logs, events
// and terminals.

import type { NodeId, RunId, SlotId } from '../../shared/domain/ids.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import type { RunSummary } from '../../shared/domain/run.ts';
import { messageOf } from '../../shared/errors.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import { isObject } from '../../shared/schema/reader.ts';

/** What is sent: who wants to hit what. */
export interface PreflightRequest extends RunFacts {
  readonly apiVersion: 'roulette/v1';
  readonly kind: 'Preflight';
  readonly environment: string;
  readonly targets: readonly PreflightTarget[];
}

interface RunFacts {
  readonly run: RunId;
  readonly experiment: string;
  readonly owner: string;
  readonly requestedBy: string;
  readonly planDigest: string;
  readonly seed: string;
  readonly policyDigest: string | null;
}

/** One slot of the plan. */
interface PreflightTarget {
  readonly slot: SlotId;
  readonly fault: FaultKind;
  readonly nodes: readonly NodeId[];
  /** Who may be hit instead, in this order. */
  readonly standby: readonly NodeId[];
}

export function preflightOf(run: Omit<RunFacts, 'run'> & Pick<RunSummary, 'id'>, plan: Plan): PreflightRequest {
  return {
    apiVersion: 'roulette/v1',
    kind: 'Preflight',
    run: run.id,
    experiment: run.experiment,
    owner: run.owner,
    environment: plan.experiment.environment,
    requestedBy: run.requestedBy,
    planDigest: run.planDigest,
    seed: run.seed,
    policyDigest: run.policyDigest,
    targets: plan.slots.map(({ id, fault, nodes }) => ({ slot: id, fault, nodes, standby: plan.standby[id] ?? [] })),
  };
}

export type Opinion = { readonly allow: true } | { readonly allow: false; readonly reason: string };

/** More of an answer need not be read: it is a veto then. */
export const MOST_ANSWER_BYTES = 64 * 1024;

/** Null: the body decides. */
export function judgeStatus(status: number): Opinion | null {
  if (status === 200) return null;
  const isRedirect = status >= 300 && status < 400;
  return veto(isRedirect ? `redirects with status ${status}, which is not followed` : `answers with status ${status}`);
}

export function judgeAnswer(body: Uint8Array): Opinion {
  if (body.length > MOST_ANSWER_BYTES) return veto(`answers with more than ${MOST_ANSWER_BYTES} bytes`);
  try {
    return judgeValue(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch (error) {
    return veto(`answers with what is not JSON: ${messageOf(error)}`);
  }
}

/** Strict, because a key that is not understood may be a condition of the consent. */
function judgeValue(value: unknown): Opinion {
  const { allow, reason, ...others } = isObject(value) ? value : {};
  const [other] = Object.keys(others);
  if (other !== undefined) return veto(`answers with the key ${JSON.stringify(other)}, which has no meaning here`);
  if (allow === true && reason === undefined) return { allow };
  if (allow === true) return veto('agrees and gives a reason, which is for vetoes');
  if (allow !== false) return veto('answers with neither {"allow":true} nor {"allow":false,"reason":"..."}');
  return veto(typeof reason === 'string' && reason.trim() !== '' ? reason : 'refuses without a reason');
}

export function veto(reason: string): Opinion {
  return { allow: false, reason: tame(reason) };
}

const LONGEST_REASON = 500;

/** Control and format characters, line ends, and halves of pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Escaped before it is cut, and cut between characters: no half of an escape is left. */
function tame(text: string): string {
  let told = '';
  for (const character of text.trim()) {
    const shown = UNPRINTABLE.test(character) ? `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}` : character;
    if (told.length + shown.length > LONGEST_REASON) return `${told}…`;
    told += shown;
  }
  return told;
}

export type PreflightAnswer = Opinion & {
  /** Its name. */
  readonly endpoint: string;
  /** The id that the endpoint got with the question. */
  readonly delivery: string;
};

export type PreflightVerdict = { readonly answers: readonly PreflightAnswer[] } & (
  { readonly allowed: true } | { readonly allowed: false; readonly vetoes: readonly PreflightVeto[] }
);

interface PreflightVeto {
  readonly endpoint: string;
  readonly reason: string;
}

export function judgePreflight(answers: readonly PreflightAnswer[]): PreflightVerdict {
  const vetoes = answers.flatMap((answer) =>
    answer.allow ? [] : [{ endpoint: answer.endpoint, reason: answer.reason }],
  );
  return vetoes.length === 0 ? { allowed: true, answers } : { allowed: false, vetoes, answers };
}
