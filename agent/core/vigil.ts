// How agent and keeper watch one another over the pipe between them: each beats, and counts the beats of its own that
// passed without a word from the other. Counting beats and not time has a reason: who was itself stopped for a
// while counts one beat for all of it, and does not blame the other.

/** Time between two beats, on both sides. */
export const BEAT_MS = 1000;
/** So many beats without a word, and the other counts as dead: 3 s. */
const MOST_MISSED = 3;

/** Any other word of the agent, and of the keeper. */
export const WORD = '.';

export interface Vigil {
  /** A word from the other. */
  readonly heard: () => void;
  /** Once a beat. True when the other has been silent for too long. */
  readonly missed: () => boolean;
}

export function createVigil(): Vigil {
  let missed = 0;
  return {
    heard: () => {
      missed = 0;
    },
    missed: () => {
      missed += 1;
      return missed > MOST_MISSED;
    },
  };
}

/** The agent's last word when it ends in order, having taken back what it could. */
export const FAREWELL = 'f';
