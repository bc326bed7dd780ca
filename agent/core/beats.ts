// The agent's memory of when it sent which beat. Leases and not-afters are counted from the beat that a message of
// the coordinator names: on this node's own clock, and from a moment before the coordinator decided. Whatever is held
// up on the way, or finds the agent held up, therefore has lost that time already.

/** Enough for the longest lease there is sense in; what names an older beat is late. */
const REMEMBERED = 1024;

export interface Beats {
  /** A new beat, sent at `now` (monotonic); gives its number, counted from 1. */
  readonly next: (now: number) => number;
  /** When it was sent; null for one that this agent did not send, or so long ago that it has forgotten. */
  readonly sentAt: (beat: number) => number | null;
}

export function createBeats(): Beats {
  const sent = new Map<number, number>();
  let last = 0;
  return {
    next: (now) => {
      last += 1;
      sent.set(last, now);
      sent.delete(last - REMEMBERED);
      return last;
    },
    sentAt: (beat) => sent.get(beat) ?? null,
  };
}
