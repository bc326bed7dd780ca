// The report for people: what was believed, what was done, what came of it, and how to check and repeat it.

import type { RunEvent, RunRecord } from '../../shared/domain/run.ts';
import { parseExperiment } from '../../shared/schema/document.ts';
import { formatDuration } from '../../shared/units.ts';
import { describeEvent, describeObservation, round } from '../../shared/describe-event.ts';
import type { Findings, InjectionFinding } from '../core/findings.ts';

const HEADLINES = {
  passed: 'the hypothesis held',
  refuted: 'the hypothesis is refuted',
  inconclusive: 'nothing was learned',
  aborted: 'stopped before its end',
  refused: 'not started',
  error: 'something went wrong',
} as const;

export function renderMarkdown(record: RunRecord, findings: Findings, events: readonly RunEvent[]): string {
  const { verdict, phase } = record;
  const headline = verdict === null ? `not ended yet (${phase})` : `${verdict}: ${HEADLINES[verdict]}`;
  return [
    `# ${record.experiment}: ${headline}`,
    record.reason ?? '',
    summarySection(record),
    hypothesisSection(record),
    injectionSection(findings),
    recoverySection(findings),
    monitorSection(findings),
    haltSection(findings),
    timelineSection(events),
    repeatSection(record),
  ]
    .filter((section) => section !== '')
    .join('\n\n')
    .concat('\n');
}

function summarySection(record: RunRecord): string {
  return table(
    ['', ''],
    [
      ['run', code(record.id)],
      ['owner', record.owner],
      ['asked for by', record.requestedBy],
      ['prepared', iso(record.preparedAt)],
      ['ended', record.endedAt === null ? 'not yet' : iso(record.endedAt)],
      ['seed', code(record.seed)],
      ['plan digest', code(record.planDigest)],
      ...(record.replayOf === null ? [] : [['replay of', code(record.replayOf)]]),
    ],
  );
}

function hypothesisSection(record: RunRecord): string {
  const parsed = parseExperiment(record.document, record.id);
  if (!parsed.ok) return '';
  const { hypothesis, runbook, steadyState, abort } = parsed.experiment;
  const lines = [
    '## Hypothesis',
    '',
    `> ${hypothesis.trim().replaceAll('\n', '\n> ')}`,
    '',
    ...steadyState.map(({ text }) => `- steady state: ${code(text)}`),
    ...abort.map(({ text }) => `- stop when: ${code(text)}`),
    ...(runbook === null ? [] : [`- runbook: ${runbook}`]),
  ];
  return lines.join('\n');
}

function injectionSection({ injections, skippedSlots }: Findings): string {
  const rows = injections.map((injection) => [
    injection.slot,
    injection.node,
    injection.fault,
    victimsOf(injection),
    effectOf(injection),
    recoveryOf(injection),
  ]);
  const skipped = skippedSlots.map(
    ({ slot, node, why }) => `- ${slot} was skipped${node === null ? '' : ` on ${node}`}: ${why}`,
  );
  const body = rows.length > 0 ? table(['slot', 'node', 'fault', 'on', 'asked and achieved', 'MTTR'], rows) : 'None.';
  return ['## Injections', '', body, ...(skipped.length > 0 ? ['', ...skipped] : [])].join('\n');
}

function victimsOf({ targets }: InjectionFinding): string {
  if (targets.length === 0) return 'the node';
  return targets
    .map(({ pid, service, name, startedAt }) => `${service ?? name} (pid ${pid}, started ${iso(startedAt)})`)
    .join('<br>');
}

function effectOf({ outcome, why, observations, endReason }: InjectionFinding): string {
  const seen = observations.map((observation) => describeObservation(observation));
  const end = endReason === null || endReason === 'completed' ? [] : [`ended: ${endReason}`];
  const trouble = why === null ? [] : [`**${outcome}**: ${why}`];
  return [...seen, ...end, ...trouble].join('<br>');
}

function recoveryOf({ recovery }: InjectionFinding): string {
  if (recovery === null) return '';
  if (!recovery.disturbed) return 'steady state never left';
  return recovery.recoveredAfterMs === null ? '**not recovered**' : formatDuration(recovery.recoveredAfterMs);
}

function recoverySection({ stages }: Findings): string {
  if (stages.length === 0) return '';
  const rows = stages.map(({ stage, startedAt, recoveredAfterMs }) => [
    stage,
    iso(startedAt),
    recoveredAfterMs === null ? 'no' : `yes, after ${formatDuration(Math.round(recoveredAfterMs))}`,
  ]);
  return ['## Stages', '', table(['stage', 'started', 'steady state returned'], rows)].join('\n');
}

function monitorSection({ monitors }: Findings): string {
  if (monitors.length === 0) return '';
  const rows = monitors.map(({ monitor, baseline, min, median, max, samples, missing }) => [
    monitor,
    ...[baseline, min, median, max].map((value) => (value === null ? '' : round(value))),
    `${samples}${missing > 0 ? `, ${missing} without a value` : ''}`,
  ]);
  return ['## Monitors', '', table(['monitor', 'baseline', 'least', 'median', 'most', 'samples'], rows)].join('\n');
}

function haltSection({ breached, halted }: Findings): string {
  if (breached.length === 0 && halted.length === 0) return '';
  const rows = halted.map(({ node, order, state, at, why }) => [node, code(order), state, iso(at), why ?? '']);
  return [
    '## Halt',
    ...(breached.length > 0 ? ['', ...breached.map((rule) => `- abort rule: ${rule}`)] : []),
    '',
    rows.length > 0 ? table(['node', 'order', 'state', 'at', ''], rows) : 'No injection was active.',
  ].join('\n');
}

function timelineSection(events: readonly RunEvent[]): string {
  const lines = events
    .filter(({ body }) => body.type !== 'monitor.sampled')
    .map(({ at, body }) => `- ${iso(at)} ${describeEvent(body)}`);
  return ['## Timeline', '', ...lines].join('\n');
}

function repeatSection(record: RunRecord): string {
  return [
    '## Check and repeat',
    '',
    `- the same document and seed again: ${code(`roulette replay ${record.id}`)}`,
    `- who decided what, and what the nodes reported: ${code(`roulette audit list --run ${record.id}`)}`,
    `- that nothing of it was changed since: ${code('roulette audit verify')}`,
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map((cells) => row(cells))].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function code(text: string): string {
  return `\`${text}\``;
}
