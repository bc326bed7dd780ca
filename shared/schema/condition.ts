// Conditions (experiment.md 1.3) from text to expression.
//
//   expression = conjunction { "OR" conjunction }
//   conjunction = term { "AND" term }
//   term = "(" expression ")" | monitor operator value [ "for" duration ]
//   value = number with unit | number "x baseline"

import type { Comparison, Condition, Expression, Operator } from '../domain/experiment.ts';
import { parseDuration, parsePercent, parseRate, parseSize } from '../units.ts';
import { shorten } from './reader.ts';

export type ParsedCondition =
  | { readonly ok: true; readonly condition: Condition }
  /** `offset` counts characters from the start of the text. */
  | { readonly ok: false; readonly message: string; readonly offset: number };

interface Token {
  readonly text: string;
  readonly offset: number;
}

/** Deeper nesting than this is no condition that a person wrote. */
const DEEPEST = 50;

export function parseCondition(text: string): ParsedCondition {
  try {
    const parser = new Parser(tokenise(text), text.length);
    const expression = parser.expression(0);
    parser.end();
    return { ok: true, condition: { text: text.trim(), expression } };
  } catch (error) {
    if (error instanceof ConditionError) return { ok: false, message: error.message, offset: error.offset };
    throw error;
  }
}

/** In the order in which they are written. */
export function comparisonsOf(expression: Expression): Comparison[] {
  return expression.kind === 'compare'
    ? [expression]
    : expression.operands.flatMap((operand) => comparisonsOf(operand));
}

/** Where the monitor of each comparison stands in a text that parses, in the same order. */
export function monitorOffsets(text: string): number[] {
  const tokens = tokenise(text);
  return tokens.flatMap(({ offset }, index) => (isOperator(tokens[index + 1]?.text ?? '') ? [offset] : []));
}

class ConditionError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

function tokenise(text: string): Token[] {
  return [...text.matchAll(/[()]|[<>=!]+|[^\s()<>=!]+/gu)].map((match) => ({ text: match[0], offset: match.index }));
}

const OPERATORS: readonly Operator[] = ['<', '<=', '>', '>=', '==', '!='];

class Parser {
  readonly #tokens: readonly Token[];
  readonly #length: number;
  #next = 0;

  constructor(tokens: readonly Token[], length: number) {
    this.#tokens = tokens;
    this.#length = length;
  }

  expression(depth: number): Expression {
    return this.#chain('or', depth, () => this.#chain('and', depth, () => this.#term(depth)));
  }

  end(): void {
    const token = this.#peek();
    if (token !== undefined)
      throw new ConditionError(`expected AND, OR or the end, not \`${shorten(token.text)}\``, token.offset);
  }

  #chain(kind: 'and' | 'or', depth: number, operand: () => Expression): Expression {
    if (depth > DEEPEST)
      throw new ConditionError('the parentheses are nested too deeply', this.#peek()?.offset ?? this.#length);
    const operands = [operand()];
    while (this.#peek()?.text.toLowerCase() === kind) {
      this.#next += 1;
      operands.push(operand());
    }
    const [only] = operands;
    return operands.length === 1 && only !== undefined ? only : { kind, operands };
  }

  #term(depth: number): Expression {
    if (this.#peek()?.text !== '(') return this.#comparison();
    this.#next += 1;
    const inner = this.expression(depth + 1);
    this.#take('`)`', (text) => text === ')');
    return inner;
  }

  #comparison(): Comparison {
    const monitor = this.#take('the name of a monitor', (text) => /^[A-Za-z0-9_.-]+$/u.test(text)).text;
    const written = this.#take(`one of ${OPERATORS.join(' ')}`, isOperator).text;
    const operator = OPERATORS.find((candidate) => candidate === written) ?? '==';
    const value = this.#value();
    return { kind: 'compare', monitor, operator, value, forMs: this.#sustained() };
  }

  #value(): Comparison['value'] {
    const token = this.#take(
      'a value such as 95%, 2s, 1000 or 3x baseline',
      (text) => factorOf(text) !== null || valueOf(text) !== null,
    );
    const factor = factorOf(token.text);
    if (factor === null) return valueOf(token.text) ?? 0;
    this.#take('`baseline`', (text) => text.toLowerCase() === 'baseline');
    return { timesBaseline: factor };
  }

  #sustained(): number {
    if (this.#peek()?.text.toLowerCase() !== 'for') return 0;
    this.#next += 1;
    return parseDuration(this.#take('a duration such as 30s or 2m', (text) => parseDuration(text) !== null).text) ?? 0;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(expected: string, accepts: (text: string) => boolean): Token {
    const token = this.#peek();
    if (token === undefined) throw new ConditionError(`expected ${expected} at the end`, this.#length);
    if (!accepts(token.text))
      throw new ConditionError(`expected ${expected}, not \`${shorten(token.text)}\``, token.offset);
    this.#next += 1;
    return token;
  }
}

function isOperator(text: string): boolean {
  return OPERATORS.some((operator) => operator === text);
}

function factorOf(text: string): number | null {
  const match = /^(?<factor>\d{1,300}(?:\.\d+)?)x$/u.exec(text);
  return match === null ? null : Number(match.groups?.['factor']);
}

/** In base units: fractions, seconds, per second, bytes. */
function valueOf(text: string): number | null {
  // No more digits than make a finite number.
  if (/^-?\d{1,300}(?:\.\d+)?$/u.test(text)) return Number(text);
  const ms = parseDuration(text);
  return parsePercent(text) ?? (ms === null ? null : ms / 1000) ?? parseRate(text) ?? parseSize(text);
}
