// Values of parameters as a document would write them.

import { canonicalJson } from '../../shared/canonical.ts';
import type { FaultParams, ParamValue } from '../../shared/domain/experiment.ts';
import type { FaultSpec, ParamSpec } from '../../shared/faults/spec.ts';
import { formatBitrate, formatDuration } from '../../shared/units.ts';

/** `loss=20% direction=out`, as far as a fault of this kind means anything by them. */
export function describeParams({ params: specs }: FaultSpec, params: FaultParams): string[] {
  const entries = Object.entries(specs);
  return entries.flatMap(([name, spec], index) => {
    const value = params[name] ?? null;
    if (value === null || (typeof value === 'object' && value.length === 0)) return [];
    // Of many parameters those that nobody has said are left out, but for what the fault is about and where.
    const isSaid = canonicalJson(value) !== canonicalJson(spec.default);
    if (!isSaid && entries.length > FEW && index > 0 && name !== 'direction') return [];
    return [`${name}=${formatParam(spec, value)}`];
  });
}

const FEW = 3;

/** A list beyond this many is cut, and its length said. */
const MOST_SHOWN = 6;

export function formatParam({ type }: ParamSpec, value: ParamValue): string {
  if (value === null) return 'none';
  if (typeof value === 'object') return formatList(value);
  if (typeof value !== 'number') return String(value);
  if (type === 'percent') return `${Math.round(value * 10_000) / 100}%`;
  if (type === 'bitrate') return formatBitrate(value);
  return type === 'duration' ? formatDuration(value) : String(value);
}

function formatList(values: readonly string[]): string {
  if (values.length === 0) return 'none';
  const shown = values.slice(0, MOST_SHOWN).join(',');
  return values.length > MOST_SHOWN ? `${shown},… (${values.length})` : shown;
}
