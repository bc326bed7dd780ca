// What tests ask a cluster through the command line, and what its timelines and its log say.

import type { RunEvent, RunEventBody } from '../../shared/domain/run.ts';
import type { AuditRow__Output } from '../../shared/rpc/generated/roulette/v1/AuditRow.ts';
import { speak, type Spoken } from './command.ts';
import type { Cluster } from './cluster.ts';

export function ask(cluster: Cluster, ...argv: readonly string[]): Promise<Spoken> {
  return speak(['--coordinator', cluster.operators, ...argv]);
}

export async function auditRows(cluster: Cluster): Promise<AuditRow__Output[]> {
  const rows: AuditRow__Output[] = [];
  for await (const row of cluster.client().listAudit({})) rows.push(row as AuditRow__Output);
  return rows;
}

export function ofType<Type extends RunEventBody['type']>(
  events: readonly RunEvent[],
  type: Type,
): Extract<RunEventBody, { type: Type }>[] {
  return events
    .map(({ body }) => body)
    .filter((body): body is Extract<RunEventBody, { type: Type }> => body.type === type);
}
