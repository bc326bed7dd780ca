// What tests ask a cluster through the command line, and what its timelines and its log say.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunEvent, RunEventBody } from '../../shared/domain/run.ts';
import type { AuditRow__Output } from '../../shared/rpc/generated/roulette/v1/AuditRow.ts';
import { speak, type Spoken } from './command.ts';
import type { Cluster } from './cluster.ts';
import { makeTemporaryDirectory } from './temporary-directory.ts';

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

interface Load {
  /** How long a core is loaded on one machine of the role `web`. */
  readonly lasts?: string;
  /** Further keys of the document. */
  readonly more?: string;
}

/** The file of a document that does no harm, and watches something that is always there. */
export function writeLoadDocument(cluster: Cluster, { lasts = '1s', more = '' }: Load = {}): string {
  const file = path.join(makeTemporaryDirectory(), 'load.yaml');
  writeFileSync(
    file,
    `apiVersion: roulette/v1
kind: Experiment
name: load
owner: ana
environment: staging
hypothesis: It holds.
targets: { machines: { nodes: { role: web } } }
monitors:
  site: { http: { url: "http://${cluster.operators}/", rate: 10/s, measure: rate }, every: 200ms }
steadyState: [site >= 0]
stages:
  - name: smoke
    steps:
      - { fault: cpu-load, target: machines, duration: ${lasts}, params: { load: 5%, cores: 1 } }
recovery: { within: 10s }
${more}`,
  );
  return file;
}
