// Original file: proto/roulette/v1/agent.proto

import type { SurveyResult as _roulette_v1_SurveyResult, SurveyResult__Output as _roulette_v1_SurveyResult__Output } from '../../roulette/v1/SurveyResult.ts';

export interface SurveyReply {
  'surveyId'?: (string);
  'result'?: (_roulette_v1_SurveyResult | null);
  /**
   * Not empty when the survey failed.
   */
  'error'?: (string);
}

export interface SurveyReply__Output {
  'surveyId': (string);
  'result': (_roulette_v1_SurveyResult__Output | null);
  /**
   * Not empty when the survey failed.
   */
  'error': (string);
}
