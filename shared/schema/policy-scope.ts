// What rules of the policy have in common: which nodes and faults one is about, in which groups it counts, how many.

import { z } from 'zod';
import type { Amount, Per, PerGroup } from '../domain/policy.ts';
import { FAULT_KINDS, kindsNamed, type FaultKind } from '../faults/index.ts';
import { FAULT_CLASSES } from '../faults/spec.ts';
import { parsePercent } from '../units.ts';
import { complain, isName, isNumber, isObject, list, object, passOn, reads, text, type IssueSink } from './reader.ts';
import { suggest } from './source.ts';

const fault = text.transform((name, context): FaultKind[] => {
  const kinds = kindsNamed(name);
  if (kinds.length === 0)
    complain(context, `there is no fault or class \`${name}\`${suggest(name, [...FAULT_CLASSES, ...FAULT_KINDS])}`);
  return kinds;
});

/** Kinds and classes of faults, as kinds in the order of the catalogue; `null` when left out. */
export const faults: z.ZodType<readonly FaultKind[] | null> = list('faults and classes', fault, 1)
  .transform((found) => {
    const named = new Set(found.flat());
    return FAULT_KINDS.filter((kind) => named.has(kind));
  })
  .optional()
  .transform((found) => found ?? null);

export const label = reads('the name of a label', (value) =>
  typeof value === 'string' && isName(value) ? value : null,
);

const FLEET: PerGroup = { kind: 'fleet' };
const SERVICE: Per = { kind: 'service' };
const labelOf = object('per', { label });

/** In which groups a rule counts that is about nodes. */
export const per: z.ZodType<PerGroup> = z
  .unknown()
  .transform((value, context): PerGroup => {
    if (value !== 'service') return readLabel(value, context);
    const message = '`per: service` goes with `rates` and `coolDowns` only; a label of that name is { label: service }';
    complain(context, message);
    return z.NEVER;
  })
  .default(FLEET);

/** For rules that are about injections, and so about the services that these name too. */
export const perOrService: z.ZodType<Per> = z
  .unknown()
  .transform((value, context): Per => (value === 'service' ? SERVICE : readLabel(value, context)))
  .default(FLEET);

/** `node` needs no word of its own: each node has its name as the label `node`. */
function readLabel(value: unknown, context: IssueSink): PerGroup {
  if (typeof value === 'string' && isName(value)) return { kind: 'label', label: value };
  const parsed = labelOf.safeParse(value);
  if (parsed.success) return { kind: 'label', label: parsed.data.label };
  if (isObject(value)) passOn(context, parsed.error.issues);
  else complain(context, 'expected the name of a label, or { label: NAME }');
  return z.NEVER;
}

const MOST_NODES = 1_000_000;

export const amount: z.ZodType<Amount> = reads(
  'a number of nodes such as 2, or a share from 0% to 100%',
  (value): Amount | null => {
    if (typeof value === 'string') {
      const share = parsePercent(value);
      return share === null || share > 1 ? null : { kind: 'share', share };
    }
    const isCount = isNumber(value) && Number.isInteger(value) && value >= 0 && value <= MOST_NODES;
    return isCount ? { kind: 'count', count: value } : null;
  },
);
