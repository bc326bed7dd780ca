// An expression in CEL, made ready to be evaluated within bounds. The library has none: a slip such as two nested
// loops over a large fleet would keep the coordinator from everything else for hours. So every list is counted
// before an expression walks through it, and one that would look at too much is given up. The count is that of
// elements and no time, so that an expression comes out alike on every machine.

import { celEnv, celFunc, celList, CelScalar, isCelError, isCelList, isCelMap, parse, plan } from '@bufbuild/cel';
import type { CelList, CelValue } from '@bufbuild/cel';
import { messageOf } from '../../shared/errors.ts';
import { childrenOf, FUNCTIONS, type Expr } from '../../shared/schema/expression.ts';
import type { Fact } from './policy-facts.ts';

/** How many elements of lists one evaluation may look at: ten times each node of the largest fleet. */
export const MOST_STEPS = 1_000_000;

export type Variables = Readonly<Record<string, Fact | CelValue>>;

export type Evaluated = { readonly ok: true; readonly value: CelValue } | { readonly ok: false; readonly why: string };

const { DYN } = CelScalar;

/** Evaluates any number of expressions; nothing that they contain makes it throw. */
export function createEvaluator(variables: Variables): (text: string) => Evaluated {
  let steps = 0;
  const built = new WeakMap<CelList, CelValue[]>();
  const counted = celFunc(COUNTED, [DYN], DYN, (value) => {
    steps += isCelList(value) || isCelMap(value) ? value.size : 0;
    // No failure: an outer loop would take one of each of its elements, and go on. Nothing to look at ends it soonest.
    return steps > MOST_STEPS ? celList([]) : value;
  });
  const started = celFunc(STARTED, [], DYN, () => {
    const elements: CelValue[] = [];
    const list = celList(elements);
    built.set(list, elements);
    return list;
  });
  const appended = celFunc(APPENDED, [DYN, DYN], DYN, (list, element) => {
    if (isCelList(list)) built.get(list)?.push(element);
    return list;
  });
  const environment = celEnv({ funcs: [...FUNCTIONS, counted, started, appended] });
  return (text) => {
    steps = 0;
    try {
      const { expr } = parse(text);
      rewrite(expr);
      const value = plan(environment, expr)(variables);
      if (steps > MOST_STEPS) return { ok: false, why: TOO_MUCH };
      return isCelError(value) ? { ok: false, why: value.message } : { ok: true, value };
    } catch (error) {
      return { ok: false, why: messageOf(error) };
    }
  };
}

const TOO_MUCH = `it looks at more than ${MOST_STEPS} elements of lists`;

/** No text can call these, for it cannot have an `@` in a name. */
const COUNTED = '@counted';
const STARTED = '@started';
const APPENDED = '@appended';

/**
 * Counts what is looped over, and what `in` looks through. And lets `map` and `filter` build their results in place:
 * the library makes each a list of two lists, which takes the square of the time and exhausts the stack.
 */
function rewrite(node: Expr): void {
  for (const { expr } of childrenOf(node)) rewrite(expr);
  const { exprKind } = node;
  if (exprKind.case === 'callExpr' && exprKind.value.function === '@in')
    exprKind.value.args = exprKind.value.args.map((arg, index) => (index === 1 ? call(COUNTED, arg) : arg));
  if (exprKind.case !== 'comprehensionExpr') return;
  const loop = exprKind.value;
  if (loop.iterRange !== undefined) loop.iterRange = call(COUNTED, loop.iterRange);
  if (loop.accuInit?.exprKind.case !== 'listExpr' || loop.loopStep === undefined) return;
  loop.accuInit = call(STARTED);
  appendInPlace(loop.loopStep, loop.accuVar);
}

/** `@result + [element]`, or that and a condition, as the parser writes the macros. */
function appendInPlace({ exprKind }: Expr, result: string): void {
  if (exprKind.case !== 'callExpr') return;
  const step = exprKind.value;
  const [first, second] = step.args;
  if (first === undefined || second === undefined) return;
  if (step.function === '_?_:_') appendInPlace(second, result);
  if (step.function !== '_+_' || !isNamed(first, result) || second.exprKind.case !== 'listExpr') return;
  step.function = APPENDED;
  step.args = [first, ...second.exprKind.value.elements];
}

function isNamed({ exprKind }: Expr, name: string): boolean {
  return exprKind.case === 'identExpr' && exprKind.value.name === name;
}

function call(name: string, ...args: Expr[]): Expr {
  const value = { $typeName: 'cel.expr.Expr.Call', function: name, args } as const;
  return { $typeName: 'cel.expr.Expr', id: 0n, exprKind: { case: 'callExpr', value } };
}
