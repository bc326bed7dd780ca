// Original file: proto/roulette/v1/types.proto

import type { Process as _roulette_v1_Process, Process__Output as _roulette_v1_Process__Output } from '../../roulette/v1/Process.ts';
import type { SkippedProcess as _roulette_v1_SkippedProcess, SkippedProcess__Output as _roulette_v1_SkippedProcess__Output } from '../../roulette/v1/SkippedProcess.ts';

/**
 * Which processes match, without touching any.
 */
export interface SurveyResult {
  'matches'?: (_roulette_v1_Process)[];
  'skipped'?: (_roulette_v1_SkippedProcess)[];
}

/**
 * Which processes match, without touching any.
 */
export interface SurveyResult__Output {
  'matches': (_roulette_v1_Process__Output)[];
  'skipped': (_roulette_v1_SkippedProcess__Output)[];
}
