// The vocabulary that all schemas are written in: values with one plain sentence about what was expected,
// objects that refuse unknown keys by name, and keys that are known but not built.

import { z } from 'zod';
import { isAddress } from '../addresses.ts';
import { parseDuration, parsePercent, parseRate } from '../units.ts';

/** What a custom issue carries besides its message. */
export interface IssueParams {
  /** The names that would have been right. */
  readonly known?: readonly string[];
  /** Set for a key or value whose behaviour does not exist yet. */
  readonly notBuilt?: true;
  /** Set for an unknown key: what it is a key of. */
  readonly unknownKeyOf?: string;
  /** Set when the trouble is the key and not its value. */
  readonly aboutKey?: true;
  /** Set when the trouble is at a character within a string. */
  readonly offset?: number;
}

/** Anything that can take an issue: the context of a transform or a refinement. */
export interface IssueSink {
  readonly addIssue: (issue: {
    code: 'custom';
    message: string;
    path?: PropertyKey[];
    params?: Record<string, unknown>;
    input: unknown;
  }) => void;
}

export function complain(
  sink: IssueSink,
  message: string,
  more: IssueParams & { readonly path?: readonly (string | number)[] } = {},
): void {
  const { path = [], ...params } = more;
  sink.addIssue({ code: 'custom', message, path: [...path], params, input: undefined });
}

/** Hands on what an inner schema complained of. */
export function passOn(context: IssueSink, issues: readonly z.core.$ZodIssue[]): void {
  for (const issue of issues) {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    complain(context, sayIssue(issue), {
      path,
      ...(issue.code === 'invalid_key' ? { aboutKey: true } : {}),
      ...(issue.code === 'custom' && isObject(issue.params) ? issue.params : {}),
    });
  }
}

/** For a name that cannot be one, what its own schema says of it. */
export function sayIssue(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}

/** A value that `read` makes, or the sentence `expected …, not …`. */
export function reads<T>(expected: string, read: (value: unknown) => T | null): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    const result = read(value);
    if (result !== null) return result;
    complain(
      context,
      value === undefined ? `is missing: expected ${expected}` : `expected ${expected}, not ${show(value)}`,
    );
    return z.NEVER;
  });
}

function wanted(what: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => `${input === undefined ? 'is missing: ' : ''}expected ${what}`;
}

/** An object with these keys and no others. `name` is what messages call it. */
export function object<Shape extends z.core.$ZodShape>(
  name: string,
  shape: Shape,
): z.ZodObject<Shape, z.core.$catchall<z.ZodType<never>>> {
  const known = Object.keys(shape);
  const unknownKey = z.unknown().transform((_, context): never => {
    complain(context, '', { unknownKeyOf: name, known });
    return z.NEVER;
  });
  return z.object(shape, { error: wanted(`${name} (an object)`) }).catchall(unknownKey);
}

/** A key of the document whose behaviour this version does not have. */
export function notBuilt(what: string): z.ZodOptional<z.ZodType<undefined>> {
  return z
    .unknown()
    .transform((_, context): undefined => {
      complain(context, `${what} not built yet; remove it`, { notBuilt: true });
    })
    .optional();
}

/** A list with at least `least` elements. */
export function list<T>(what: string, element: z.ZodType<T>, least = 0): z.ZodType<T[]> {
  return z
    .array(element, { error: wanted(`a list of ${what}`) })
    .min(least, { error: () => `expected a list of ${what} that is not empty` });
}

/** Whether a text can be the name of a target, monitor or label. What every object has by itself cannot. */
export function isName(value: string): boolean {
  return /^[A-Za-z0-9_.-]{1,100}$/u.test(value) && !(value in {});
}

/** An object with free keys that are names. */
export function named<T>(what: string, value: z.ZodType<T>): z.ZodType<Record<string, T>> {
  return z.record(
    z.string().refine(isName, {
      error: ({ input }) =>
        typeof input === 'string' && input in {}
          ? `\`${input}\` is reserved and cannot be a name of ${what}`
          : `a name of ${what} has 1 to 100 letters, digits, \`_\`, \`-\` and \`.\``,
    }),
    value,
    {
      error: (issue) => (issue.code === 'invalid_type' ? wanted(`${what} by name (an object)`)(issue) : undefined),
    },
  );
}

const MOST_TEXT = 10_000;

export const text = reads('a text', (value) =>
  typeof value === 'string' && value.trim() !== '' && value.length <= MOST_TEXT ? value : null,
);

/** `[a-z0-9-]`: goes into ids and file names as it is. */
export const slug = reads('a name of a-z, 0-9 and -', (value) =>
  typeof value === 'string' && /^[a-z0-9-]{1,63}$/u.test(value) ? value : null,
);

export const flag = reads('true or false', (value) => (typeof value === 'boolean' ? value : null));

export const duration = reads('a duration such as 500ms, 30s or 2m', (value) =>
  typeof value === 'string' ? parseDuration(value) : null,
);

export const positiveDuration = reads('a duration greater than 0, such as 500ms, 30s or 2m', (value) => {
  const ms = typeof value === 'string' ? parseDuration(value) : null;
  return ms === null || ms <= 0 ? null : ms;
});

/** As a fraction; a bare number is one already. */
export const fraction = reads('a percentage such as 80%, or a fraction', (value) =>
  typeof value === 'string' ? parsePercent(value) : isNumber(value) ? value : null,
);

export const rate = reads('a rate greater than 0, at most 10000/s, such as 20/s or 100/m', (value) => {
  const perSecond = typeof value === 'string' ? parseRate(value) : null;
  return perSecond === null || perSecond <= 0 || perSecond > 10_000 ? null : perSecond;
});

export function whole(least: number, most: number): z.ZodType<number> {
  return reads(`a whole number from ${least} to ${most}`, (value) =>
    isNumber(value) && Number.isInteger(value) && value >= least && value <= most ? value : null,
  );
}

export function oneOf<const Choice extends string>(choices: readonly Choice[]): z.ZodType<Choice> {
  return reads(`one of ${choices.join(', ')}`, (value) => choices.find((choice) => choice === value) ?? null);
}

/** A label's value: texts, and what YAML reads as numbers or booleans. */
export const labelValue = reads('a text', (value) =>
  typeof value === 'string' || isNumber(value) || typeof value === 'boolean' ? String(value) : null,
);

export const address = reads('an IPv4 or IPv6 address', (value) =>
  typeof value === 'string' && isAddress(value) ? value : null,
);

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value for a message, cut to a readable length. */
export function show(value: unknown): string {
  return shorten(JSON.stringify(value) ?? String(value));
}

export function shorten(shown: string): string {
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}
