// YAML or JSON text with the position of everything in it.

import { isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import { closest } from './closest.ts';

export type IssueCode = 'DOCUMENT_SYNTAX' | 'DOCUMENT_INVALID' | 'DOCUMENT_NOT_BUILT';

export interface DocumentIssue {
  readonly code: IssueCode;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** For example `stages[0].steps[1].mode`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
}

/** `file:line:column: path: message` */
export function formatIssue({ file, line, column, path, message }: DocumentIssue): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;
}

export type Path = readonly (string | number)[];

export interface Source {
  readonly file: string;
  readonly value: unknown;
  /** Of the value at the path, or of the nearest thing that is there. */
  readonly positionOf: (path: Path) => Position;
  /** Of the key that ends the path. */
  readonly positionOfKey: (path: Path) => Position;
  /** Of a character within a scalar that stands on one line as it is; else of the scalar. */
  readonly positionWithin: (path: Path, offset: number) => Position;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Aliases may stand for a lot of text; beyond this many the document is an attack and no experiment. */
const MOST_ALIASES = 100;

export function readSource(
  text: string,
  file: string,
): { readonly ok: true; readonly source: Source } | { readonly ok: false; readonly issues: readonly DocumentIssue[] } {
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const fail = (offset: number, message: string): { ok: false; issues: DocumentIssue[] } => ({
    ok: false,
    issues: [{ code: 'DOCUMENT_SYNTAX', file, ...positionAt(offset), path: '', message }],
  });
  const documents = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })];
  const errors = documents.flatMap((document) => document.errors);
  if (errors.length > 0) {
    return {
      ok: false,
      issues: errors.map(({ pos, message }) => ({
        code: 'DOCUMENT_SYNTAX',
        file,
        ...positionAt(pos[0]),
        path: '',
        message,
      })),
    };
  }
  const [document, second] = documents;
  if (second !== undefined) return fail(second.range[0], 'one file holds one document; this is a second one');
  if (document === undefined || document.contents === null) return fail(0, 'the document is empty');
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    return { ok: true, source: createSource(document, { file, value, positionAt }) };
  } catch (error) {
    return fail(0, error instanceof Error ? error.message : String(error));
  }
}

type Known = Pick<Source, 'file' | 'value'> & { readonly positionAt: (offset: number) => Position };

function createSource(document: Document.Parsed, { file, value, positionAt }: Known): Source {
  const nodeAt = (path: Path): Node | null => {
    const found: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
    return isMap(found) || isSeq(found) || isScalar(found) ? found : null;
  };
  const positionOf = (path: Path): Position => {
    for (let length = path.length; length >= 0; length -= 1) {
      const start = nodeAt(path.slice(0, length))?.range?.[0];
      if (start !== undefined) return positionAt(start);
    }
    return positionAt(0);
  };
  return {
    file,
    value,
    positionOf,
    positionOfKey: (path) => {
      const parent = nodeAt(path.slice(0, -1));
      const pairs = isMap(parent) ? parent.items.filter(isPair) : [];
      const pair = pairs.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
      const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
      return start === undefined ? positionOf(path) : positionAt(start);
    },
    positionWithin: (path, offset) => {
      const node = nodeAt(path);
      const start = node?.range?.[0];
      if (!isScalar(node) || start === undefined) return positionOf(path);
      if (node.type === 'PLAIN' && !String(node.source).includes('\n')) return positionAt(start + offset);
      const quoted = node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE';
      return positionAt(quoted ? start + 1 + offset : start);
    },
  };
}

/** `, did you mean …?`, or nothing when no known name is near. */
export function suggest(given: string, known: readonly string[]): string {
  const near = closest(given, known);
  return near === null ? '' : `; did you mean \`${near}\`?`;
}
