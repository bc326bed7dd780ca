// Checks a source against a schema and turns what the schema complains of into issues with positions.

import type { z } from 'zod';
import { isObject, type IssueParams } from './reader.ts';
import { suggest, type DocumentIssue, type Path, type Source } from './source.ts';

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly DocumentIssue[] };

/** Every issue, in order of position. */
export function check<T>(source: Source, schema: z.ZodType<T>): Checked<T> {
  const result = schema.safeParse(source.value, { reportInput: false });
  if (result.success) return { ok: true, value: result.data };
  const issues = result.error.issues.map((issue) => toIssue(source, issue));
  return { ok: false, issues: issues.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function toIssue(source: Source, issue: z.core.$ZodIssue): DocumentIssue {
  const path: Path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const params: IssueParams = issue.code === 'custom' && isObject(issue.params) ? issue.params : {};
  const base = {
    code: params.notBuilt ? ('DOCUMENT_NOT_BUILT' as const) : ('DOCUMENT_INVALID' as const),
    file: source.file,
  };
  if (params.unknownKeyOf !== undefined) {
    const key = String(path.at(-1));
    const message = `\`${key}\` is not a key of ${params.unknownKeyOf}${suggest(key, params.known ?? [])}`;
    return { ...base, ...source.positionOfKey(path), path: formatPath(path.slice(0, -1)), message };
  }
  const position =
    params.offset === undefined
      ? params.notBuilt
        ? source.positionOfKey(path)
        : source.positionOf(path)
      : source.positionWithin(path, params.offset);
  return { ...base, ...position, path: formatPath(path), message: issue.message };
}

/** `stages[0].steps[1].mode` */
function formatPath(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`))
    .join('');
}
