// `policy check` and `policy test`: what the files of a policy say, and whether they do what they are meant to.

import path from 'node:path';
import { playCase, type CaseResult } from '../../coordinator/core/policy-case.ts';
import { EXIT, RouletteError } from '../../shared/errors.ts';
import { readPolicyFolder, type PolicyFolder, type TestFile } from '../../shared/policy-folder.ts';
import type { PolicyCase } from '../../shared/schema/policy-test.ts';
import { formatIssue, type DocumentIssue } from '../../shared/schema/source.ts';
import { readDocument } from '../documents.ts';
import { countRules, renderCase, renderPolicy } from '../render/policy.ts';
import type { Outcome, Session } from '../session.ts';

export function checkPolicy(session: Session, folder: string): Outcome {
  const { io, json } = session;
  const read = readPolicyFolder(folder, Date.now());
  if (!read.ok) return Promise.resolve(sayIssues(session, folder, read.issues));
  const { policy } = read;
  if (json) io.out(JSON.stringify(summaryOf(read)));
  else for (const line of renderPolicy(folder, policy, io.paint)) io.out(line);
  return Promise.resolve(EXIT.done);
}

function sayIssues({ io, json }: Session, folder: string, issues: readonly DocumentIssue[]): typeof EXIT.usage {
  if (json) io.out(JSON.stringify({ ok: false, issues }));
  for (const issue of json ? [] : issues) io.err(formatIssue(issue));
  if (!json) io.out(`${folder}: ${io.paint.bad(`${issues.length} to mend`)}`);
  return EXIT.usage;
}

function summaryOf({ policy, tests }: Extract<PolicyFolder, { ok: true }>): object {
  const { digest, people, preparedForMs, approvedForMs } = policy;
  const cases = tests.reduce((sum, { test }) => sum + test.cases.length, 0);
  return { ok: true, digest, rules: countRules(policy), people, preparedForMs, approvedForMs, cases };
}

export async function testPolicy(session: Session, folder: string): Outcome {
  const { io, json } = session;
  const read = readPolicyFolder(folder, Date.now());
  if (!read.ok) return sayIssues(session, folder, read.issues);
  const played = [];
  for (const file of read.tests) played.push(...(await playFile(folder, file)));
  // Nothing to play is no proof of anything.
  if (played.length === 0) throw new RouletteError('POLICY_INVALID', `${folder} has no tests: no file *.test.yaml`);
  if (json) io.out(JSON.stringify(played));
  else for (const line of played.flatMap((one) => renderCase(one, io.paint))) io.out(line);
  const failed = played.filter(({ failure }) => failure !== null).length;
  if (!json) io.out(failed === 0 ? `${played.length} passed` : `${failed} of ${played.length} failed`);
  return failed === 0 ? EXIT.done : EXIT.usage;
}

export type PlayedCase = CaseResult & { readonly file: string };

async function playFile(folder: string, { file, test }: TestFile): Promise<PlayedCase[]> {
  const played = [];
  for (const policyCase of test.cases) {
    // As of the time of the case: a test comes out alike next year, whatever recurs in a calendar.
    const read = readPolicyFolder(folder, policyCase.at);
    if (!read.ok) throw new RouletteError('POLICY_INVALID', read.issues.map((issue) => formatIssue(issue)).join('\n'));
    const document = await documentOf(file, policyCase);
    played.push({ file, ...playCase(policyCase, { policy: read.policy, nodes: test.nodes, document }) });
  }
  return played;
}

/** Throws USAGE_FILE. */
async function documentOf(file: string, { name, document }: PolicyCase): Promise<{ text: string; file: string }> {
  if (document.kind === 'text') return { text: document.text, file: `${file} (${name})` };
  const read = await readDocument(path.resolve(path.dirname(file), document.path));
  return { text: read.text, file: path.join(path.dirname(file), document.path) };
}
