// What every command is given: where to speak, how to reach the coordinator, and whether people or programs read.

import type { ExitCode } from '../shared/errors.ts';
import type { Io } from './io.ts';
import type { Operator } from './operator.ts';

export interface Session {
  readonly io: Io;
  readonly json: boolean;
  /** Connects at the first call. */
  readonly operator: () => Operator;
}

/** What a command comes to. */
export type Outcome = Promise<ExitCode>;
