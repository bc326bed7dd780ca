// Time as a seam. Decisions take `now`; shells take a Clock, so that tests can hold the hands.

export interface Clock {
  /** Wall clock, milliseconds since the epoch. For display and calendars only: it can jump. */
  readonly now: () => number;
  /** Milliseconds that only ever grow. For deadlines, leases and intervals. */
  readonly monotonic: () => number;
  /** Calls back once `delayMs` have passed; the returned function cancels. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

/** Longest delay that Node's timers keep; a longer one would fire at once (Node.js timers documentation). */
const LONGEST_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Calls back every `periodMs` until the returned function is called. A slow callback never overlaps itself. */
export function repeatEvery(clock: Clock, periodMs: number, callback: () => void | Promise<void>): () => void {
  let stopped = false;
  let cancel = clock.after(periodMs, beat);
  function beat(): void {
    const began = clock.monotonic();
    void Promise.resolve(callback()).finally(() => {
      if (!stopped) cancel = clock.after(periodMs - (clock.monotonic() - began), beat);
    });
  }
  return () => {
    stopped = true;
    cancel();
  };
}

/** Resolves after `delayMs`, or at once (without error) when the signal aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.after(delayMs, done);
    function done(): void {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done, { once: true });
  });
}
