// When the repetitions of a step begin, in milliseconds after the step's own start.

import type { Repeat } from '../../shared/domain/experiment.ts';
import { drawKey, openStream, type DrawScope } from '../../shared/draw.ts';

/** One time per repetition, ascending. `scope` names the step. */
export function slotTimes(repeat: Repeat | null, scope: Omit<DrawScope, 'purpose' | 'repetition'>): number[] {
  if (repeat === null) return [0];
  if (repeat.kind === 'every') {
    return Array.from({ length: repeat.times }, (_, index) => {
      const stream = openStream(drawKey({ ...scope, repetition: index + 1, purpose: 'jitter' }));
      return index * repeat.everyMs + stream.integer(0, repeat.jitterMs);
    });
  }
  return timesWithin(repeat, openStream(drawKey({ ...scope, repetition: 0, purpose: 'times' })).fraction);
}

/**
 * Uniform over all placements that keep the gap: points are drawn in the time that is left once the gaps are
 * taken out, sorted, and the gaps put back between them.
 */
function timesWithin(
  { times, withinMs, minGapMs }: Repeat & { readonly kind: 'within' },
  fraction: () => number,
): number[] {
  const free = withinMs - (times - 1) * minGapMs;
  const points = Array.from({ length: times }, () => Math.floor(fraction() * (free + 1))).toSorted((a, b) => a - b);
  return points.map((point, index) => point + index * minGapMs);
}
