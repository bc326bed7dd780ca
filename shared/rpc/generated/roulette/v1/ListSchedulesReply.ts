// Original file: proto/roulette/v1/operator.proto

import type { Schedule as _roulette_v1_Schedule, Schedule__Output as _roulette_v1_Schedule__Output } from '../../roulette/v1/Schedule.ts';

export interface ListSchedulesReply {
  'schedules'?: (_roulette_v1_Schedule)[];
}

export interface ListSchedulesReply__Output {
  'schedules': (_roulette_v1_Schedule__Output)[];
}
