// Original file: proto/roulette/v1/operator.proto

import type { Run as _roulette_v1_Run, Run__Output as _roulette_v1_Run__Output } from '../../roulette/v1/Run.ts';

export interface ApproveRunReply {
  'run'?: (_roulette_v1_Run | null);
  /**
   * How many approvals it needs, and who has given one that holds.
   */
  'needed'?: (number);
  'approvedBy'?: (string)[];
}

export interface ApproveRunReply__Output {
  'run': (_roulette_v1_Run__Output | null);
  /**
   * How many approvals it needs, and who has given one that holds.
   */
  'needed': (number);
  'approvedBy': (string)[];
}
