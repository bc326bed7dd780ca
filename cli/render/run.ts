// One run for people: its verdict, and what came of each injection.

import { describeObservation, describeProcess } from '../../shared/describe-event.ts';
import type { Verdict } from '../../shared/domain/run.ts';
import type { Run__Output } from '../../shared/rpc/generated/roulette/v1/Run.ts';
import { formatDuration } from '../../shared/units.ts';
import type { Findings, InjectionFinding } from '../../coordinator/core/findings.ts';
import type { Paint } from '../io.ts';
import { moment, table } from './table.ts';

export function paintVerdict(verdict: string, paint: Paint): string {
  const tone = verdict === 'passed' ? paint.good : verdict === 'inconclusive' ? paint.warn : paint.bad;
  return paint.strong(tone(verdict));
}

export function renderRun(run: Run__Output, findings: Findings, paint: Paint): string[] {
  const ended = run.verdict === undefined ? run.phase : paintVerdict(run.verdict, paint);
  return [
    `${paint.strong(run.id)}  ${run.experiment}  ${ended}`,
    ...(run.reason === undefined ? [] : [run.reason]),
    `seed ${run.seed}, plan ${run.planDigest.slice(0, 12)}, asked for by ${run.requestedBy}${run.replayOf === undefined ? '' : `, a replay of ${run.replayOf}`}`,
    `prepared ${moment(run.preparedAt)}${run.endedAt === undefined ? '' : `, ended ${moment(run.endedAt)}`}`,
    '',
    ...renderInjections(findings),
  ];
}

export function renderInjections({ injections, skippedSlots }: Findings): string[] {
  const rows = injections.map((injection) => [
    injection.slot,
    injection.node,
    injection.fault,
    injection.targets.map((target) => describeProcess(target)).join(', '),
    mttrOf(injection),
    injection.why ?? injection.observations.map((observation) => describeObservation(observation)).join(', '),
  ]);
  const skipped = skippedSlots.map(
    ({ slot, node, why }) => `${slot} was skipped${node === null ? '' : ` on ${node}`}: ${why}`,
  );
  return [...table(['slot', 'node', 'fault', 'on', 'mttr', 'asked and achieved'], rows), ...skipped];
}

function mttrOf({ recovery }: InjectionFinding): string {
  if (recovery === null) return '-';
  if (!recovery.disturbed) return 'not felt';
  return recovery.recoveredAfterMs === null ? 'not recovered' : formatDuration(recovery.recoveredAfterMs);
}

/** Exit code of a verdict (the public contract). */
export const VERDICT_EXIT = {
  passed: 0,
  refuted: 1,
  aborted: 3,
  refused: 4,
  inconclusive: 6,
  error: 70,
} as const satisfies Record<Verdict, number>;
