// The guard file of a node (docs/guard.md), with the same errors as documents.

import { z } from 'zod';
import type { ProcessSelector } from '../domain/experiment.ts';
import type { Guard } from '../domain/guard.ts';
import type { Hours } from '../domain/hours.ts';
import { FAULT_KINDS } from '../faults/index.ts';
import { check, type Checked } from './check.ts';
import { hours } from './hours.ts';
import { list, object, oneOf, passOn, positiveDuration, text, whole } from './reader.ts';
import { readSource } from './source.ts';
import { processSelector } from './target.ts';

const kinds = list('faults', oneOf(FAULT_KINDS));
const selectors: z.ZodType<ProcessSelector[]> = list('processes', processSelector);
const windows = list('hours', hours, 1);
const window = hours.transform((one) => [one]);

/** One or a list. Each is checked as what it is, so that the positions of errors are right for both. */
const oneOrMoreHours = z.unknown().transform((value, context): Hours[] => {
  const parsed = (Array.isArray(value) ? windows : window).safeParse(value);
  if (parsed.success) return parsed.data;
  passOn(context, parsed.error.issues);
  return z.NEVER;
});

const MOST_INJECTIONS = 10_000;

const guard: z.ZodType<Guard> = object('the guard', {
  environment: text,
  allow: kinds.optional(),
  deny: kinds.default([]),
  targets: object('targets', { allow: selectors.optional(), deny: selectors.default([]) }).optional(),
  most: whole(0, MOST_INJECTIONS).optional(),
  longest: positiveDuration.optional(),
  hours: oneOrMoreHours.optional(),
}).transform(({ environment, allow, deny, targets, most, longest, hours: found }) => ({
  environment,
  allow: allow ?? null,
  deny,
  targets: { allow: targets?.allow ?? null, deny: targets?.deny ?? [] },
  most: most ?? null,
  longestMs: longest ?? null,
  hours: found ?? [],
}));

export function parseGuard(source: string, file: string): Checked<Guard> {
  const read = readSource(source.trim() === '' ? '{}' : source, file);
  return read.ok ? check(read.source, guard) : read;
}
