// What an expression of the policy sees: plain values as CEL has them, made only where an expression looks.
// Whole numbers are ints, so that `size(x) <= 100` and `slot.offsetMs < 1000` hold no surprises; what may have
// fractions is always a double, so that an expression that works for 80% works for 100% too.

import { celList, celMap, type CelList, type CelMap } from '@bufbuild/cel';
import { FAULT_KINDS, faultSpec } from '../../shared/faults/index.ts';
import { isObject } from '../../shared/schema/reader.ts';

export type Fact = bigint | boolean | number | string | null | CelList | CelMap;

const FRACTIONS: ReadonlySet<string> = new Set([
  'percent',
  'perSecond',
  'timesBaseline',
  'value',
  ...FAULT_KINDS.flatMap((kind) =>
    Object.entries(faultSpec(kind).params).flatMap(([name, { type }]) => (type === 'percent' ? [name] : [])),
  ),
]);

/** `name` is that under which the value stands. */
export function toFact(value: unknown, name = ''): Fact {
  if (Array.isArray(value)) return celList(value.map((element: unknown) => toFact(element, name)));
  if (isObject(value)) return celMap(new LazyMap(value));
  if (typeof value === 'number') return Number.isSafeInteger(value) && !FRACTIONS.has(name) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  throw new TypeError(`a ${typeof value} at ${name} is nothing that an expression can see`);
}

/**
 * An object as a map. Members are converted when they are looked at: of 100,000 nodes, an expression mostly looks at
 * one label each. A class, because as many objects with functions of their own would be slow to make.
 */
class LazyMap implements ReadonlyMap<string, Fact> {
  readonly #members: Readonly<Record<string, unknown>>;
  /** Lists are converted once, because that takes a time that grows with them. */
  #lists: Map<string, Fact> | null = null;

  constructor(members: Readonly<Record<string, unknown>>) {
    this.#members = members;
  }

  get size(): number {
    return [...this.keys()].length;
  }

  has(name: string): boolean {
    // Asked for what is no text, as in `labels[1]`, an object would look for the text `1`.
    return typeof name === 'string' && Object.hasOwn(this.#members, name) && this.#members[name] !== undefined;
  }

  get(name: string): Fact | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#members[name];
    if (!Array.isArray(value)) return toFact(value, name);
    const known = this.#lists?.get(name);
    if (known !== undefined) return known;
    const made = toFact(value, name);
    this.#lists = (this.#lists ?? new Map<string, Fact>()).set(name, made);
    return made;
  }

  keys(): MapIterator<string> {
    return Object.keys(this.#members)
      .filter((name) => this.has(name))
      .values();
  }

  *entries(): MapIterator<[string, Fact]> {
    for (const name of this.keys()) yield [name, toFact(this.#members[name], name)];
  }

  *values(): MapIterator<Fact> {
    for (const [, fact] of this.entries()) yield fact;
  }

  [Symbol.iterator](): MapIterator<[string, Fact]> {
    return this.entries();
  }

  forEach(callback: (fact: Fact, name: string, map: ReadonlyMap<string, Fact>) => void): void {
    for (const [name, fact] of this.entries()) callback(fact, name, this);
  }
}
