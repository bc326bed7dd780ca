// Which nodes and which processes (experiment.md 1.1).

import { z } from 'zod';
import type { NodeSelector, ProcessSelector, Target } from '../domain/experiment.ts';
import { complain, isObject, labelValue, list, named, object, passOn, text, whole } from './reader.ts';

const labelValues = z.union([labelValue.transform((value) => [value]), list('texts', labelValue, 1)], {
  error: () => 'expected a text or a list of texts',
});

const labels = named('labels', labelValues);

export const nodeSelector: z.ZodType<NodeSelector> = z.unknown().transform((value, context): NodeSelector => {
  if (value === 'all') return 'all';
  const parsed = labels.safeParse(value);
  if (!isObject(value) || Object.keys(value).length === 0)
    complain(context, 'expected labels such as { role: web }, or `all`');
  else if (!parsed.success) passOn(context, parsed.error.issues);
  return parsed.success ? parsed.data : z.NEVER;
});

const pattern = text.superRefine((value, context) => {
  const trouble = troubleWith(value);
  if (trouble !== null) complain(context, `is not a regular expression: ${trouble}`);
});

function troubleWith(expression: string): string | null {
  try {
    return new RegExp(expression, 'u').source === '' ? 'it is empty' : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const selectorShape = {
  name: text.optional(),
  cmdline: pattern.optional(),
  exe: text.optional(),
  user: text.optional(),
  unit: text.optional(),
  cgroup: text.optional(),
  port: whole(1, 65_535).optional(),
  container: text.optional(),
};

/** How a node's configuration defines a service. */
export const serviceSelector: z.ZodType<ProcessSelector> = object('a service', selectorShape).transform(
  (found, context) => atLeastOneKey(found, context),
);

export const processSelector: z.ZodType<ProcessSelector> = object('processes', {
  service: text.optional(),
  ...selectorShape,
}).transform((found, context) => atLeastOneKey(found, context));

function atLeastOneKey(
  found: { readonly [Key in keyof ProcessSelector]?: ProcessSelector[Key] | undefined },
  context: Parameters<typeof complain>[0],
): ProcessSelector {
  const { service, name, cmdline, exe, user, unit, cgroup, port, container } = found;
  const entries = Object.entries({ service, name, cmdline, exe, user, unit, cgroup, port, container });
  const given = entries.filter(([, value]) => value !== undefined);
  if (given.length === 0) complain(context, 'expected at least one key: an empty selector would mean every process');
  return Object.fromEntries(given);
}

export const target: z.ZodType<Target> = object('a target', {
  nodes: nodeSelector,
  processes: processSelector.optional(),
}).transform(({ nodes, processes }) => ({ nodes, processes: processes ?? null }));
