// The policy for people: what a folder has, and how its tests came out.

import type { CaseResult } from '../../coordinator/core/policy-case.ts';
import type { Policy } from '../../shared/domain/policy.ts';
import { formatDuration } from '../../shared/units.ts';
import type { Paint } from '../io.ts';
import { hanging } from './table.ts';

/** How many rules there are of each section. */
export function countRules({ rules, expressions, approvals, windows, freezes }: Policy): Record<string, number> {
  const ofKind = (kind: Policy['rules'][number]['kind']): number => rules.filter((rule) => rule.kind === kind).length;
  return {
    limits: ofKind('limit'),
    rates: ofKind('rate'),
    coolDowns: ofKind('coolDown'),
    floors: ofKind('floor'),
    apart: ofKind('apart'),
    exclude: ofKind('exclude'),
    require: ofKind('require'),
    expressions: expressions.length,
    approvals: approvals.length,
    windows: windows.length,
    freezes: freezes.length,
  };
}

export function renderPolicy(folder: string, policy: Policy, paint: Paint): string[] {
  const people = Object.entries(policy.people).map(
    ([name, roles]) => `${name === '*' ? 'everybody else' : name}: ${roles.join(', ')}`,
  );
  return [
    `${folder}: ${paint.good('valid')}`,
    ...hanging([
      ...Object.entries(countRules(policy)).map(([section, count]) => [section, [String(count)]] as const),
      ['people', people.length === 0 ? ['nobody: every run is refused'] : people],
      [
        'expiry',
        [`prepared ${formatDuration(policy.preparedForMs)}, approval ${formatDuration(policy.approvedForMs)}`],
      ],
      ['digest', [policy.digest]],
    ]),
  ];
}

export function renderCase(played: CaseResult & { readonly file: string }, paint: Paint): string[] {
  const { file, name, failure, verdict, refusals, approvals } = played;
  if (failure === null) return [`${paint.good('pass')}  ${file}: ${name} (${wordsOf(verdict, refusals, approvals)})`];
  return [
    `${paint.bad('FAIL')}  ${file}: ${name}: ${failure}`,
    ...refusals.map(({ rule, message }) => `      ${rule}: ${message}`),
  ];
}

function wordsOf(verdict: CaseResult['verdict'], refusals: CaseResult['refusals'], approvals: number): string {
  if (verdict === 'refused') return `refused by ${[...new Set(refusals.map(({ rule }) => rule))].join(', ')}`;
  return approvals === 0 ? 'allowed' : `allowed with ${approvals} ${approvals === 1 ? 'approval' : 'approvals'}`;
}
