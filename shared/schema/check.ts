// Checks a source against a schema and turns what the schema complains of into issues with positions.

import type { z } from 'zod';
import { isObject, sayIssue, shorten, type IssueParams } from './reader.ts';
import { suggest, type DocumentIssue, type Path, type Position, type Source } from './source.ts';

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly DocumentIssue[] };

/** Nobody mends more at a time, and finding the position of each takes time. */
const MOST_ISSUES = 100;

/** All issues, or the first hundred of them, in order of position. */
export function check<T>(source: Source, schema: z.ZodType<T>): Checked<T> {
  const result = schema.safeParse(source.value, { reportInput: false });
  if (result.success) return { ok: true, value: result.data };
  const issues = result.error.issues.slice(0, MOST_ISSUES).map((issue) => toIssue(source, issue));
  return { ok: false, issues: issues.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function toIssue(source: Source, issue: z.core.$ZodIssue): DocumentIssue {
  const path: Path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const params: IssueParams = issue.code === 'custom' && isObject(issue.params) ? issue.params : {};
  const told = { code: params.notBuilt ? ('DOCUMENT_NOT_BUILT' as const) : ('DOCUMENT_INVALID' as const) };
  const where = { file: source.file, ...positionOfIssue(source, issue, path, params) };
  if (params.unknownKeyOf === undefined) return { ...told, ...where, path: formatPath(path), message: sayIssue(issue) };
  const key = String(path.at(-1));
  const message = `\`${plain(key)}\` is not a key of ${params.unknownKeyOf}${suggest(key, params.known ?? [])}`;
  return { ...told, ...where, path: formatPath(path.slice(0, -1)), message };
}

function positionOfIssue(source: Source, issue: z.core.$ZodIssue, path: Path, params: IssueParams): Position {
  if (params.offset !== undefined) return source.positionWithin(path, params.offset);
  const { unknownKeyOf, notBuilt = false, aboutKey = issue.code === 'invalid_key' } = params;
  return unknownKeyOf !== undefined || notBuilt || aboutKey ? source.positionOfKey(path) : source.positionOf(path);
}

/** Without control characters, and not too long for one line. */
function plain(key: string): string {
  return shorten(JSON.stringify(key).slice(1, -1));
}

/** `stages[0].steps[1].mode`, and `labels["a b"]` for a key that is no plain word. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w.-]+$/u.test(part)) return `["${plain(part)}"]`;
      return `${index === 0 ? '' : '.'}${part}`;
    })
    .join('');
}
