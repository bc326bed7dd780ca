// Original file: proto/roulette/v1/operator.proto

import type { SurveyResult as _roulette_v1_SurveyResult, SurveyResult__Output as _roulette_v1_SurveyResult__Output } from '../../roulette/v1/SurveyResult.ts';

/**
 * What one target matches on one node just now.
 */
export interface Preview {
  'target'?: (string);
  'node'?: (string);
  'result'?: (_roulette_v1_SurveyResult | null);
  /**
   * Not empty when the node could not be asked.
   */
  'error'?: (string);
}

/**
 * What one target matches on one node just now.
 */
export interface Preview__Output {
  'target': (string);
  'node': (string);
  'result': (_roulette_v1_SurveyResult__Output | null);
  /**
   * Not empty when the node could not be asked.
   */
  'error': (string);
}
