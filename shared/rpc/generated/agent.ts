import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AgentMessage as _roulette_v1_AgentMessage, AgentMessage__Output as _roulette_v1_AgentMessage__Output } from './roulette/v1/AgentMessage.ts';
import type { AgentServiceClient as _roulette_v1_AgentServiceClient, AgentServiceDefinition as _roulette_v1_AgentServiceDefinition } from './roulette/v1/AgentService.ts';
import type { CoordinatorMessage as _roulette_v1_CoordinatorMessage, CoordinatorMessage__Output as _roulette_v1_CoordinatorMessage__Output } from './roulette/v1/CoordinatorMessage.ts';
import type { Ended as _roulette_v1_Ended, Ended__Output as _roulette_v1_Ended__Output } from './roulette/v1/Ended.ts';
import type { Halt as _roulette_v1_Halt, Halt__Output as _roulette_v1_Halt__Output } from './roulette/v1/Halt.ts';
import type { Halted as _roulette_v1_Halted, Halted__Output as _roulette_v1_Halted__Output } from './roulette/v1/Halted.ts';
import type { Heartbeat as _roulette_v1_Heartbeat, Heartbeat__Output as _roulette_v1_Heartbeat__Output } from './roulette/v1/Heartbeat.ts';
import type { Hello as _roulette_v1_Hello, Hello__Output as _roulette_v1_Hello__Output } from './roulette/v1/Hello.ts';
import type { Inject as _roulette_v1_Inject, Inject__Output as _roulette_v1_Inject__Output } from './roulette/v1/Inject.ts';
import type { NodeFacts as _roulette_v1_NodeFacts, NodeFacts__Output as _roulette_v1_NodeFacts__Output } from './roulette/v1/NodeFacts.ts';
import type { NodeMetrics as _roulette_v1_NodeMetrics, NodeMetrics__Output as _roulette_v1_NodeMetrics__Output } from './roulette/v1/NodeMetrics.ts';
import type { Observation as _roulette_v1_Observation, Observation__Output as _roulette_v1_Observation__Output } from './roulette/v1/Observation.ts';
import type { Pick as _roulette_v1_Pick, Pick__Output as _roulette_v1_Pick__Output } from './roulette/v1/Pick.ts';
import type { Ping as _roulette_v1_Ping, Ping__Output as _roulette_v1_Ping__Output } from './roulette/v1/Ping.ts';
import type { Pong as _roulette_v1_Pong, Pong__Output as _roulette_v1_Pong__Output } from './roulette/v1/Pong.ts';
import type { Process as _roulette_v1_Process, Process__Output as _roulette_v1_Process__Output } from './roulette/v1/Process.ts';
import type { ProcessSelector as _roulette_v1_ProcessSelector, ProcessSelector__Output as _roulette_v1_ProcessSelector__Output } from './roulette/v1/ProcessSelector.ts';
import type { Refused as _roulette_v1_Refused, Refused__Output as _roulette_v1_Refused__Output } from './roulette/v1/Refused.ts';
import type { Renew as _roulette_v1_Renew, Renew__Output as _roulette_v1_Renew__Output } from './roulette/v1/Renew.ts';
import type { Revert as _roulette_v1_Revert, Revert__Output as _roulette_v1_Revert__Output } from './roulette/v1/Revert.ts';
import type { Settled as _roulette_v1_Settled, Settled__Output as _roulette_v1_Settled__Output } from './roulette/v1/Settled.ts';
import type { SkippedProcess as _roulette_v1_SkippedProcess, SkippedProcess__Output as _roulette_v1_SkippedProcess__Output } from './roulette/v1/SkippedProcess.ts';
import type { Started as _roulette_v1_Started, Started__Output as _roulette_v1_Started__Output } from './roulette/v1/Started.ts';
import type { Survey as _roulette_v1_Survey, Survey__Output as _roulette_v1_Survey__Output } from './roulette/v1/Survey.ts';
import type { SurveyReply as _roulette_v1_SurveyReply, SurveyReply__Output as _roulette_v1_SurveyReply__Output } from './roulette/v1/SurveyReply.ts';
import type { SurveyResult as _roulette_v1_SurveyResult, SurveyResult__Output as _roulette_v1_SurveyResult__Output } from './roulette/v1/SurveyResult.ts';
import type { Unreverted as _roulette_v1_Unreverted, Unreverted__Output as _roulette_v1_Unreverted__Output } from './roulette/v1/Unreverted.ts';
import type { Welcome as _roulette_v1_Welcome, Welcome__Output as _roulette_v1_Welcome__Output } from './roulette/v1/Welcome.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  roulette: {
    v1: {
      AgentMessage: MessageTypeDefinition<_roulette_v1_AgentMessage, _roulette_v1_AgentMessage__Output>
      AgentService: SubtypeConstructor<typeof grpc.Client, _roulette_v1_AgentServiceClient> & { service: _roulette_v1_AgentServiceDefinition }
      CoordinatorMessage: MessageTypeDefinition<_roulette_v1_CoordinatorMessage, _roulette_v1_CoordinatorMessage__Output>
      EndReason: EnumTypeDefinition
      Ended: MessageTypeDefinition<_roulette_v1_Ended, _roulette_v1_Ended__Output>
      Halt: MessageTypeDefinition<_roulette_v1_Halt, _roulette_v1_Halt__Output>
      Halted: MessageTypeDefinition<_roulette_v1_Halted, _roulette_v1_Halted__Output>
      Heartbeat: MessageTypeDefinition<_roulette_v1_Heartbeat, _roulette_v1_Heartbeat__Output>
      Hello: MessageTypeDefinition<_roulette_v1_Hello, _roulette_v1_Hello__Output>
      Inject: MessageTypeDefinition<_roulette_v1_Inject, _roulette_v1_Inject__Output>
      NodeFacts: MessageTypeDefinition<_roulette_v1_NodeFacts, _roulette_v1_NodeFacts__Output>
      NodeMetrics: MessageTypeDefinition<_roulette_v1_NodeMetrics, _roulette_v1_NodeMetrics__Output>
      Observation: MessageTypeDefinition<_roulette_v1_Observation, _roulette_v1_Observation__Output>
      Pick: MessageTypeDefinition<_roulette_v1_Pick, _roulette_v1_Pick__Output>
      Ping: MessageTypeDefinition<_roulette_v1_Ping, _roulette_v1_Ping__Output>
      Pong: MessageTypeDefinition<_roulette_v1_Pong, _roulette_v1_Pong__Output>
      Process: MessageTypeDefinition<_roulette_v1_Process, _roulette_v1_Process__Output>
      ProcessSelector: MessageTypeDefinition<_roulette_v1_ProcessSelector, _roulette_v1_ProcessSelector__Output>
      Refused: MessageTypeDefinition<_roulette_v1_Refused, _roulette_v1_Refused__Output>
      Renew: MessageTypeDefinition<_roulette_v1_Renew, _roulette_v1_Renew__Output>
      Revert: MessageTypeDefinition<_roulette_v1_Revert, _roulette_v1_Revert__Output>
      Settled: MessageTypeDefinition<_roulette_v1_Settled, _roulette_v1_Settled__Output>
      SkippedProcess: MessageTypeDefinition<_roulette_v1_SkippedProcess, _roulette_v1_SkippedProcess__Output>
      Started: MessageTypeDefinition<_roulette_v1_Started, _roulette_v1_Started__Output>
      Survey: MessageTypeDefinition<_roulette_v1_Survey, _roulette_v1_Survey__Output>
      SurveyReply: MessageTypeDefinition<_roulette_v1_SurveyReply, _roulette_v1_SurveyReply__Output>
      SurveyResult: MessageTypeDefinition<_roulette_v1_SurveyResult, _roulette_v1_SurveyResult__Output>
      Unreverted: MessageTypeDefinition<_roulette_v1_Unreverted, _roulette_v1_Unreverted__Output>
      Welcome: MessageTypeDefinition<_roulette_v1_Welcome, _roulette_v1_Welcome__Output>
    }
  }
}

