// The guard file of a node (docs/guard.md), with the same errors as documents.

import type { z } from 'zod';
import type { ProcessSelector } from '../domain/experiment.ts';
import type { Guard } from '../domain/guard.ts';
import { FAULT_KINDS } from '../faults/index.ts';
import { check, type Checked } from './check.ts';
import { oneOrMoreHours } from './hours.ts';
import { list, object, oneOf, positiveDuration, text, whole } from './reader.ts';
import { readSource } from './source.ts';
import { processSelector } from './target.ts';

const kinds = list('faults', oneOf(FAULT_KINDS));
const selectors: z.ZodType<ProcessSelector[]> = list('processes', processSelector);

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
