// Original file: proto/roulette/v1/agent.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AgentMessage as _roulette_v1_AgentMessage, AgentMessage__Output as _roulette_v1_AgentMessage__Output } from '../../roulette/v1/AgentMessage.ts';
import type { CoordinatorMessage as _roulette_v1_CoordinatorMessage, CoordinatorMessage__Output as _roulette_v1_CoordinatorMessage__Output } from '../../roulette/v1/CoordinatorMessage.ts';

export interface AgentServiceClient extends grpc.Client {
  /**
   * Errors: INVALID_ARGUMENT when the first message is no Hello; ALREADY_EXISTS when another live agent
   * holds the node's name.
   */
  Session(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_roulette_v1_AgentMessage, _roulette_v1_CoordinatorMessage__Output>;
  Session(options?: grpc.CallOptions): grpc.ClientDuplexStream<_roulette_v1_AgentMessage, _roulette_v1_CoordinatorMessage__Output>;
  /**
   * Errors: INVALID_ARGUMENT when the first message is no Hello; ALREADY_EXISTS when another live agent
   * holds the node's name.
   */
  session(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_roulette_v1_AgentMessage, _roulette_v1_CoordinatorMessage__Output>;
  session(options?: grpc.CallOptions): grpc.ClientDuplexStream<_roulette_v1_AgentMessage, _roulette_v1_CoordinatorMessage__Output>;
  
}

export interface AgentServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Errors: INVALID_ARGUMENT when the first message is no Hello; ALREADY_EXISTS when another live agent
   * holds the node's name.
   */
  Session: grpc.handleBidiStreamingCall<_roulette_v1_AgentMessage__Output, _roulette_v1_CoordinatorMessage>;
  
}

export interface AgentServiceDefinition extends grpc.ServiceDefinition {
  Session: MethodDefinition<_roulette_v1_AgentMessage, _roulette_v1_CoordinatorMessage, _roulette_v1_AgentMessage__Output, _roulette_v1_CoordinatorMessage__Output>
}
