// How long a coordinator that has gone away is waited for.

import { ERRORS, EXIT, RouletteError } from '../shared/errors.ts';

/** A coordinator may be away this long before its watchers give up. */
export const GIVE_UP_AFTER_MS = 30_000;

export interface Patience {
  /** The coordinator was heard. */
  heard(): void;
  /** Whether this is the first miss since it was heard. Throws the error when it is no absence, or has lasted too long. */
  missed(error: unknown): boolean;
}

/** `monotonic` in milliseconds. */
export function createPatience(monotonic: () => number): Patience {
  let awaySince: number | null = null;
  return {
    heard: () => {
      awaySince = null;
    },
    missed: (error) => {
      const first = awaySince === null;
      awaySince ??= monotonic();
      if (!isAbsence(error) || monotonic() - awaySince > GIVE_UP_AFTER_MS) throw error;
      return first;
    },
  };
}

export function isAbsence(error: unknown): boolean {
  return error instanceof RouletteError && ERRORS[error.code].exit === EXIT.unreachable;
}
