// Original file: proto/roulette/v1/agent.proto

import type { ProcessSelector as _roulette_v1_ProcessSelector, ProcessSelector__Output as _roulette_v1_ProcessSelector__Output } from '../../roulette/v1/ProcessSelector.ts';

export interface Survey {
  'surveyId'?: (string);
  'processes'?: (_roulette_v1_ProcessSelector | null);
  /**
   * Absent: no particular order of the matches.
   */
  'drawKey'?: (string);
  '_drawKey'?: "drawKey";
}

export interface Survey__Output {
  'surveyId': (string);
  'processes': (_roulette_v1_ProcessSelector__Output | null);
  /**
   * Absent: no particular order of the matches.
   */
  'drawKey'?: (string);
  '_drawKey'?: "drawKey";
}
