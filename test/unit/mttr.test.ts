import { describe, expect, it } from 'vitest';
import { recoveries, summarise, type Recovery, type RecoveryInput } from '../../coordinator/core/mttr.ts';
import { nodeId, orderId, runId, slotId } from '../../shared/domain/ids.ts';

/** Injections at these times; changes of the steady state, lost (-) and regained (+), at these; the end. */
function recover(
  injections: readonly number[],
  changes: readonly number[],
  endedAt = 1000,
): [boolean, number | null][] {
  const input: RecoveryInput = {
    injections: injections.map((startedAt, index) => ({
      order: orderId(runId('run-1'), slotId('s', 1, index + 1), nodeId('n')),
      startedAt,
    })),
    steady: changes.map((change) => ({ at: Math.abs(change), holds: change > 0 })),
    endedAt,
  };
  return recoveries(input).map(({ disturbed, recoveredAfterMs }) => [disturbed, recoveredAfterMs]);
}

describe('the recovery from an injection', () => {
  it.each<[string, readonly number[], readonly number[], [boolean, number | null][]]>([
    ['is nothing where the steady state was never lost', [100], [], [[false, 0]]],
    ['runs from the injection, not from the loss, to the return', [100], [-150, 300], [[true, 200]]],
    ['is open where the return was not seen', [100], [-150], [[true, null]]],
    ['ends with the first return', [100], [-150, 200, -250, 400], [[true, 100]]],
    ['does not count a loss from before', [100], [-20, 50], [[false, 0]]],
    ['counts a loss that still lasts when it comes', [100], [-50, 300], [[true, 200]]],
    [
      'counts each loss for the injection before it',
      [100, 500],
      [-150, 200, -600, 800],
      [
        [true, 100],
        [true, 300],
      ],
    ],
    [
      'leaves out an injection that disturbed nothing',
      [100, 500],
      [-600, 800],
      [
        [false, 0],
        [true, 300],
      ],
    ],
    [
      'is shared by injections of one disturbance, each from its own start',
      [100, 200],
      [-150, 400],
      [
        [true, 300],
        [true, 200],
      ],
    ],
    [
      'is shared by injections of one instant',
      [100, 100],
      [-150, 400],
      [
        [true, 300],
        [true, 300],
      ],
    ],
    [
      'counts a loss in the instant of the next injection for both',
      [100, 200],
      [-200, 400],
      [
        [true, 300],
        [true, 200],
      ],
    ],
    ['is not begun by a return alone', [100], [150], [[false, 0]]],
    ['is for no injection nothing at all', [], [-150], []],
  ])('%s', (_, injections, changes, expected) => {
    expect(recover(injections, changes)).toEqual(expected);
  });

  it('does not look beyond the end of watching for a loss', () => {
    expect(recover([100], [-150, 300], 120)).toEqual([[false, 0]]);
  });
});

function found(recoveredAfterMs: number | null, disturbed = true): Recovery {
  return { order: orderId(runId('run-1'), slotId('s', 1, 1), nodeId('n')), disturbed, recoveredAfterMs };
}

describe('the summary of recoveries', () => {
  it('is of those that disturbed and recovered, and counts the others', () => {
    const summary = summarise([found(300), found(0, false), found(null), found(100), found(200)]);

    expect(summary).toEqual({ injections: 5, disturbed: 4, open: 1, medianMs: 200, longestMs: 300 });
  });

  it('has of an even number the lower middle, a time that really was', () => {
    expect(summarise([found(400), found(100), found(200), found(300)]).medianMs).toBe(200);
  });

  it('has no times where nothing was disturbed', () => {
    const none = { disturbed: 0, open: 0, medianMs: null, longestMs: null };

    expect(summarise([])).toEqual({ injections: 0, ...none });
    expect(summarise([found(0, false)])).toEqual({ injections: 1, ...none });
  });
});
