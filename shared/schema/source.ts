// YAML or JSON text with the position of everything in it.

import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
} from 'yaml';
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

/** `file:line:column: path: message`, on one line whatever the document made the message quote. */
export function formatIssue({ file, line, column, path, message }: DocumentIssue): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${escapeControls(message)}`;
}

/** Control characters from a document would break the line, or speak to the terminal that shows it. */
function escapeControls(message: string): string {
  return message.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  );
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
/** Lists and objects within one another. Deeper ones would exhaust the stack of whoever walks through them. */
const DEEPEST = 50;
/** One slip makes a parser stumble over all that follows; more than this many errors help nobody. */
const MOST_ERRORS = 20;
const TOO_MANY_ALIASES = `aliases stand for more than ${MOST_ALIASES} copies`;
const TOO_DEEP = `lists and objects are nested more than ${DEEPEST} deep`;

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
  const documents = [...parseAllDocuments(text, { ...YAML_OPTIONS, lineCounter: lines })];
  // What the parser only warns of is a tag that it does not know: the value would be read as if it had none.
  const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  const exhausted = errors.find(({ message }) => message.includes('call stack'));
  if (exhausted !== undefined) return fail(exhausted.pos[0], TOO_DEEP);
  if (errors.length > 0) {
    return {
      ok: false,
      issues: errors.slice(0, MOST_ERRORS).map(({ pos, message }) => ({
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
  const trouble = findTrouble(document);
  if (trouble !== null) return fail(trouble.offset, trouble.message);
  const value = resolve(document);
  if (value === null) return fail(0, TOO_MANY_ALIASES);
  if (isDeeper(value.resolved, DEEPEST)) return fail(0, TOO_DEEP);
  return { ok: true, source: createSource(document, { file, value: value.resolved, positionAt }) };
}

/**
 * YAML 1.2 as JSON has it, whatever version the text claims: no dates, no sets, no binary. Keys that are there twice
 * are found by `findTrouble`: the parser would compare each with every other, and let `1` and `"1"` pass.
 */
const YAML_OPTIONS = { prettyErrors: false, uniqueKeys: false, schema: 'core', resolveKnownTags: false } as const;

/** Null when aliases stand for too much. All else that can go wrong is ruled out before. */
function resolve(document: Document.Parsed): { readonly resolved: unknown } | null {
  try {
    return { resolved: document.toJS({ maxAliasCount: MOST_ALIASES }) };
  } catch {
    return null;
  }
}

interface Trouble {
  readonly offset: number;
  readonly message: string;
}

/** The first thing that is good YAML but has no JSON form. */
function findTrouble(document: Document.Parsed): Trouble | null {
  let found: Trouble | null = null;
  let aliases = 0;
  const stop = (node: unknown, message: string): symbol => {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : null;
    found = { offset: range?.[0] ?? 0, message };
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_, node, path) => {
      // Counted before they are resolved, because each of them is looked for in the whole document.
      aliases += 1;
      if (aliases > MOST_ALIASES) return stop(node, TOO_MANY_ALIASES);
      const meant = node.resolve(document);
      if (meant === undefined) return stop(node, `there is no anchor \`&${node.source}\` before this alias`);
      return path.includes(meant) ? stop(node, `the alias stands within \`&${node.source}\` itself`) : undefined;
    },
    Map: (_, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) return stop(key, 'a key must be a text');
        const name = String(key.value);
        if (name === '__proto__') return stop(key, '`__proto__` cannot be a key');
        if (seen.has(name)) return stop(key, `the key \`${name}\` is here for the second time`);
        seen.add(name);
      }
      return undefined;
    },
    Scalar: (_, node) =>
      typeof node.value === 'number' && !Number.isFinite(node.value)
        ? stop(node, `${String(node.source)} is no number that can be used here`)
        : undefined,
  });
  return found;
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeper(member, depth - 1));
}

type Known = Pick<Source, 'file' | 'value'> & { readonly positionAt: (offset: number) => Position };

function createSource(document: Document.Parsed, { file, value, positionAt }: Known): Source {
  const nodeAt = (path: Path): Node | null => {
    const found: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
    return isMap(found) || isSeq(found) || isScalar(found) || isAlias(found) ? found : null;
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
