// Original file: proto/roulette/v1/operator.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ApproveRunReply as _roulette_v1_ApproveRunReply, ApproveRunReply__Output as _roulette_v1_ApproveRunReply__Output } from '../../roulette/v1/ApproveRunReply.ts';
import type { ApproveRunRequest as _roulette_v1_ApproveRunRequest, ApproveRunRequest__Output as _roulette_v1_ApproveRunRequest__Output } from '../../roulette/v1/ApproveRunRequest.ts';
import type { AuditRow as _roulette_v1_AuditRow, AuditRow__Output as _roulette_v1_AuditRow__Output } from '../../roulette/v1/AuditRow.ts';
import type { ForgetNodeReply as _roulette_v1_ForgetNodeReply, ForgetNodeReply__Output as _roulette_v1_ForgetNodeReply__Output } from '../../roulette/v1/ForgetNodeReply.ts';
import type { ForgetNodeRequest as _roulette_v1_ForgetNodeRequest, ForgetNodeRequest__Output as _roulette_v1_ForgetNodeRequest__Output } from '../../roulette/v1/ForgetNodeRequest.ts';
import type { GetPolicyReply as _roulette_v1_GetPolicyReply, GetPolicyReply__Output as _roulette_v1_GetPolicyReply__Output } from '../../roulette/v1/GetPolicyReply.ts';
import type { GetPolicyRequest as _roulette_v1_GetPolicyRequest, GetPolicyRequest__Output as _roulette_v1_GetPolicyRequest__Output } from '../../roulette/v1/GetPolicyRequest.ts';
import type { GetReportReply as _roulette_v1_GetReportReply, GetReportReply__Output as _roulette_v1_GetReportReply__Output } from '../../roulette/v1/GetReportReply.ts';
import type { GetReportRequest as _roulette_v1_GetReportRequest, GetReportRequest__Output as _roulette_v1_GetReportRequest__Output } from '../../roulette/v1/GetReportRequest.ts';
import type { GetRunReply as _roulette_v1_GetRunReply, GetRunReply__Output as _roulette_v1_GetRunReply__Output } from '../../roulette/v1/GetRunReply.ts';
import type { GetRunRequest as _roulette_v1_GetRunRequest, GetRunRequest__Output as _roulette_v1_GetRunRequest__Output } from '../../roulette/v1/GetRunRequest.ts';
import type { HaltAllReply as _roulette_v1_HaltAllReply, HaltAllReply__Output as _roulette_v1_HaltAllReply__Output } from '../../roulette/v1/HaltAllReply.ts';
import type { HaltAllRequest as _roulette_v1_HaltAllRequest, HaltAllRequest__Output as _roulette_v1_HaltAllRequest__Output } from '../../roulette/v1/HaltAllRequest.ts';
import type { HaltRunReply as _roulette_v1_HaltRunReply, HaltRunReply__Output as _roulette_v1_HaltRunReply__Output } from '../../roulette/v1/HaltRunReply.ts';
import type { HaltRunRequest as _roulette_v1_HaltRunRequest, HaltRunRequest__Output as _roulette_v1_HaltRunRequest__Output } from '../../roulette/v1/HaltRunRequest.ts';
import type { ListAuditRequest as _roulette_v1_ListAuditRequest, ListAuditRequest__Output as _roulette_v1_ListAuditRequest__Output } from '../../roulette/v1/ListAuditRequest.ts';
import type { ListNodesReply as _roulette_v1_ListNodesReply, ListNodesReply__Output as _roulette_v1_ListNodesReply__Output } from '../../roulette/v1/ListNodesReply.ts';
import type { ListNodesRequest as _roulette_v1_ListNodesRequest, ListNodesRequest__Output as _roulette_v1_ListNodesRequest__Output } from '../../roulette/v1/ListNodesRequest.ts';
import type { ListRunsReply as _roulette_v1_ListRunsReply, ListRunsReply__Output as _roulette_v1_ListRunsReply__Output } from '../../roulette/v1/ListRunsReply.ts';
import type { ListRunsRequest as _roulette_v1_ListRunsRequest, ListRunsRequest__Output as _roulette_v1_ListRunsRequest__Output } from '../../roulette/v1/ListRunsRequest.ts';
import type { ListSchedulesReply as _roulette_v1_ListSchedulesReply, ListSchedulesReply__Output as _roulette_v1_ListSchedulesReply__Output } from '../../roulette/v1/ListSchedulesReply.ts';
import type { ListSchedulesRequest as _roulette_v1_ListSchedulesRequest, ListSchedulesRequest__Output as _roulette_v1_ListSchedulesRequest__Output } from '../../roulette/v1/ListSchedulesRequest.ts';
import type { MakePlanReply as _roulette_v1_MakePlanReply, MakePlanReply__Output as _roulette_v1_MakePlanReply__Output } from '../../roulette/v1/MakePlanReply.ts';
import type { MakePlanRequest as _roulette_v1_MakePlanRequest, MakePlanRequest__Output as _roulette_v1_MakePlanRequest__Output } from '../../roulette/v1/MakePlanRequest.ts';
import type { PrepareRunReply as _roulette_v1_PrepareRunReply, PrepareRunReply__Output as _roulette_v1_PrepareRunReply__Output } from '../../roulette/v1/PrepareRunReply.ts';
import type { PrepareRunRequest as _roulette_v1_PrepareRunRequest, PrepareRunRequest__Output as _roulette_v1_PrepareRunRequest__Output } from '../../roulette/v1/PrepareRunRequest.ts';
import type { PutScheduleReply as _roulette_v1_PutScheduleReply, PutScheduleReply__Output as _roulette_v1_PutScheduleReply__Output } from '../../roulette/v1/PutScheduleReply.ts';
import type { PutScheduleRequest as _roulette_v1_PutScheduleRequest, PutScheduleRequest__Output as _roulette_v1_PutScheduleRequest__Output } from '../../roulette/v1/PutScheduleRequest.ts';
import type { ReleaseReply as _roulette_v1_ReleaseReply, ReleaseReply__Output as _roulette_v1_ReleaseReply__Output } from '../../roulette/v1/ReleaseReply.ts';
import type { ReleaseRequest as _roulette_v1_ReleaseRequest, ReleaseRequest__Output as _roulette_v1_ReleaseRequest__Output } from '../../roulette/v1/ReleaseRequest.ts';
import type { ReloadPolicyReply as _roulette_v1_ReloadPolicyReply, ReloadPolicyReply__Output as _roulette_v1_ReloadPolicyReply__Output } from '../../roulette/v1/ReloadPolicyReply.ts';
import type { ReloadPolicyRequest as _roulette_v1_ReloadPolicyRequest, ReloadPolicyRequest__Output as _roulette_v1_ReloadPolicyRequest__Output } from '../../roulette/v1/ReloadPolicyRequest.ts';
import type { RemoveScheduleReply as _roulette_v1_RemoveScheduleReply, RemoveScheduleReply__Output as _roulette_v1_RemoveScheduleReply__Output } from '../../roulette/v1/RemoveScheduleReply.ts';
import type { RemoveScheduleRequest as _roulette_v1_RemoveScheduleRequest, RemoveScheduleRequest__Output as _roulette_v1_RemoveScheduleRequest__Output } from '../../roulette/v1/RemoveScheduleRequest.ts';
import type { RunEvent as _roulette_v1_RunEvent, RunEvent__Output as _roulette_v1_RunEvent__Output } from '../../roulette/v1/RunEvent.ts';
import type { StartRunReply as _roulette_v1_StartRunReply, StartRunReply__Output as _roulette_v1_StartRunReply__Output } from '../../roulette/v1/StartRunReply.ts';
import type { StartRunRequest as _roulette_v1_StartRunRequest, StartRunRequest__Output as _roulette_v1_StartRunRequest__Output } from '../../roulette/v1/StartRunRequest.ts';
import type { VerifyAuditReply as _roulette_v1_VerifyAuditReply, VerifyAuditReply__Output as _roulette_v1_VerifyAuditReply__Output } from '../../roulette/v1/VerifyAuditReply.ts';
import type { VerifyAuditRequest as _roulette_v1_VerifyAuditRequest, VerifyAuditRequest__Output as _roulette_v1_VerifyAuditRequest__Output } from '../../roulette/v1/VerifyAuditRequest.ts';
import type { WatchRunRequest as _roulette_v1_WatchRunRequest, WatchRunRequest__Output as _roulette_v1_WatchRunRequest__Output } from '../../roulette/v1/WatchRunRequest.ts';

export interface OperatorServiceClient extends grpc.Client {
  /**
   * Approves the plan of a prepared run. Errors: PLAN_CHANGED when its plan is another than `plan_digest`; POLICY_ROLE.
   */
  ApproveRun(argument: _roulette_v1_ApproveRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ApproveRunReply__Output>): grpc.ClientUnaryCall;
  ApproveRun(argument: _roulette_v1_ApproveRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ApproveRunReply__Output>): grpc.ClientUnaryCall;
  ApproveRun(argument: _roulette_v1_ApproveRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ApproveRunReply__Output>): grpc.ClientUnaryCall;
  ApproveRun(argument: _roulette_v1_ApproveRunRequest, callback: grpc.requestCallback<_roulette_v1_ApproveRunReply__Output>): grpc.ClientUnaryCall;
  /**
   * Approves the plan of a prepared run. Errors: PLAN_CHANGED when its plan is another than `plan_digest`; POLICY_ROLE.
   */
  approveRun(argument: _roulette_v1_ApproveRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ApproveRunReply__Output>): grpc.ClientUnaryCall;
  approveRun(argument: _roulette_v1_ApproveRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ApproveRunReply__Output>): grpc.ClientUnaryCall;
  approveRun(argument: _roulette_v1_ApproveRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ApproveRunReply__Output>): grpc.ClientUnaryCall;
  approveRun(argument: _roulette_v1_ApproveRunRequest, callback: grpc.requestCallback<_roulette_v1_ApproveRunReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Takes a node that is gone for good out of the fleet: it counts as impaired no more. Errors: NODE_CONNECTED.
   */
  ForgetNode(argument: _roulette_v1_ForgetNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ForgetNodeReply__Output>): grpc.ClientUnaryCall;
  ForgetNode(argument: _roulette_v1_ForgetNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ForgetNodeReply__Output>): grpc.ClientUnaryCall;
  ForgetNode(argument: _roulette_v1_ForgetNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ForgetNodeReply__Output>): grpc.ClientUnaryCall;
  ForgetNode(argument: _roulette_v1_ForgetNodeRequest, callback: grpc.requestCallback<_roulette_v1_ForgetNodeReply__Output>): grpc.ClientUnaryCall;
  /**
   * Takes a node that is gone for good out of the fleet: it counts as impaired no more. Errors: NODE_CONNECTED.
   */
  forgetNode(argument: _roulette_v1_ForgetNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ForgetNodeReply__Output>): grpc.ClientUnaryCall;
  forgetNode(argument: _roulette_v1_ForgetNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ForgetNodeReply__Output>): grpc.ClientUnaryCall;
  forgetNode(argument: _roulette_v1_ForgetNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ForgetNodeReply__Output>): grpc.ClientUnaryCall;
  forgetNode(argument: _roulette_v1_ForgetNodeRequest, callback: grpc.requestCallback<_roulette_v1_ForgetNodeReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * The policy in force, what its rules count just now, and what is reserved.
   */
  GetPolicy(argument: _roulette_v1_GetPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetPolicyReply__Output>): grpc.ClientUnaryCall;
  GetPolicy(argument: _roulette_v1_GetPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_GetPolicyReply__Output>): grpc.ClientUnaryCall;
  GetPolicy(argument: _roulette_v1_GetPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetPolicyReply__Output>): grpc.ClientUnaryCall;
  GetPolicy(argument: _roulette_v1_GetPolicyRequest, callback: grpc.requestCallback<_roulette_v1_GetPolicyReply__Output>): grpc.ClientUnaryCall;
  /**
   * The policy in force, what its rules count just now, and what is reserved.
   */
  getPolicy(argument: _roulette_v1_GetPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetPolicyReply__Output>): grpc.ClientUnaryCall;
  getPolicy(argument: _roulette_v1_GetPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_GetPolicyReply__Output>): grpc.ClientUnaryCall;
  getPolicy(argument: _roulette_v1_GetPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetPolicyReply__Output>): grpc.ClientUnaryCall;
  getPolicy(argument: _roulette_v1_GetPolicyRequest, callback: grpc.requestCallback<_roulette_v1_GetPolicyReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * The evidence of a run.
   */
  GetReport(argument: _roulette_v1_GetReportRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetReportReply__Output>): grpc.ClientUnaryCall;
  GetReport(argument: _roulette_v1_GetReportRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_GetReportReply__Output>): grpc.ClientUnaryCall;
  GetReport(argument: _roulette_v1_GetReportRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetReportReply__Output>): grpc.ClientUnaryCall;
  GetReport(argument: _roulette_v1_GetReportRequest, callback: grpc.requestCallback<_roulette_v1_GetReportReply__Output>): grpc.ClientUnaryCall;
  /**
   * The evidence of a run.
   */
  getReport(argument: _roulette_v1_GetReportRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetReportReply__Output>): grpc.ClientUnaryCall;
  getReport(argument: _roulette_v1_GetReportRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_GetReportReply__Output>): grpc.ClientUnaryCall;
  getReport(argument: _roulette_v1_GetReportRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetReportReply__Output>): grpc.ClientUnaryCall;
  getReport(argument: _roulette_v1_GetReportRequest, callback: grpc.requestCallback<_roulette_v1_GetReportReply__Output>): grpc.ClientUnaryCall;
  
  GetRun(argument: _roulette_v1_GetRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetRunReply__Output>): grpc.ClientUnaryCall;
  GetRun(argument: _roulette_v1_GetRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_GetRunReply__Output>): grpc.ClientUnaryCall;
  GetRun(argument: _roulette_v1_GetRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetRunReply__Output>): grpc.ClientUnaryCall;
  GetRun(argument: _roulette_v1_GetRunRequest, callback: grpc.requestCallback<_roulette_v1_GetRunReply__Output>): grpc.ClientUnaryCall;
  getRun(argument: _roulette_v1_GetRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetRunReply__Output>): grpc.ClientUnaryCall;
  getRun(argument: _roulette_v1_GetRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_GetRunReply__Output>): grpc.ClientUnaryCall;
  getRun(argument: _roulette_v1_GetRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_GetRunReply__Output>): grpc.ClientUnaryCall;
  getRun(argument: _roulette_v1_GetRunRequest, callback: grpc.requestCallback<_roulette_v1_GetRunReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Ends all injections of the fleet, halts all runs, and keeps new ones from starting until Release. Returns when
   * every node that is connected has confirmed.
   */
  HaltAll(argument: _roulette_v1_HaltAllRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_HaltAllReply__Output>): grpc.ClientUnaryCall;
  HaltAll(argument: _roulette_v1_HaltAllRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_HaltAllReply__Output>): grpc.ClientUnaryCall;
  HaltAll(argument: _roulette_v1_HaltAllRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_HaltAllReply__Output>): grpc.ClientUnaryCall;
  HaltAll(argument: _roulette_v1_HaltAllRequest, callback: grpc.requestCallback<_roulette_v1_HaltAllReply__Output>): grpc.ClientUnaryCall;
  /**
   * Ends all injections of the fleet, halts all runs, and keeps new ones from starting until Release. Returns when
   * every node that is connected has confirmed.
   */
  haltAll(argument: _roulette_v1_HaltAllRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_HaltAllReply__Output>): grpc.ClientUnaryCall;
  haltAll(argument: _roulette_v1_HaltAllRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_HaltAllReply__Output>): grpc.ClientUnaryCall;
  haltAll(argument: _roulette_v1_HaltAllRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_HaltAllReply__Output>): grpc.ClientUnaryCall;
  haltAll(argument: _roulette_v1_HaltAllRequest, callback: grpc.requestCallback<_roulette_v1_HaltAllReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Ends all injections of the run, or withdraws a prepared one. Returns when every node that is connected has confirmed.
   */
  HaltRun(argument: _roulette_v1_HaltRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_HaltRunReply__Output>): grpc.ClientUnaryCall;
  HaltRun(argument: _roulette_v1_HaltRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_HaltRunReply__Output>): grpc.ClientUnaryCall;
  HaltRun(argument: _roulette_v1_HaltRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_HaltRunReply__Output>): grpc.ClientUnaryCall;
  HaltRun(argument: _roulette_v1_HaltRunRequest, callback: grpc.requestCallback<_roulette_v1_HaltRunReply__Output>): grpc.ClientUnaryCall;
  /**
   * Ends all injections of the run, or withdraws a prepared one. Returns when every node that is connected has confirmed.
   */
  haltRun(argument: _roulette_v1_HaltRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_HaltRunReply__Output>): grpc.ClientUnaryCall;
  haltRun(argument: _roulette_v1_HaltRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_HaltRunReply__Output>): grpc.ClientUnaryCall;
  haltRun(argument: _roulette_v1_HaltRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_HaltRunReply__Output>): grpc.ClientUnaryCall;
  haltRun(argument: _roulette_v1_HaltRunRequest, callback: grpc.requestCallback<_roulette_v1_HaltRunReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * The audit log, oldest row first.
   */
  ListAudit(argument: _roulette_v1_ListAuditRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_roulette_v1_AuditRow__Output>;
  ListAudit(argument: _roulette_v1_ListAuditRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_roulette_v1_AuditRow__Output>;
  /**
   * The audit log, oldest row first.
   */
  listAudit(argument: _roulette_v1_ListAuditRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_roulette_v1_AuditRow__Output>;
  listAudit(argument: _roulette_v1_ListAuditRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_roulette_v1_AuditRow__Output>;
  
  /**
   * The fleet as the coordinator knows it.
   */
  ListNodes(argument: _roulette_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListNodesReply__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _roulette_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ListNodesReply__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _roulette_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListNodesReply__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _roulette_v1_ListNodesRequest, callback: grpc.requestCallback<_roulette_v1_ListNodesReply__Output>): grpc.ClientUnaryCall;
  /**
   * The fleet as the coordinator knows it.
   */
  listNodes(argument: _roulette_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListNodesReply__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _roulette_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ListNodesReply__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _roulette_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListNodesReply__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _roulette_v1_ListNodesRequest, callback: grpc.requestCallback<_roulette_v1_ListNodesReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Newest first.
   */
  ListRuns(argument: _roulette_v1_ListRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListRunsReply__Output>): grpc.ClientUnaryCall;
  ListRuns(argument: _roulette_v1_ListRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ListRunsReply__Output>): grpc.ClientUnaryCall;
  ListRuns(argument: _roulette_v1_ListRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListRunsReply__Output>): grpc.ClientUnaryCall;
  ListRuns(argument: _roulette_v1_ListRunsRequest, callback: grpc.requestCallback<_roulette_v1_ListRunsReply__Output>): grpc.ClientUnaryCall;
  /**
   * Newest first.
   */
  listRuns(argument: _roulette_v1_ListRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListRunsReply__Output>): grpc.ClientUnaryCall;
  listRuns(argument: _roulette_v1_ListRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ListRunsReply__Output>): grpc.ClientUnaryCall;
  listRuns(argument: _roulette_v1_ListRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListRunsReply__Output>): grpc.ClientUnaryCall;
  listRuns(argument: _roulette_v1_ListRunsRequest, callback: grpc.requestCallback<_roulette_v1_ListRunsReply__Output>): grpc.ClientUnaryCall;
  
  ListSchedules(argument: _roulette_v1_ListSchedulesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListSchedulesReply__Output>): grpc.ClientUnaryCall;
  ListSchedules(argument: _roulette_v1_ListSchedulesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ListSchedulesReply__Output>): grpc.ClientUnaryCall;
  ListSchedules(argument: _roulette_v1_ListSchedulesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListSchedulesReply__Output>): grpc.ClientUnaryCall;
  ListSchedules(argument: _roulette_v1_ListSchedulesRequest, callback: grpc.requestCallback<_roulette_v1_ListSchedulesReply__Output>): grpc.ClientUnaryCall;
  listSchedules(argument: _roulette_v1_ListSchedulesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListSchedulesReply__Output>): grpc.ClientUnaryCall;
  listSchedules(argument: _roulette_v1_ListSchedulesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ListSchedulesReply__Output>): grpc.ClientUnaryCall;
  listSchedules(argument: _roulette_v1_ListSchedulesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ListSchedulesReply__Output>): grpc.ClientUnaryCall;
  listSchedules(argument: _roulette_v1_ListSchedulesRequest, callback: grpc.requestCallback<_roulette_v1_ListSchedulesReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Compiles a document against the fleet. Starts nothing.
   */
  MakePlan(argument: _roulette_v1_MakePlanRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_MakePlanReply__Output>): grpc.ClientUnaryCall;
  MakePlan(argument: _roulette_v1_MakePlanRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_MakePlanReply__Output>): grpc.ClientUnaryCall;
  MakePlan(argument: _roulette_v1_MakePlanRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_MakePlanReply__Output>): grpc.ClientUnaryCall;
  MakePlan(argument: _roulette_v1_MakePlanRequest, callback: grpc.requestCallback<_roulette_v1_MakePlanReply__Output>): grpc.ClientUnaryCall;
  /**
   * Compiles a document against the fleet. Starts nothing.
   */
  makePlan(argument: _roulette_v1_MakePlanRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_MakePlanReply__Output>): grpc.ClientUnaryCall;
  makePlan(argument: _roulette_v1_MakePlanRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_MakePlanReply__Output>): grpc.ClientUnaryCall;
  makePlan(argument: _roulette_v1_MakePlanRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_MakePlanReply__Output>): grpc.ClientUnaryCall;
  makePlan(argument: _roulette_v1_MakePlanRequest, callback: grpc.requestCallback<_roulette_v1_MakePlanReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Compiles, judges by the policy, and records a run that can be approved and started until it expires. Touches nothing.
   * Errors: PLAN_CHANGED when `expected_digest` is set and the plan has another; POLICY_* when it would be refused.
   */
  PrepareRun(argument: _roulette_v1_PrepareRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_PrepareRunReply__Output>): grpc.ClientUnaryCall;
  PrepareRun(argument: _roulette_v1_PrepareRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_PrepareRunReply__Output>): grpc.ClientUnaryCall;
  PrepareRun(argument: _roulette_v1_PrepareRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_PrepareRunReply__Output>): grpc.ClientUnaryCall;
  PrepareRun(argument: _roulette_v1_PrepareRunRequest, callback: grpc.requestCallback<_roulette_v1_PrepareRunReply__Output>): grpc.ClientUnaryCall;
  /**
   * Compiles, judges by the policy, and records a run that can be approved and started until it expires. Touches nothing.
   * Errors: PLAN_CHANGED when `expected_digest` is set and the plan has another; POLICY_* when it would be refused.
   */
  prepareRun(argument: _roulette_v1_PrepareRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_PrepareRunReply__Output>): grpc.ClientUnaryCall;
  prepareRun(argument: _roulette_v1_PrepareRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_PrepareRunReply__Output>): grpc.ClientUnaryCall;
  prepareRun(argument: _roulette_v1_PrepareRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_PrepareRunReply__Output>): grpc.ClientUnaryCall;
  prepareRun(argument: _roulette_v1_PrepareRunRequest, callback: grpc.requestCallback<_roulette_v1_PrepareRunReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Plays a document with a `schedule` at its times from now on, in the name of who asks.
   */
  PutSchedule(argument: _roulette_v1_PutScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_PutScheduleReply__Output>): grpc.ClientUnaryCall;
  PutSchedule(argument: _roulette_v1_PutScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_PutScheduleReply__Output>): grpc.ClientUnaryCall;
  PutSchedule(argument: _roulette_v1_PutScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_PutScheduleReply__Output>): grpc.ClientUnaryCall;
  PutSchedule(argument: _roulette_v1_PutScheduleRequest, callback: grpc.requestCallback<_roulette_v1_PutScheduleReply__Output>): grpc.ClientUnaryCall;
  /**
   * Plays a document with a `schedule` at its times from now on, in the name of who asks.
   */
  putSchedule(argument: _roulette_v1_PutScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_PutScheduleReply__Output>): grpc.ClientUnaryCall;
  putSchedule(argument: _roulette_v1_PutScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_PutScheduleReply__Output>): grpc.ClientUnaryCall;
  putSchedule(argument: _roulette_v1_PutScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_PutScheduleReply__Output>): grpc.ClientUnaryCall;
  putSchedule(argument: _roulette_v1_PutScheduleRequest, callback: grpc.requestCallback<_roulette_v1_PutScheduleReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Allows starts again after HaltAll. Errors: LEVER_NOT_ENGAGED.
   */
  Release(argument: _roulette_v1_ReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  Release(argument: _roulette_v1_ReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  Release(argument: _roulette_v1_ReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  Release(argument: _roulette_v1_ReleaseRequest, callback: grpc.requestCallback<_roulette_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  /**
   * Allows starts again after HaltAll. Errors: LEVER_NOT_ENGAGED.
   */
  release(argument: _roulette_v1_ReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  release(argument: _roulette_v1_ReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  release(argument: _roulette_v1_ReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  release(argument: _roulette_v1_ReleaseRequest, callback: grpc.requestCallback<_roulette_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Reads the policy folder again. One that is not valid changes nothing. Errors: POLICY_INVALID, POLICY_ROLE.
   */
  ReloadPolicy(argument: _roulette_v1_ReloadPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ReloadPolicyReply__Output>): grpc.ClientUnaryCall;
  ReloadPolicy(argument: _roulette_v1_ReloadPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ReloadPolicyReply__Output>): grpc.ClientUnaryCall;
  ReloadPolicy(argument: _roulette_v1_ReloadPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ReloadPolicyReply__Output>): grpc.ClientUnaryCall;
  ReloadPolicy(argument: _roulette_v1_ReloadPolicyRequest, callback: grpc.requestCallback<_roulette_v1_ReloadPolicyReply__Output>): grpc.ClientUnaryCall;
  /**
   * Reads the policy folder again. One that is not valid changes nothing. Errors: POLICY_INVALID, POLICY_ROLE.
   */
  reloadPolicy(argument: _roulette_v1_ReloadPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ReloadPolicyReply__Output>): grpc.ClientUnaryCall;
  reloadPolicy(argument: _roulette_v1_ReloadPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_ReloadPolicyReply__Output>): grpc.ClientUnaryCall;
  reloadPolicy(argument: _roulette_v1_ReloadPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_ReloadPolicyReply__Output>): grpc.ClientUnaryCall;
  reloadPolicy(argument: _roulette_v1_ReloadPolicyRequest, callback: grpc.requestCallback<_roulette_v1_ReloadPolicyReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Errors: SCHEDULE_NOT_FOUND.
   */
  RemoveSchedule(argument: _roulette_v1_RemoveScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_RemoveScheduleReply__Output>): grpc.ClientUnaryCall;
  RemoveSchedule(argument: _roulette_v1_RemoveScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_RemoveScheduleReply__Output>): grpc.ClientUnaryCall;
  RemoveSchedule(argument: _roulette_v1_RemoveScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_RemoveScheduleReply__Output>): grpc.ClientUnaryCall;
  RemoveSchedule(argument: _roulette_v1_RemoveScheduleRequest, callback: grpc.requestCallback<_roulette_v1_RemoveScheduleReply__Output>): grpc.ClientUnaryCall;
  /**
   * Errors: SCHEDULE_NOT_FOUND.
   */
  removeSchedule(argument: _roulette_v1_RemoveScheduleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_RemoveScheduleReply__Output>): grpc.ClientUnaryCall;
  removeSchedule(argument: _roulette_v1_RemoveScheduleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_RemoveScheduleReply__Output>): grpc.ClientUnaryCall;
  removeSchedule(argument: _roulette_v1_RemoveScheduleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_RemoveScheduleReply__Output>): grpc.ClientUnaryCall;
  removeSchedule(argument: _roulette_v1_RemoveScheduleRequest, callback: grpc.requestCallback<_roulette_v1_RemoveScheduleReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Plays a prepared run. Judged anew before it starts: errors are PLAN_CHANGED, POLICY_*, PREFLIGHT_VETO, LEVER_ENGAGED,
   * RUN_EXPIRED, RUN_STARTED. Returns once the start is recorded; follow the run with WatchRun.
   */
  StartRun(argument: _roulette_v1_StartRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_StartRunReply__Output>): grpc.ClientUnaryCall;
  StartRun(argument: _roulette_v1_StartRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_StartRunReply__Output>): grpc.ClientUnaryCall;
  StartRun(argument: _roulette_v1_StartRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_StartRunReply__Output>): grpc.ClientUnaryCall;
  StartRun(argument: _roulette_v1_StartRunRequest, callback: grpc.requestCallback<_roulette_v1_StartRunReply__Output>): grpc.ClientUnaryCall;
  /**
   * Plays a prepared run. Judged anew before it starts: errors are PLAN_CHANGED, POLICY_*, PREFLIGHT_VETO, LEVER_ENGAGED,
   * RUN_EXPIRED, RUN_STARTED. Returns once the start is recorded; follow the run with WatchRun.
   */
  startRun(argument: _roulette_v1_StartRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_StartRunReply__Output>): grpc.ClientUnaryCall;
  startRun(argument: _roulette_v1_StartRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_StartRunReply__Output>): grpc.ClientUnaryCall;
  startRun(argument: _roulette_v1_StartRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_StartRunReply__Output>): grpc.ClientUnaryCall;
  startRun(argument: _roulette_v1_StartRunRequest, callback: grpc.requestCallback<_roulette_v1_StartRunReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * Reads the whole log and checks its chain.
   */
  VerifyAudit(argument: _roulette_v1_VerifyAuditRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_VerifyAuditReply__Output>): grpc.ClientUnaryCall;
  VerifyAudit(argument: _roulette_v1_VerifyAuditRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_VerifyAuditReply__Output>): grpc.ClientUnaryCall;
  VerifyAudit(argument: _roulette_v1_VerifyAuditRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_VerifyAuditReply__Output>): grpc.ClientUnaryCall;
  VerifyAudit(argument: _roulette_v1_VerifyAuditRequest, callback: grpc.requestCallback<_roulette_v1_VerifyAuditReply__Output>): grpc.ClientUnaryCall;
  /**
   * Reads the whole log and checks its chain.
   */
  verifyAudit(argument: _roulette_v1_VerifyAuditRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_VerifyAuditReply__Output>): grpc.ClientUnaryCall;
  verifyAudit(argument: _roulette_v1_VerifyAuditRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_roulette_v1_VerifyAuditReply__Output>): grpc.ClientUnaryCall;
  verifyAudit(argument: _roulette_v1_VerifyAuditRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_roulette_v1_VerifyAuditReply__Output>): grpc.ClientUnaryCall;
  verifyAudit(argument: _roulette_v1_VerifyAuditRequest, callback: grpc.requestCallback<_roulette_v1_VerifyAuditReply__Output>): grpc.ClientUnaryCall;
  
  /**
   * The timeline from the start (or after `after_seq`), then live until the run has ended.
   */
  WatchRun(argument: _roulette_v1_WatchRunRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_roulette_v1_RunEvent__Output>;
  WatchRun(argument: _roulette_v1_WatchRunRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_roulette_v1_RunEvent__Output>;
  /**
   * The timeline from the start (or after `after_seq`), then live until the run has ended.
   */
  watchRun(argument: _roulette_v1_WatchRunRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_roulette_v1_RunEvent__Output>;
  watchRun(argument: _roulette_v1_WatchRunRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_roulette_v1_RunEvent__Output>;
  
}

export interface OperatorServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Approves the plan of a prepared run. Errors: PLAN_CHANGED when its plan is another than `plan_digest`; POLICY_ROLE.
   */
  ApproveRun: grpc.handleUnaryCall<_roulette_v1_ApproveRunRequest__Output, _roulette_v1_ApproveRunReply>;
  
  /**
   * Takes a node that is gone for good out of the fleet: it counts as impaired no more. Errors: NODE_CONNECTED.
   */
  ForgetNode: grpc.handleUnaryCall<_roulette_v1_ForgetNodeRequest__Output, _roulette_v1_ForgetNodeReply>;
  
  /**
   * The policy in force, what its rules count just now, and what is reserved.
   */
  GetPolicy: grpc.handleUnaryCall<_roulette_v1_GetPolicyRequest__Output, _roulette_v1_GetPolicyReply>;
  
  /**
   * The evidence of a run.
   */
  GetReport: grpc.handleUnaryCall<_roulette_v1_GetReportRequest__Output, _roulette_v1_GetReportReply>;
  
  GetRun: grpc.handleUnaryCall<_roulette_v1_GetRunRequest__Output, _roulette_v1_GetRunReply>;
  
  /**
   * Ends all injections of the fleet, halts all runs, and keeps new ones from starting until Release. Returns when
   * every node that is connected has confirmed.
   */
  HaltAll: grpc.handleUnaryCall<_roulette_v1_HaltAllRequest__Output, _roulette_v1_HaltAllReply>;
  
  /**
   * Ends all injections of the run, or withdraws a prepared one. Returns when every node that is connected has confirmed.
   */
  HaltRun: grpc.handleUnaryCall<_roulette_v1_HaltRunRequest__Output, _roulette_v1_HaltRunReply>;
  
  /**
   * The audit log, oldest row first.
   */
  ListAudit: grpc.handleServerStreamingCall<_roulette_v1_ListAuditRequest__Output, _roulette_v1_AuditRow>;
  
  /**
   * The fleet as the coordinator knows it.
   */
  ListNodes: grpc.handleUnaryCall<_roulette_v1_ListNodesRequest__Output, _roulette_v1_ListNodesReply>;
  
  /**
   * Newest first.
   */
  ListRuns: grpc.handleUnaryCall<_roulette_v1_ListRunsRequest__Output, _roulette_v1_ListRunsReply>;
  
  ListSchedules: grpc.handleUnaryCall<_roulette_v1_ListSchedulesRequest__Output, _roulette_v1_ListSchedulesReply>;
  
  /**
   * Compiles a document against the fleet. Starts nothing.
   */
  MakePlan: grpc.handleUnaryCall<_roulette_v1_MakePlanRequest__Output, _roulette_v1_MakePlanReply>;
  
  /**
   * Compiles, judges by the policy, and records a run that can be approved and started until it expires. Touches nothing.
   * Errors: PLAN_CHANGED when `expected_digest` is set and the plan has another; POLICY_* when it would be refused.
   */
  PrepareRun: grpc.handleUnaryCall<_roulette_v1_PrepareRunRequest__Output, _roulette_v1_PrepareRunReply>;
  
  /**
   * Plays a document with a `schedule` at its times from now on, in the name of who asks.
   */
  PutSchedule: grpc.handleUnaryCall<_roulette_v1_PutScheduleRequest__Output, _roulette_v1_PutScheduleReply>;
  
  /**
   * Allows starts again after HaltAll. Errors: LEVER_NOT_ENGAGED.
   */
  Release: grpc.handleUnaryCall<_roulette_v1_ReleaseRequest__Output, _roulette_v1_ReleaseReply>;
  
  /**
   * Reads the policy folder again. One that is not valid changes nothing. Errors: POLICY_INVALID, POLICY_ROLE.
   */
  ReloadPolicy: grpc.handleUnaryCall<_roulette_v1_ReloadPolicyRequest__Output, _roulette_v1_ReloadPolicyReply>;
  
  /**
   * Errors: SCHEDULE_NOT_FOUND.
   */
  RemoveSchedule: grpc.handleUnaryCall<_roulette_v1_RemoveScheduleRequest__Output, _roulette_v1_RemoveScheduleReply>;
  
  /**
   * Plays a prepared run. Judged anew before it starts: errors are PLAN_CHANGED, POLICY_*, PREFLIGHT_VETO, LEVER_ENGAGED,
   * RUN_EXPIRED, RUN_STARTED. Returns once the start is recorded; follow the run with WatchRun.
   */
  StartRun: grpc.handleUnaryCall<_roulette_v1_StartRunRequest__Output, _roulette_v1_StartRunReply>;
  
  /**
   * Reads the whole log and checks its chain.
   */
  VerifyAudit: grpc.handleUnaryCall<_roulette_v1_VerifyAuditRequest__Output, _roulette_v1_VerifyAuditReply>;
  
  /**
   * The timeline from the start (or after `after_seq`), then live until the run has ended.
   */
  WatchRun: grpc.handleServerStreamingCall<_roulette_v1_WatchRunRequest__Output, _roulette_v1_RunEvent>;
  
}

export interface OperatorServiceDefinition extends grpc.ServiceDefinition {
  ApproveRun: MethodDefinition<_roulette_v1_ApproveRunRequest, _roulette_v1_ApproveRunReply, _roulette_v1_ApproveRunRequest__Output, _roulette_v1_ApproveRunReply__Output>
  ForgetNode: MethodDefinition<_roulette_v1_ForgetNodeRequest, _roulette_v1_ForgetNodeReply, _roulette_v1_ForgetNodeRequest__Output, _roulette_v1_ForgetNodeReply__Output>
  GetPolicy: MethodDefinition<_roulette_v1_GetPolicyRequest, _roulette_v1_GetPolicyReply, _roulette_v1_GetPolicyRequest__Output, _roulette_v1_GetPolicyReply__Output>
  GetReport: MethodDefinition<_roulette_v1_GetReportRequest, _roulette_v1_GetReportReply, _roulette_v1_GetReportRequest__Output, _roulette_v1_GetReportReply__Output>
  GetRun: MethodDefinition<_roulette_v1_GetRunRequest, _roulette_v1_GetRunReply, _roulette_v1_GetRunRequest__Output, _roulette_v1_GetRunReply__Output>
  HaltAll: MethodDefinition<_roulette_v1_HaltAllRequest, _roulette_v1_HaltAllReply, _roulette_v1_HaltAllRequest__Output, _roulette_v1_HaltAllReply__Output>
  HaltRun: MethodDefinition<_roulette_v1_HaltRunRequest, _roulette_v1_HaltRunReply, _roulette_v1_HaltRunRequest__Output, _roulette_v1_HaltRunReply__Output>
  ListAudit: MethodDefinition<_roulette_v1_ListAuditRequest, _roulette_v1_AuditRow, _roulette_v1_ListAuditRequest__Output, _roulette_v1_AuditRow__Output>
  ListNodes: MethodDefinition<_roulette_v1_ListNodesRequest, _roulette_v1_ListNodesReply, _roulette_v1_ListNodesRequest__Output, _roulette_v1_ListNodesReply__Output>
  ListRuns: MethodDefinition<_roulette_v1_ListRunsRequest, _roulette_v1_ListRunsReply, _roulette_v1_ListRunsRequest__Output, _roulette_v1_ListRunsReply__Output>
  ListSchedules: MethodDefinition<_roulette_v1_ListSchedulesRequest, _roulette_v1_ListSchedulesReply, _roulette_v1_ListSchedulesRequest__Output, _roulette_v1_ListSchedulesReply__Output>
  MakePlan: MethodDefinition<_roulette_v1_MakePlanRequest, _roulette_v1_MakePlanReply, _roulette_v1_MakePlanRequest__Output, _roulette_v1_MakePlanReply__Output>
  PrepareRun: MethodDefinition<_roulette_v1_PrepareRunRequest, _roulette_v1_PrepareRunReply, _roulette_v1_PrepareRunRequest__Output, _roulette_v1_PrepareRunReply__Output>
  PutSchedule: MethodDefinition<_roulette_v1_PutScheduleRequest, _roulette_v1_PutScheduleReply, _roulette_v1_PutScheduleRequest__Output, _roulette_v1_PutScheduleReply__Output>
  Release: MethodDefinition<_roulette_v1_ReleaseRequest, _roulette_v1_ReleaseReply, _roulette_v1_ReleaseRequest__Output, _roulette_v1_ReleaseReply__Output>
  ReloadPolicy: MethodDefinition<_roulette_v1_ReloadPolicyRequest, _roulette_v1_ReloadPolicyReply, _roulette_v1_ReloadPolicyRequest__Output, _roulette_v1_ReloadPolicyReply__Output>
  RemoveSchedule: MethodDefinition<_roulette_v1_RemoveScheduleRequest, _roulette_v1_RemoveScheduleReply, _roulette_v1_RemoveScheduleRequest__Output, _roulette_v1_RemoveScheduleReply__Output>
  StartRun: MethodDefinition<_roulette_v1_StartRunRequest, _roulette_v1_StartRunReply, _roulette_v1_StartRunRequest__Output, _roulette_v1_StartRunReply__Output>
  VerifyAudit: MethodDefinition<_roulette_v1_VerifyAuditRequest, _roulette_v1_VerifyAuditReply, _roulette_v1_VerifyAuditRequest__Output, _roulette_v1_VerifyAuditReply__Output>
  WatchRun: MethodDefinition<_roulette_v1_WatchRunRequest, _roulette_v1_RunEvent, _roulette_v1_WatchRunRequest__Output, _roulette_v1_RunEvent__Output>
}
