// Original file: proto/roulette/v1/agent.proto

import type { Hello as _roulette_v1_Hello, Hello__Output as _roulette_v1_Hello__Output } from '../../roulette/v1/Hello.ts';
import type { Heartbeat as _roulette_v1_Heartbeat, Heartbeat__Output as _roulette_v1_Heartbeat__Output } from '../../roulette/v1/Heartbeat.ts';
import type { Started as _roulette_v1_Started, Started__Output as _roulette_v1_Started__Output } from '../../roulette/v1/Started.ts';
import type { Refused as _roulette_v1_Refused, Refused__Output as _roulette_v1_Refused__Output } from '../../roulette/v1/Refused.ts';
import type { Ended as _roulette_v1_Ended, Ended__Output as _roulette_v1_Ended__Output } from '../../roulette/v1/Ended.ts';
import type { SurveyReply as _roulette_v1_SurveyReply, SurveyReply__Output as _roulette_v1_SurveyReply__Output } from '../../roulette/v1/SurveyReply.ts';
import type { Halted as _roulette_v1_Halted, Halted__Output as _roulette_v1_Halted__Output } from '../../roulette/v1/Halted.ts';
import type { Ping as _roulette_v1_Ping, Ping__Output as _roulette_v1_Ping__Output } from '../../roulette/v1/Ping.ts';

export interface AgentMessage {
  'hello'?: (_roulette_v1_Hello | null);
  'heartbeat'?: (_roulette_v1_Heartbeat | null);
  'started'?: (_roulette_v1_Started | null);
  'refused'?: (_roulette_v1_Refused | null);
  'ended'?: (_roulette_v1_Ended | null);
  'surveyReply'?: (_roulette_v1_SurveyReply | null);
  'halted'?: (_roulette_v1_Halted | null);
  'ping'?: (_roulette_v1_Ping | null);
  'body'?: "hello"|"heartbeat"|"started"|"refused"|"ended"|"surveyReply"|"halted"|"ping";
}

export interface AgentMessage__Output {
  'hello'?: (_roulette_v1_Hello__Output | null);
  'heartbeat'?: (_roulette_v1_Heartbeat__Output | null);
  'started'?: (_roulette_v1_Started__Output | null);
  'refused'?: (_roulette_v1_Refused__Output | null);
  'ended'?: (_roulette_v1_Ended__Output | null);
  'surveyReply'?: (_roulette_v1_SurveyReply__Output | null);
  'halted'?: (_roulette_v1_Halted__Output | null);
  'ping'?: (_roulette_v1_Ping__Output | null);
  'body'?: "hello"|"heartbeat"|"started"|"refused"|"ended"|"surveyReply"|"halted"|"ping";
}
