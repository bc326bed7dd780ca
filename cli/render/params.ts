// Values of parameters as a document would write them.

import type { ParamSpec } from '../../shared/faults/spec.ts';
import { formatDuration } from '../../shared/units.ts';

export function formatParam({ type }: ParamSpec, value: string | number | boolean | null): string {
  if (value === null) return 'none';
  if (typeof value !== 'number') return String(value);
  if (type === 'percent') return `${Math.round(value * 10_000) / 100}%`;
  return type === 'duration' ? formatDuration(value) : String(value);
}
