// Values of parameters as a document would write them.

import type { ParamSpec } from '../../shared/faults/spec.ts';
import type { ParamValue } from '../../shared/domain/experiment.ts';
import { formatBitrate, formatDuration } from '../../shared/units.ts';

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
