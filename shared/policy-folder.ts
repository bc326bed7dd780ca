// Reads the folder of a policy (docs/policy.md). Whatever is in it and cannot be read as what it should be makes the
// whole folder unusable: a coordinator never goes by fewer rules than are written there. Never throws.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { digestOf, sha256 } from './canonical.ts';
import type { Freeze, Policy } from './domain/policy.ts';
import { messageOf } from './errors.ts';
import { parseCalendar } from './schema/calendar.ts';
import { isObject } from './schema/reader.ts';
import { checkPolicyFile } from './schema/policy.ts';
import { mergePolicy, type ReadFile } from './schema/policy-files.ts';
import { checkPolicyTest, type PolicyTest } from './schema/policy-test.ts';
import { readSource, type DocumentIssue, type Source } from './schema/source.ts';

export type PolicyFolder =
  | { readonly ok: true; readonly policy: Policy; readonly tests: readonly TestFile[] }
  | { readonly ok: false; readonly issues: readonly DocumentIssue[] };

export interface TestFile {
  readonly file: string;
  readonly test: PolicyTest;
}

/** What one file comes to. */
type Part =
  | { readonly kind: 'issues'; readonly issues: readonly DocumentIssue[] }
  | { readonly kind: 'policy'; readonly digest: FileDigest; readonly read: ReadFile }
  | { readonly kind: 'calendar'; readonly digest: FileDigest; readonly freezes: readonly Freeze[] }
  | { readonly kind: 'test'; readonly read: TestFile }
  | { readonly kind: 'document'; readonly name: string; readonly file: string };

/** Name and SHA-256 of the content. */
type FileDigest = readonly [string, string];

const MOST_BYTES = 1024 * 1024;
const YEAR_MS = 365 * 24 * 3_600_000;

/**
 * The digest of the policy is that of the names and contents of the files that have rules: tests change none. Of
 * calendars, which may go on for ever, it has the freezes from a year before `now` to ten years after it.
 */
export function readPolicyFolder(folder: string, now: number): PolicyFolder {
  const names = listFolder(folder);
  if (typeof names === 'string') return { ok: false, issues: [issueOf(folder, `cannot be read: ${names}`)] };
  if (names.length === 0) return { ok: false, issues: [issueOf(folder, 'has no file of a policy')] };
  const parts = names.map((name) => readPart(folder, name, now));
  const issues = [...parts.flatMap((part) => (part.kind === 'issues' ? part.issues : [])), ...strayDocuments(parts)];
  if (issues.length > 0) return { ok: false, issues };
  const merged = mergePolicy(
    folder,
    parts.flatMap((part) => (part.kind === 'policy' ? [part.read] : [])),
    parts.flatMap((part) => (part.kind === 'calendar' ? part.freezes : [])),
  );
  if (!merged.ok) return merged;
  const digest = digestOf(
    parts.flatMap((part) => (part.kind === 'policy' || part.kind === 'calendar' ? [part.digest] : [])),
  );
  const tests = parts.flatMap((part) => (part.kind === 'test' ? [part.read] : []));
  return { ok: true, policy: { digest, ...merged.value }, tests };
}

/** Sorted, so that the digest is that of the content and not of the file system's order. Or why that fails. */
function listFolder(folder: string): readonly string[] | string {
  try {
    const names = readdirSync(folder);
    return names.filter((name) => !isForPeople(name)).toSorted((a, b) => (a < b ? -1 : 1));
  } catch (error) {
    return messageOf(error);
  }
}

/** What tools keep beside files (`.git`), and what explains them. */
function isForPeople(name: string): boolean {
  return name.startsWith('.') || name === 'README' || name.endsWith('.md');
}

function readPart(folder: string, name: string, now: number): Part {
  const file = path.join(folder, name);
  if (!/\.(?:yaml|yml|json|ics)$/u.test(name))
    return fail(file, 'has no place here: a policy has files *.yaml, *.yml, *.json and *.ics, and no folders');
  const content = readText(file);
  if (!content.ok) return fail(file, content.why);
  const digest: FileDigest = [name, sha256(content.text)];
  if (name.endsWith('.ics')) return readCalendar(content.text, file, { digest, now });
  const read = readSource(content.text, file);
  return read.ok ? readRules(name, read.source, digest) : { kind: 'issues', issues: read.issues };
}

function readCalendar(
  text: string,
  file: string,
  { digest, now }: { readonly digest: FileDigest; readonly now: number },
): Part {
  const calendar = parseCalendar(text, file, { fromAt: now - YEAR_MS, toAt: now + 10 * YEAR_MS });
  return calendar.ok
    ? { kind: 'calendar', digest, freezes: calendar.value }
    : { kind: 'issues', issues: calendar.issues };
}

/** What YAML or JSON says that it is, in a file whose name agrees. */
function readRules(name: string, source: Source, digest: FileDigest): Part {
  const { file, value } = source;
  const kind = isObject(value) ? value['kind'] : null;
  const isTest = /\.test\.[a-z]+$/u.test(name);
  const wrong = isTest ? kind === 'Policy' : kind === 'PolicyTest';
  if (wrong) return fail(file, 'has the wrong name: tests are in files *.test.yaml, and rules in all others');
  if (kind === 'Experiment') return { kind: 'document', name, file };
  if (isTest) {
    const test = checkPolicyTest(source);
    return test.ok ? { kind: 'test', read: { file, test: test.value } } : { kind: 'issues', issues: test.issues };
  }
  const policy = checkPolicyFile(source);
  return policy.ok
    ? { kind: 'policy', digest, read: { source, file: policy.value } }
    : { kind: 'issues', issues: policy.issues };
}

function readText(
  file: string,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string } {
  try {
    // Before it is opened: opening a pipe would wait for whoever writes into it.
    const status = statSync(file);
    if (!status.isFile()) return { ok: false, why: 'is no file' };
    if (status.size > MOST_BYTES) return { ok: false, why: 'is larger than 1 MiB' };
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) };
  } catch (error) {
    return { ok: false, why: `cannot be read: ${messageOf(error)}` };
  }
}

/** An experiment among the files has no rules. It is left alone when a test is about it, and a mistake otherwise. */
function strayDocuments(parts: readonly Part[]): DocumentIssue[] {
  const tested = new Set(
    parts
      .flatMap((part) => (part.kind === 'test' ? part.read.test.cases : []))
      .map(({ document }) => (document.kind === 'path' ? path.normalize(document.path) : null)),
  );
  return parts.flatMap((part) =>
    part.kind !== 'document' || tested.has(part.name)
      ? []
      : [issueOf(part.file, 'is an experiment, and no test of this folder is about it')],
  );
}

function fail(file: string, message: string): Part {
  return { kind: 'issues', issues: [issueOf(file, message)] };
}

function issueOf(file: string, message: string): DocumentIssue {
  return { code: 'DOCUMENT_INVALID', file, line: 1, column: 1, path: '', message };
}
