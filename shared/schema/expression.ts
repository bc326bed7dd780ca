// Expressions of the policy in CEL (cel.dev): what is wrong with a text can be said when it is read, and where.
// What depends on values, such as a label that a node lacks, comes out only when it is evaluated.

import { celEnv, parse, plan, type CelFunc } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { Experiment } from '../domain/experiment.ts';
import type { Plan } from '../domain/plan.ts';
import type { Actor } from '../domain/policy.ts';
import { isObject, show, shorten } from './reader.ts';
import { suggest } from './source.ts';

export type ParsedExpression = ReturnType<typeof parse>;
export type Expr = ParsedExpression['expr'];

/** Functions beyond those of CEL itself. */
export const FUNCTIONS: readonly CelFunc[] = strings;

/** The variables with what each has. Typed over the values, so that no key can be missing here. */
const VARIABLES = {
  experiment: fields<keyof Experiment>({
    name: true,
    owner: true,
    environment: true,
    runbook: true,
    hypothesis: true,
    seed: true,
    targets: true,
    monitors: true,
    baselineMs: true,
    steadyState: true,
    gates: true,
    abort: true,
    stages: true,
    recoveryWithinMs: true,
    window: true,
    approvals: true,
    schedule: true,
  }),
  plan: fields<keyof Plan>({
    apiVersion: true,
    kind: true,
    experiment: true,
    seed: true,
    stages: true,
    slots: true,
    standby: true,
    peers: true,
    problems: true,
  }),
  actor: fields<keyof Actor>({ name: true, roles: true }),
  now: null,
  fleet: fields<'nodes' | 'size' | 'connected'>({ nodes: true, size: true, connected: true }),
} as const;

/** CEL has its types as values: `type(x) == int`. */
const TYPES = ['bool', 'bytes', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type', 'uint'] as const;

const KNOWN = new Map<string, readonly string[] | null>([
  ...Object.entries(VARIABLES),
  ...TYPES.map((type) => [type, null] as const),
]);

function fields<Name extends string>(names: Readonly<Record<Name, true>>): readonly string[] {
  return Object.keys(names);
}

interface Trouble {
  readonly message: string;
  /** Counts characters from the start of the text. */
  readonly offset: number;
}

/** Why a text can be no expression of a policy; `null` when it can. */
export function troubleWithExpression(text: string): Trouble | null {
  try {
    const parsed = parse(text);
    const trouble = findTrouble(parsed);
    // What the library itself notices before it has values.
    if (trouble === null) plan(celEnv({ funcs: [...FUNCTIONS] }), parsed);
    return trouble;
  } catch (error) {
    return toTrouble(error);
  }
}

function toTrouble(error: unknown): Trouble {
  if (error instanceof RangeError) return { message: 'is no CEL expression: it is nested too deeply', offset: 0 };
  const known: Readonly<Record<string, unknown>> = isObject(error) ? error : {};
  const { location, found } = known;
  const start = isObject(location) && isObject(location['start']) ? location['start']['offset'] : undefined;
  const offset = typeof start === 'number' ? start : 0;
  if (typeof found === 'string')
    return {
      message: `is no CEL expression: ${found === '' ? 'it ends too early' : `${show(found)} is not expected here`}`,
      offset,
    };
  return {
    message: `is no CEL expression: ${shorten(error instanceof Error ? error.message : String(error))}`,
    offset,
  };
}

/** The first name that nothing has. */
function findTrouble({ expr, sourceInfo }: ParsedExpression): Trouble | null {
  const functions = new Set([...celEnv({ funcs: [...FUNCTIONS] }).funcs].map(({ name }) => name));
  const offsetOf = ({ id }: Expr): number => sourceInfo?.positions[String(id)] ?? 0;
  const look = (node: Expr, bound: ReadonlySet<string>): Trouble | null => {
    const message = troubleAt(node, { bound, functions });
    if (message !== null) return { message, offset: offsetOf(node) };
    for (const child of childrenOf(node)) {
      const found = look(child.expr, child.binds.length === 0 ? bound : new Set([...bound, ...child.binds]));
      if (found !== null) return found;
    }
    return null;
  };
  return look(expr, new Set());
}

interface Names {
  /** By the macros around: the `n` of `fleet.nodes.all(n, …)`. */
  readonly bound: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
}

function troubleAt({ exprKind }: Expr, { bound, functions }: Names): string | null {
  switch (exprKind.case) {
    case 'identExpr': {
      const { name } = exprKind.value;
      const isKnown = bound.has(name) || KNOWN.has(name);
      return isKnown ? null : `there is no variable \`${name}\`${suggest(name, Object.keys(VARIABLES))}`;
    }
    case 'callExpr':
      return troubleWithFunction(exprKind.value.function, functions);
    case 'structExpr':
      // A map has no name.
      return exprKind.value.messageName === '' ? null : `there is no message \`${exprKind.value.messageName}\``;
    case 'selectExpr': {
      const { operand, field } = exprKind.value;
      const variable = operand?.exprKind.case === 'identExpr' ? operand.exprKind.value.name : null;
      return variable === null || bound.has(variable) ? null : troubleWithField(variable, field);
    }
    default:
      return null;
  }
}

function troubleWithFunction(name: string, functions: ReadonlySet<string>): string | null {
  // Operators have names that no text can have, and the library knows them all.
  if (!/^[A-Za-z]\w*$/u.test(name) || functions.has(name)) return null;
  if (MACROS.includes(name)) return `\`${name}\` is not used like this`;
  // Anything of three letters is near to `int`.
  return `there is no function \`${name}\`${name.length < 4 ? '' : suggest(name, [...functions, ...MACROS])}`;
}

function troubleWithField(variable: string, field: string): string | null {
  const known = KNOWN.get(variable) ?? null;
  return known === null || known.includes(field) ? null : `\`${variable}\` has no \`${field}\`${suggest(field, known)}`;
}

/** These are no functions: the parser has replaced them where they are used rightly. */
const MACROS = ['all', 'exists', 'exists_one', 'filter', 'has', 'map'];

interface Child {
  readonly expr: Expr;
  readonly binds: readonly string[];
}

/** The parts of an expression, with the names that it binds for each. */
export function childrenOf({ exprKind }: Expr): Child[] {
  switch (exprKind.case) {
    case 'selectExpr':
      return free(exprKind.value.operand);
    case 'callExpr':
      return free(exprKind.value.target, ...exprKind.value.args);
    case 'listExpr':
      return free(...exprKind.value.elements);
    case 'structExpr':
      return free(
        ...exprKind.value.entries.flatMap(({ keyKind, value }) => [
          keyKind.case === 'mapKey' ? keyKind.value : undefined,
          value,
        ]),
      );
    case 'comprehensionExpr': {
      const { iterVar, iterVar2, accuVar, iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      const binds = [iterVar, iterVar2, accuVar];
      const within = free(loopCondition, loopStep, result).map(({ expr }) => ({ expr, binds }));
      return [...free(iterRange, accuInit), ...within];
    }
    default:
      return [];
  }
}

function free(...parts: readonly (Expr | undefined)[]): Child[] {
  return parts.flatMap((expr) => (expr === undefined ? [] : [{ expr, binds: [] }]));
}
