// Which facts of a run go into the audit log, under which name: every decision before it is done, and what
// the nodes then reported of it. Samples and the comings and goings of nodes are timeline only.

import type { AuditEntry } from '../../shared/audit.ts';
import { canonicalJson } from '../../shared/canonical.ts';
import type { RunEvent, RunEventBody } from '../../shared/domain/run.ts';

export function auditOf(event: RunEvent): AuditEntry | null {
  const actor = actorOf(event.body);
  if (actor === null) return null;
  const { type: action, ...detail } = event.body;
  return { at: event.at, actor, action, run: event.run, detail: canonicalJson(detail) };
}

function actorOf(body: RunEventBody): string | null {
  switch (body.type) {
    case 'run.prepared':
      return body.requestedBy;
    case 'halt.requested':
      return body.by;
    case 'abort.breached':
      return 'rule';
    case 'injection.started':
    case 'injection.refused':
    case 'injection.ended':
      return `agent:${body.node}`;
    case 'gate.passed':
    case 'gate.failed':
    case 'stage.started':
    case 'order.sent':
    case 'slot.substituted':
    case 'slot.skipped':
    case 'revert.sent':
    case 'injection.lost':
    case 'halt.confirmed':
    case 'run.ended':
      return 'coordinator';
    default:
      return null;
  }
}
