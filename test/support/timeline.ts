// Virtual time: what is due happens in order of time, and at one time in the order in which it was asked for.

export interface Timeline {
  readonly now: () => number;
  readonly at: (time: number, act: () => void) => void;
  readonly after: (delayMs: number, act: () => void) => void;
  /** Does what is due until then, and what comes of it. */
  readonly runUntil: (time: number) => void;
}

export function createTimeline(): Timeline {
  const queue: { readonly time: number; readonly act: () => void }[] = [];
  let now = 0;

  function at(time: number, act: () => void): void {
    const due = Math.max(now, time);
    let [low, high] = [0, queue.length];
    // Latest first, so that the next one is popped.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((queue[middle]?.time ?? 0) > due) low = middle + 1;
      else high = middle;
    }
    queue.splice(low, 0, { time: due, act });
  }

  return {
    now: () => now,
    at,
    after: (delayMs, act) => at(now + delayMs, act),
    runUntil: (time) => {
      for (let next = queue.at(-1); next !== undefined && next.time <= time; next = queue.at(-1)) {
        queue.pop();
        now = next.time;
        next.act();
      }
      now = time;
    },
  };
}
