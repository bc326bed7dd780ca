// The evidence of a run, for people (Markdown) and for programs (JSON).

import { canonicalJson } from '../../shared/canonical.ts';
import type { RunEvent, RunRecord } from '../../shared/domain/run.ts';
import { parsePlan } from '../../shared/domain/plan.ts';
import { RouletteError } from '../../shared/errors.ts';
import { findingsOf } from '../core/findings.ts';
import { renderMarkdown } from './markdown.ts';

/** Throws USAGE_ARGUMENT for a format that does not exist. */
export function createReport(record: RunRecord, events: readonly RunEvent[], format: string): string {
  const findings = findingsOf(events);
  if (format === 'md') return renderMarkdown(record, findings, events);
  if (format !== 'json')
    throw new RouletteError('USAGE_ARGUMENT', `there is no report format ${format}; there are md and json`);
  const { plan, ...run } = record;
  return `${JSON.stringify(JSON.parse(canonicalJson({ run, plan: parsePlan(plan), findings, timeline: events })), null, 2)}\n`;
}
