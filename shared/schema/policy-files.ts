// All files of a policy together: names that are there once, people of several files, and no policy without a limit.

import type { Freeze, Policy, Role } from '../domain/policy.ts';
import { formatPath, type Checked } from './check.ts';
import { DEFAULT_EXPIRY, namedRules, type PolicyFile } from './policy.ts';
import type { DocumentIssue, Path, Source } from './source.ts';

export interface ReadFile {
  readonly source: Source;
  readonly file: PolicyFile;
}

/** `freezes` are those of calendars. `folder` is named where something is in none of the files. */
export function mergePolicy(
  folder: string,
  files: readonly ReadFile[],
  freezes: readonly Freeze[],
): Checked<Omit<Policy, 'digest'>> {
  const issues = [...repeatedNames(files), ...repeatedPeople(files), ...repeatedExpiry(files)];
  const rules = files.flatMap(({ file }) => file.rules);
  if (!rules.some(({ kind }) => kind === 'limit')) issues.push(noLimit(folder));
  if (issues.length > 0) return { ok: false, issues };
  const all = files.map(({ file }) => file);
  return {
    ok: true,
    value: {
      rules,
      expressions: all.flatMap(({ expressions }) => expressions),
      approvals: all.flatMap(({ approvals }) => approvals),
      windows: all.flatMap(({ windows }) => windows),
      freezes: [...all.flatMap((file) => file.freezes), ...freezes],
      people: Object.fromEntries(all.flatMap(({ people }) => Object.entries<readonly Role[]>(people))),
      ...(all.find(({ expiry }) => expiry !== null)?.expiry ?? DEFAULT_EXPIRY),
    },
  };
}

function noLimit(folder: string): DocumentIssue {
  const message = 'no file has a rule under `limits`, and without a limit there is no policy';
  return { code: 'DOCUMENT_INVALID', file: folder, line: 1, column: 1, path: 'limits', message };
}

interface Mention {
  readonly source: Source;
  readonly name: string;
  readonly path: Path;
}

function repeatedNames(files: readonly ReadFile[]): DocumentIssue[] {
  const mentions = files.flatMap(({ source }) =>
    namedRules(source).map(({ name, section, index }) => ({ source, name, path: [section, index, 'name'] })),
  );
  return repeated(mentions, ({ name }, where) => `the name \`${name}\` is taken by ${where}`);
}

function repeatedPeople(files: readonly ReadFile[]): DocumentIssue[] {
  const mentions = files.flatMap(({ source, file }) =>
    Object.keys(file.people).map((name) => ({ source, name, path: ['people', name] })),
  );
  return repeated(mentions, ({ name }, where) => `\`${name}\` has roles by ${where} already`);
}

function repeatedExpiry(files: readonly ReadFile[]): DocumentIssue[] {
  const mentions = files.flatMap(({ source, file }) =>
    file.expiry === null ? [] : [{ source, name: 'expiry', path: ['expiry'] }],
  );
  return repeated(mentions, (_, where) => `\`expiry\` is there by ${where} already`);
}

/** An issue for each mention of a name but the first. */
function repeated(mentions: readonly Mention[], say: (again: Mention, where: string) => string): DocumentIssue[] {
  const first = new Map<string, Mention>();
  return mentions.flatMap((mention) => {
    const before = first.get(mention.name);
    if (before !== undefined) return [issueAt(mention, say(mention, whereIs(before)))];
    first.set(mention.name, mention);
    return [];
  });
}

function whereIs({ source, path }: Mention): string {
  const { line, column } = source.positionOfKey(path);
  return `${formatPath(path)} in ${source.file}:${line}:${column}`;
}

function issueAt({ source, path }: Mention, message: string): DocumentIssue {
  const position = source.positionOfKey(path);
  return { code: 'DOCUMENT_INVALID', file: source.file, ...position, path: formatPath(path), message };
}
