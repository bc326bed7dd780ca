// Original file: proto/roulette/v1/operator.proto

import type { Run as _roulette_v1_Run, Run__Output as _roulette_v1_Run__Output } from '../../roulette/v1/Run.ts';

export interface ListRunsReply {
  'runs'?: (_roulette_v1_Run)[];
}

export interface ListRunsReply__Output {
  'runs': (_roulette_v1_Run__Output)[];
}
