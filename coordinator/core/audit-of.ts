// Which facts of a run go into the audit log, and in whose name: every decision before it is done, and what
// the nodes then reported of it. Samples and the comings and goings of nodes are timeline only.

import type { AuditEntry } from '../../shared/audit.ts';
import { canonicalJson } from '../../shared/canonical.ts';
import type { RunEvent, RunEventBody } from '../../shared/domain/run.ts';

/** Who stands behind each kind of fact; `null` = not audited. */
const ACTORS: Readonly<Record<RunEventBody['type'], 'coordinator' | 'rule' | 'node' | 'person' | null>> = {
  'run.prepared': 'person',
  'run.approved': 'person',
  'preflight.answered': 'coordinator',
  'run.started': 'person',
  'baseline.started': null,
  'baseline.measured': null,
  'gate.passed': 'coordinator',
  'gate.failed': 'coordinator',
  'stage.started': 'coordinator',
  'order.sent': 'coordinator',
  'order.repeated': 'coordinator',
  'slot.substituted': 'coordinator',
  'slot.waiting': 'coordinator',
  'slot.skipped': 'coordinator',
  'injection.started': 'node',
  'injection.refused': 'node',
  'injection.ended': 'node',
  'injection.lost': 'coordinator',
  'revert.confirmed': 'node',
  'node.lost': null,
  'node.returned': null,
  'monitor.sampled': null,
  'abort.breached': 'rule',
  'halt.requested': 'person',
  'revert.sent': 'coordinator',
  'halt.confirmed': 'coordinator',
  'steady.lost': null,
  'steady.regained': null,
  'recovery.confirmed': 'coordinator',
  'recovery.started': null,
  'recovery.measured': 'coordinator',
  'stage.ended': null,
  'run.ended': 'coordinator',
};

export function auditOf(event: RunEvent): AuditEntry | null {
  const actor = ACTORS[event.body.type];
  if (actor === null) return null;
  const { type: action, ...detail } = event.body;
  return { at: event.at, actor: nameOf(actor, event.body), action, run: event.run, detail: canonicalJson(detail) };
}

function nameOf(actor: string, body: RunEventBody): string {
  if (body.type === 'run.prepared') return body.requestedBy;
  if (body.type === 'halt.requested' || body.type === 'run.approved' || body.type === 'run.started') return body.by;
  return actor === 'node' && 'node' in body ? `agent:${body.node}` : actor;
}
