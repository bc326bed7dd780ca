// Original file: proto/roulette/v1/agent.proto

import type { Welcome as _roulette_v1_Welcome, Welcome__Output as _roulette_v1_Welcome__Output } from '../../roulette/v1/Welcome.ts';
import type { Inject as _roulette_v1_Inject, Inject__Output as _roulette_v1_Inject__Output } from '../../roulette/v1/Inject.ts';
import type { Revert as _roulette_v1_Revert, Revert__Output as _roulette_v1_Revert__Output } from '../../roulette/v1/Revert.ts';
import type { Renew as _roulette_v1_Renew, Renew__Output as _roulette_v1_Renew__Output } from '../../roulette/v1/Renew.ts';
import type { Settled as _roulette_v1_Settled, Settled__Output as _roulette_v1_Settled__Output } from '../../roulette/v1/Settled.ts';
import type { Survey as _roulette_v1_Survey, Survey__Output as _roulette_v1_Survey__Output } from '../../roulette/v1/Survey.ts';
import type { Halt as _roulette_v1_Halt, Halt__Output as _roulette_v1_Halt__Output } from '../../roulette/v1/Halt.ts';
import type { Pong as _roulette_v1_Pong, Pong__Output as _roulette_v1_Pong__Output } from '../../roulette/v1/Pong.ts';

export interface CoordinatorMessage {
  'welcome'?: (_roulette_v1_Welcome | null);
  'inject'?: (_roulette_v1_Inject | null);
  'revert'?: (_roulette_v1_Revert | null);
  'renew'?: (_roulette_v1_Renew | null);
  'settled'?: (_roulette_v1_Settled | null);
  'survey'?: (_roulette_v1_Survey | null);
  'halt'?: (_roulette_v1_Halt | null);
  'pong'?: (_roulette_v1_Pong | null);
  'body'?: "welcome"|"inject"|"revert"|"renew"|"settled"|"survey"|"halt"|"pong";
}

export interface CoordinatorMessage__Output {
  'welcome'?: (_roulette_v1_Welcome__Output | null);
  'inject'?: (_roulette_v1_Inject__Output | null);
  'revert'?: (_roulette_v1_Revert__Output | null);
  'renew'?: (_roulette_v1_Renew__Output | null);
  'settled'?: (_roulette_v1_Settled__Output | null);
  'survey'?: (_roulette_v1_Survey__Output | null);
  'halt'?: (_roulette_v1_Halt__Output | null);
  'pong'?: (_roulette_v1_Pong__Output | null);
  'body'?: "welcome"|"inject"|"revert"|"renew"|"settled"|"survey"|"halt"|"pong";
}
