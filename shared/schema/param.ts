// The parameters of a fault: completed, normalised, and checked against the fault's own spec.

import { z } from 'zod';
import type { FaultParams, ParamValue } from '../domain/experiment.ts';
import { parseNetwork } from '../addresses.ts';
import { INTERFACE, isHostName, parsePorts } from '../faults/param-types.ts';
import type { FaultSpec, ParamSpec } from '../faults/spec.ts';
import { formatBitrate, formatDuration, parseBitrate } from '../units.ts';
import {
  address,
  complain,
  duration,
  fraction,
  isName,
  list,
  object,
  oneOf,
  passOn,
  reads,
  whole,
  type IssueSink,
} from './reader.ts';

/** Complete and normalised: what is left out gets the spec's default. */
export function readParams(spec: FaultSpec, value: unknown, context: IssueSink): FaultParams {
  const shape = Object.fromEntries(
    Object.entries(spec.params).map(([name, param]) => [
      name,
      param.required === true ? paramSchema(param) : paramSchema(param).optional(),
    ]),
  );
  const result = object(`the parameters of ${spec.kind}`, shape).safeParse(value ?? {});
  if (!result.success) {
    for (const issue of result.error.issues) passOn(context, [{ ...issue, path: ['params', ...issue.path] }]);
    return {};
  }
  const given: Readonly<Record<string, ParamValue | undefined>> = result.data;
  return Object.fromEntries(Object.entries(spec.params).map(([name, param]) => [name, given[name] ?? param.default]));
}

/** What a peer in a document may be: an address, a CIDR, a host name, or another target of the document. */
const TARGET_PEER = /^target:(?<name>.+)$/u;

/** The target that a peer names; null for any other peer. */
export function targetOfPeer(peer: string): string | null {
  return TARGET_PEER.exec(peer)?.groups?.['name'] ?? null;
}

const bitrate = reads('a bit rate such as 500kbit, 10mbit or 1gbit', (value) =>
  typeof value === 'string' ? parseBitrate(value) : null,
);
const networkInterface = reads('the name of a network interface', (value) =>
  typeof value === 'string' && INTERFACE.test(value) ? value : null,
);
const peer = reads('an address, a CIDR, a host name or target:NAME', (value) => {
  if (typeof value !== 'string') return null;
  const target = targetOfPeer(value);
  if (target !== null) return isName(target) ? value : null;
  if (parseNetwork(value) !== null) return value;
  const name = value.toLowerCase();
  // What consists of digits, dots and slashes alone is an address with a slip of the pen.
  return isHostName(name) && !/^[\d./]+$/u.test(name) ? name : null;
});
const ports = reads('a port or a range such as 8000-8100', (value) => {
  const written = typeof value === 'number' ? String(value) : value;
  return typeof written === 'string' && parsePorts(written) !== null ? written : null;
});
const hostName = reads('a host name', (value) =>
  typeof value === 'string' && isHostName(value.toLowerCase()) ? value.toLowerCase() : null,
);

/** One alone may stand without brackets. */
function oneOrMore(what: string, element: z.ZodType<string>): z.ZodType<readonly string[]> {
  const many = list(what, element, 1);
  return z.unknown().transform((value, context): readonly string[] => {
    const result = many.safeParse(Array.isArray(value) ? value : [value]);
    if (result.success) return result.data;
    passOn(
      context,
      Array.isArray(value)
        ? result.error.issues
        : result.error.issues.map((issue) => ({ ...issue, path: issue.path.slice(1) })),
    );
    return z.NEVER;
  });
}

function paramSchema(spec: ParamSpec): z.ZodType<ParamValue> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = spec;
  const bounded = (schema: z.ZodType<number>, say: (value: number) => string): z.ZodType<number> =>
    schema.superRefine((value, context) => {
      if (value < min || value > max) complain(context, `must be from ${say(min)} to ${say(max)}`);
    });
  switch (spec.type) {
    case 'percent':
      return bounded(fraction, (value) => `${value * 100}%`);
    case 'duration':
      return bounded(duration, formatDuration);
    case 'bitrate':
      return bounded(bitrate, formatBitrate);
    case 'count':
      return whole(min, max);
    case 'choice':
      return oneOf(spec.choices ?? []);
    case 'interface':
      return networkInterface;
    default:
      return LISTS[spec.type];
  }
}

const LISTS = {
  peers: oneOrMore('peers', peer),
  ports: oneOrMore('ports', ports),
  addresses: oneOrMore('addresses', address),
  names: oneOrMore('host names', hostName),
} as const;
