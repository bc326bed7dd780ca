// Original file: proto/roulette/v1/operator.proto

import type { Schedule as _roulette_v1_Schedule, Schedule__Output as _roulette_v1_Schedule__Output } from '../../roulette/v1/Schedule.ts';

export interface RemoveScheduleReply {
  'schedule'?: (_roulette_v1_Schedule | null);
}

export interface RemoveScheduleReply__Output {
  'schedule': (_roulette_v1_Schedule__Output | null);
}
