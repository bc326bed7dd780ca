// Original file: proto/roulette/v1/operator.proto

import type { Run as _roulette_v1_Run, Run__Output as _roulette_v1_Run__Output } from '../../roulette/v1/Run.ts';

export interface PrepareRunReply {
  'run'?: (_roulette_v1_Run | null);
  'verdictJson'?: (string);
}

export interface PrepareRunReply__Output {
  'run': (_roulette_v1_Run__Output | null);
  'verdictJson': (string);
}
