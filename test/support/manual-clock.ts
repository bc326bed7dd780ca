// A clock whose hands the test holds, each by itself.

import type { Clock } from '../../shared/clock.ts';

export interface ManualClock extends Clock {
  /** Time passes; whatever falls due is called in order. */
  readonly advance: (ms: number) => Promise<void>;
  /** Somebody sets the wall clock. */
  readonly setWall: (now: number) => void;
}

export function createManualClock(): ManualClock {
  let mono = 0;
  let wallAhead = Date.UTC(2026, 0, 1);
  const timers = new Map<symbol, { readonly at: number; readonly callback: () => void }>();
  return {
    now: () => wallAhead + mono,
    monotonic: () => mono,
    after: (delayMs, callback) => {
      const id = Symbol('timer');
      timers.set(id, { at: mono + delayMs, callback });
      return () => void timers.delete(id);
    },
    advance: async (ms) => {
      const end = mono + ms;
      for (;;) {
        const [due] = [...timers].filter(([, { at }]) => at <= end).toSorted(([, a], [, b]) => a.at - b.at);
        if (due === undefined) break;
        const [id, { at, callback }] = due;
        timers.delete(id);
        mono = Math.max(mono, at);
        callback();
        await settled();
      }
      mono = end;
      await settled();
    },
    setWall: (now) => {
      wallAhead = now - mono;
    },
  };
}

/** What follows from a callback by promises alone has happened. */
async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
