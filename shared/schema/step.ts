// One step of a stage: fault, target, how many nodes and processes, how often (experiment.md 1 and 1.1).

import { z } from 'zod';
import type { FlatMode, Mode, Pick, Repeat, Stage, Step } from '../domain/experiment.ts';
import { FAULT_KINDS, faultSpec, isFaultKind, type FaultKind } from '../faults/index.ts';
import type { FaultSpec } from '../faults/spec.ts';
import { formatDuration } from '../units.ts';
import { closest } from './closest.ts';
import { readParams } from './param.ts';
import {
  complain,
  duration,
  flag,
  isName,
  isNumber,
  isObject,
  list,
  notBuilt,
  object,
  passOn,
  positiveDuration,
  reads,
  show,
  slug,
  text,
  whole,
  type IssueSink,
} from './reader.ts';

/** Faults of the public contract that this version does not have. */
const FAULTS_TO_COME = /^(?:disk|memory|io|time|host)-[a-z-]+$/u;

const faultKind = z.unknown().transform((value, context): FaultKind => {
  if (typeof value === 'string' && isFaultKind(value)) return value;
  const there = `there are ${FAULT_KINDS.join(', ')}`;
  const near = typeof value === 'string' ? closest(value, FAULT_KINDS) : null;
  if (near !== null) complain(context, `there is no fault ${show(value)}; did you mean \`${near}\`?`);
  else if (typeof value === 'string' && FAULTS_TO_COME.test(value))
    complain(context, `the fault \`${value}\` is not built yet; ${there}`, { notBuilt: true });
  else
    complain(
      context,
      value === undefined ? `is missing: expected a fault; ${there}` : `there is no fault ${show(value)}; ${there}`,
    );
  return z.NEVER;
});

const percent = reads('a number greater than 0, at most 100', (value) =>
  isNumber(value) && value > 0 && value <= 100 ? value : null,
);

const MOST_NODES = 100_000;
const countMode = object('mode', { count: whole(1, MOST_NODES) }).transform(({ count }): FlatMode => ({
  kind: 'count',
  count,
}));
const percentMode = object('mode', { percent }).transform((mode): FlatMode => ({
  kind: 'percent',
  percent: mode.percent,
}));
const upToMode = object('mode', { upToPercent: percent }).transform((mode): FlatMode => ({
  kind: 'upToPercent',
  percent: mode.upToPercent,
}));
const NAMED_MODES = ['one', 'all', 'minority', 'majority'] as const;
const FLAT_FORMS = `${NAMED_MODES.join(', ')}, { count }, { percent } or { upToPercent }`;
const ALL_FORMS = `${NAMED_MODES.join(', ')}, { count }, { percent }, { upToPercent } or { groups, choose, nodes }`;

function namedMode(forms: string): z.ZodType<FlatMode> {
  return reads(forms, (value) => {
    const kind = NAMED_MODES.find((name) => name === value);
    return kind === undefined ? null : { kind };
  });
}

const MODE_KEYS = ['count', 'percent', 'upToPercent', 'groups', 'choose', 'nodes'];
const flatMode = byKey<FlatMode>(
  'a mode within `groups`',
  MODE_KEYS.slice(0, 3),
  { count: countMode, percent: percentMode, upToPercent: upToMode },
  namedMode(FLAT_FORMS),
);

const label = reads('the name of a label', (value) => (typeof value === 'string' && isName(value) ? value : null));
const groupsMode = object('mode', { groups: label, choose: flatMode, nodes: flatMode }).transform(
  ({ groups, choose, nodes }): Mode => ({ kind: 'groups', label: groups, choose, nodes }),
);

const mode = byKey<Mode>(
  'mode',
  MODE_KEYS,
  { count: countMode, percent: percentMode, upToPercent: upToMode, groups: groupsMode },
  namedMode(ALL_FORMS),
);

const pickShapes = {
  count: object('pick', { count: whole(1, MOST_NODES) }).transform(({ count }): Pick => ({ kind: 'count', count })),
  percent: object('pick', { percent }).transform((pick): Pick => ({ kind: 'percent', percent: pick.percent })),
};
const pick = byKey<Pick>(
  'pick',
  ['count', 'percent'],
  pickShapes,
  reads<Pick>('one, all, { count } or { percent }', (value) =>
    value === 'one' || value === 'all' ? { kind: value } : null,
  ),
);

/** An object is checked against the form of the one key that names a form; anything else is a plain word. */
function byKey<T>(
  name: string,
  known: readonly string[],
  forms: Readonly<Record<string, z.ZodType<T>>>,
  word: z.ZodType<T>,
): z.ZodType<T> {
  // An object without any of the keys: each key it has is checked for a slip of the pen.
  const nothing = object(name, Object.fromEntries(known.map((key) => [key, z.unknown().optional()]))).transform(
    (_, context): T => {
      complain(context, `expected one of the keys ${Object.keys(forms).join(', ')}`);
      return z.NEVER;
    },
  );
  return z.unknown().transform((value, context): T => {
    const [key, other] = isObject(value) ? Object.keys(forms).filter((form) => Object.hasOwn(value, form)) : [];
    if (other !== undefined) {
      complain(context, `has both \`${key}\` and \`${other}\`; keep one of them`);
      return z.NEVER;
    }
    const schema = (key === undefined ? (isObject(value) ? nothing : word) : forms[key]) ?? word;
    const result = schema.safeParse(value);
    if (!result.success) passOn(context, result.error.issues);
    return result.success ? result.data : z.NEVER;
  });
}

const times = whole(1, 1000);
const everyRepeat = object('repeat', { times, every: positiveDuration, jitter: duration.optional() }).transform(
  (found, context): Repeat => {
    const jitterMs = found.jitter ?? 0;
    if (jitterMs > found.every)
      complain(context, 'must not be longer than `every`: repetitions would overtake one another', {
        path: ['jitter'],
      });
    return { kind: 'every', times: found.times, everyMs: found.every, jitterMs };
  },
);
const withinRepeat = object('repeat', { times, within: positiveDuration, minGap: duration.optional() }).transform(
  (found, context): Repeat => {
    const minGapMs = found.minGap ?? 0;
    if ((found.times - 1) * minGapMs > found.within) {
      complain(context, `${found.times} times with this gap between them need more time than \`within\` gives`, {
        path: ['minGap'],
      });
    }
    return { kind: 'within', times: found.times, withinMs: found.within, minGapMs };
  },
);
const repeat = byKey<Repeat>(
  'repeat',
  ['times', 'every', 'jitter', 'within', 'minGap'],
  { every: everyRepeat, within: withinRepeat },
  reads<Repeat>('{ times, every } or { times, within }', () => null),
);

const step: z.ZodType<Step> = object('a step', {
  fault: faultKind,
  target: text,
  mode: mode.default({ kind: 'one' }),
  pick: pick.optional(),
  duration: positiveDuration.optional(),
  params: z.unknown().optional(),
  repeat: repeat.optional(),
  slack: duration.optional(),
  pulse: notBuilt('`pulse` is'),
}).transform((found, context): Step => {
  const spec = faultSpec(found.fault);
  checkFit(spec, found, context);
  return {
    fault: found.fault,
    target: found.target,
    mode: found.mode,
    pick: found.pick ?? { kind: spec.processes === 'traffic' ? 'all' : 'one' },
    durationMs: found.duration ?? null,
    params: readParams(spec, found.params, context),
    repeat: found.repeat ?? null,
    slackMs: found.slack ?? null,
  };
});

function checkFit(
  spec: FaultSpec,
  found: { readonly duration?: number | undefined; readonly pick?: Pick | undefined },
  context: IssueSink,
): void {
  const { kind } = spec;
  if (spec.duration === 'required' && found.duration === undefined) complain(context, `${kind} needs a \`duration\``);
  if (spec.duration === 'none' && found.duration !== undefined)
    complain(context, `${kind} is over in an instant and takes no duration`, { path: ['duration'] });
  if (spec.longestMs !== undefined && (found.duration ?? 0) > spec.longestMs)
    complain(context, `${kind} lasts at most ${formatDuration(spec.longestMs)}`, { path: ['duration'] });
  if (spec.processes !== 'required' && found.pick !== undefined)
    complain(context, `${kind} is about ${MEANT[spec.processes]} and picks no processes`, { path: ['pick'] });
}

/** What a fault that picks no processes is about. */
const MEANT = { none: 'the node', traffic: 'all of their traffic' } as const;

export const stage: z.ZodType<Stage> = object('a stage', {
  name: slug,
  together: flag.optional(),
  steps: list('steps', step, 1),
}).transform(({ name, together, steps }) => ({ name, together: together ?? false, steps }));
