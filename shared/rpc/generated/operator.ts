import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Alarm as _roulette_v1_Alarm, Alarm__Output as _roulette_v1_Alarm__Output } from './roulette/v1/Alarm.ts';
import type { ApproveRunReply as _roulette_v1_ApproveRunReply, ApproveRunReply__Output as _roulette_v1_ApproveRunReply__Output } from './roulette/v1/ApproveRunReply.ts';
import type { ApproveRunRequest as _roulette_v1_ApproveRunRequest, ApproveRunRequest__Output as _roulette_v1_ApproveRunRequest__Output } from './roulette/v1/ApproveRunRequest.ts';
import type { AuditRow as _roulette_v1_AuditRow, AuditRow__Output as _roulette_v1_AuditRow__Output } from './roulette/v1/AuditRow.ts';
import type { ForgetNodeReply as _roulette_v1_ForgetNodeReply, ForgetNodeReply__Output as _roulette_v1_ForgetNodeReply__Output } from './roulette/v1/ForgetNodeReply.ts';
import type { ForgetNodeRequest as _roulette_v1_ForgetNodeRequest, ForgetNodeRequest__Output as _roulette_v1_ForgetNodeRequest__Output } from './roulette/v1/ForgetNodeRequest.ts';
import type { Gauge as _roulette_v1_Gauge, Gauge__Output as _roulette_v1_Gauge__Output } from './roulette/v1/Gauge.ts';
import type { GetPolicyReply as _roulette_v1_GetPolicyReply, GetPolicyReply__Output as _roulette_v1_GetPolicyReply__Output } from './roulette/v1/GetPolicyReply.ts';
import type { GetPolicyRequest as _roulette_v1_GetPolicyRequest, GetPolicyRequest__Output as _roulette_v1_GetPolicyRequest__Output } from './roulette/v1/GetPolicyRequest.ts';
import type { GetReportReply as _roulette_v1_GetReportReply, GetReportReply__Output as _roulette_v1_GetReportReply__Output } from './roulette/v1/GetReportReply.ts';
import type { GetReportRequest as _roulette_v1_GetReportRequest, GetReportRequest__Output as _roulette_v1_GetReportRequest__Output } from './roulette/v1/GetReportRequest.ts';
import type { GetRunReply as _roulette_v1_GetRunReply, GetRunReply__Output as _roulette_v1_GetRunReply__Output } from './roulette/v1/GetRunReply.ts';
import type { GetRunRequest as _roulette_v1_GetRunRequest, GetRunRequest__Output as _roulette_v1_GetRunRequest__Output } from './roulette/v1/GetRunRequest.ts';
import type { HaltAllReply as _roulette_v1_HaltAllReply, HaltAllReply__Output as _roulette_v1_HaltAllReply__Output } from './roulette/v1/HaltAllReply.ts';
import type { HaltAllRequest as _roulette_v1_HaltAllRequest, HaltAllRequest__Output as _roulette_v1_HaltAllRequest__Output } from './roulette/v1/HaltAllRequest.ts';
import type { HaltRunReply as _roulette_v1_HaltRunReply, HaltRunReply__Output as _roulette_v1_HaltRunReply__Output } from './roulette/v1/HaltRunReply.ts';
import type { HaltRunRequest as _roulette_v1_HaltRunRequest, HaltRunRequest__Output as _roulette_v1_HaltRunRequest__Output } from './roulette/v1/HaltRunRequest.ts';
import type { HaltedInjection as _roulette_v1_HaltedInjection, HaltedInjection__Output as _roulette_v1_HaltedInjection__Output } from './roulette/v1/HaltedInjection.ts';
import type { HaltedNode as _roulette_v1_HaltedNode, HaltedNode__Output as _roulette_v1_HaltedNode__Output } from './roulette/v1/HaltedNode.ts';
import type { Lever as _roulette_v1_Lever, Lever__Output as _roulette_v1_Lever__Output } from './roulette/v1/Lever.ts';
import type { ListAuditRequest as _roulette_v1_ListAuditRequest, ListAuditRequest__Output as _roulette_v1_ListAuditRequest__Output } from './roulette/v1/ListAuditRequest.ts';
import type { ListNodesReply as _roulette_v1_ListNodesReply, ListNodesReply__Output as _roulette_v1_ListNodesReply__Output } from './roulette/v1/ListNodesReply.ts';
import type { ListNodesRequest as _roulette_v1_ListNodesRequest, ListNodesRequest__Output as _roulette_v1_ListNodesRequest__Output } from './roulette/v1/ListNodesRequest.ts';
import type { ListRunsReply as _roulette_v1_ListRunsReply, ListRunsReply__Output as _roulette_v1_ListRunsReply__Output } from './roulette/v1/ListRunsReply.ts';
import type { ListRunsRequest as _roulette_v1_ListRunsRequest, ListRunsRequest__Output as _roulette_v1_ListRunsRequest__Output } from './roulette/v1/ListRunsRequest.ts';
import type { ListSchedulesReply as _roulette_v1_ListSchedulesReply, ListSchedulesReply__Output as _roulette_v1_ListSchedulesReply__Output } from './roulette/v1/ListSchedulesReply.ts';
import type { ListSchedulesRequest as _roulette_v1_ListSchedulesRequest, ListSchedulesRequest__Output as _roulette_v1_ListSchedulesRequest__Output } from './roulette/v1/ListSchedulesRequest.ts';
import type { MakePlanReply as _roulette_v1_MakePlanReply, MakePlanReply__Output as _roulette_v1_MakePlanReply__Output } from './roulette/v1/MakePlanReply.ts';
import type { MakePlanRequest as _roulette_v1_MakePlanRequest, MakePlanRequest__Output as _roulette_v1_MakePlanRequest__Output } from './roulette/v1/MakePlanRequest.ts';
import type { Node as _roulette_v1_Node, Node__Output as _roulette_v1_Node__Output } from './roulette/v1/Node.ts';
import type { NodeFacts as _roulette_v1_NodeFacts, NodeFacts__Output as _roulette_v1_NodeFacts__Output } from './roulette/v1/NodeFacts.ts';
import type { NodeMetrics as _roulette_v1_NodeMetrics, NodeMetrics__Output as _roulette_v1_NodeMetrics__Output } from './roulette/v1/NodeMetrics.ts';
import type { Observation as _roulette_v1_Observation, Observation__Output as _roulette_v1_Observation__Output } from './roulette/v1/Observation.ts';
import type { OperatorServiceClient as _roulette_v1_OperatorServiceClient, OperatorServiceDefinition as _roulette_v1_OperatorServiceDefinition } from './roulette/v1/OperatorService.ts';
import type { Pick as _roulette_v1_Pick, Pick__Output as _roulette_v1_Pick__Output } from './roulette/v1/Pick.ts';
import type { PrepareRunReply as _roulette_v1_PrepareRunReply, PrepareRunReply__Output as _roulette_v1_PrepareRunReply__Output } from './roulette/v1/PrepareRunReply.ts';
import type { PrepareRunRequest as _roulette_v1_PrepareRunRequest, PrepareRunRequest__Output as _roulette_v1_PrepareRunRequest__Output } from './roulette/v1/PrepareRunRequest.ts';
import type { Preview as _roulette_v1_Preview, Preview__Output as _roulette_v1_Preview__Output } from './roulette/v1/Preview.ts';
import type { Process as _roulette_v1_Process, Process__Output as _roulette_v1_Process__Output } from './roulette/v1/Process.ts';
import type { ProcessSelector as _roulette_v1_ProcessSelector, ProcessSelector__Output as _roulette_v1_ProcessSelector__Output } from './roulette/v1/ProcessSelector.ts';
import type { PutScheduleReply as _roulette_v1_PutScheduleReply, PutScheduleReply__Output as _roulette_v1_PutScheduleReply__Output } from './roulette/v1/PutScheduleReply.ts';
import type { PutScheduleRequest as _roulette_v1_PutScheduleRequest, PutScheduleRequest__Output as _roulette_v1_PutScheduleRequest__Output } from './roulette/v1/PutScheduleRequest.ts';
import type { ReleaseReply as _roulette_v1_ReleaseReply, ReleaseReply__Output as _roulette_v1_ReleaseReply__Output } from './roulette/v1/ReleaseReply.ts';
import type { ReleaseRequest as _roulette_v1_ReleaseRequest, ReleaseRequest__Output as _roulette_v1_ReleaseRequest__Output } from './roulette/v1/ReleaseRequest.ts';
import type { ReloadPolicyReply as _roulette_v1_ReloadPolicyReply, ReloadPolicyReply__Output as _roulette_v1_ReloadPolicyReply__Output } from './roulette/v1/ReloadPolicyReply.ts';
import type { ReloadPolicyRequest as _roulette_v1_ReloadPolicyRequest, ReloadPolicyRequest__Output as _roulette_v1_ReloadPolicyRequest__Output } from './roulette/v1/ReloadPolicyRequest.ts';
import type { RemoveScheduleReply as _roulette_v1_RemoveScheduleReply, RemoveScheduleReply__Output as _roulette_v1_RemoveScheduleReply__Output } from './roulette/v1/RemoveScheduleReply.ts';
import type { RemoveScheduleRequest as _roulette_v1_RemoveScheduleRequest, RemoveScheduleRequest__Output as _roulette_v1_RemoveScheduleRequest__Output } from './roulette/v1/RemoveScheduleRequest.ts';
import type { Reservation as _roulette_v1_Reservation, Reservation__Output as _roulette_v1_Reservation__Output } from './roulette/v1/Reservation.ts';
import type { Run as _roulette_v1_Run, Run__Output as _roulette_v1_Run__Output } from './roulette/v1/Run.ts';
import type { RunEvent as _roulette_v1_RunEvent, RunEvent__Output as _roulette_v1_RunEvent__Output } from './roulette/v1/RunEvent.ts';
import type { Schedule as _roulette_v1_Schedule, Schedule__Output as _roulette_v1_Schedule__Output } from './roulette/v1/Schedule.ts';
import type { SkippedProcess as _roulette_v1_SkippedProcess, SkippedProcess__Output as _roulette_v1_SkippedProcess__Output } from './roulette/v1/SkippedProcess.ts';
import type { StartRunReply as _roulette_v1_StartRunReply, StartRunReply__Output as _roulette_v1_StartRunReply__Output } from './roulette/v1/StartRunReply.ts';
import type { StartRunRequest as _roulette_v1_StartRunRequest, StartRunRequest__Output as _roulette_v1_StartRunRequest__Output } from './roulette/v1/StartRunRequest.ts';
import type { SurveyResult as _roulette_v1_SurveyResult, SurveyResult__Output as _roulette_v1_SurveyResult__Output } from './roulette/v1/SurveyResult.ts';
import type { VerifyAuditReply as _roulette_v1_VerifyAuditReply, VerifyAuditReply__Output as _roulette_v1_VerifyAuditReply__Output } from './roulette/v1/VerifyAuditReply.ts';
import type { VerifyAuditRequest as _roulette_v1_VerifyAuditRequest, VerifyAuditRequest__Output as _roulette_v1_VerifyAuditRequest__Output } from './roulette/v1/VerifyAuditRequest.ts';
import type { WatchRunRequest as _roulette_v1_WatchRunRequest, WatchRunRequest__Output as _roulette_v1_WatchRunRequest__Output } from './roulette/v1/WatchRunRequest.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  roulette: {
    v1: {
      Alarm: MessageTypeDefinition<_roulette_v1_Alarm, _roulette_v1_Alarm__Output>
      ApproveRunReply: MessageTypeDefinition<_roulette_v1_ApproveRunReply, _roulette_v1_ApproveRunReply__Output>
      ApproveRunRequest: MessageTypeDefinition<_roulette_v1_ApproveRunRequest, _roulette_v1_ApproveRunRequest__Output>
      AuditRow: MessageTypeDefinition<_roulette_v1_AuditRow, _roulette_v1_AuditRow__Output>
      ForgetNodeReply: MessageTypeDefinition<_roulette_v1_ForgetNodeReply, _roulette_v1_ForgetNodeReply__Output>
      ForgetNodeRequest: MessageTypeDefinition<_roulette_v1_ForgetNodeRequest, _roulette_v1_ForgetNodeRequest__Output>
      Gauge: MessageTypeDefinition<_roulette_v1_Gauge, _roulette_v1_Gauge__Output>
      GetPolicyReply: MessageTypeDefinition<_roulette_v1_GetPolicyReply, _roulette_v1_GetPolicyReply__Output>
      GetPolicyRequest: MessageTypeDefinition<_roulette_v1_GetPolicyRequest, _roulette_v1_GetPolicyRequest__Output>
      GetReportReply: MessageTypeDefinition<_roulette_v1_GetReportReply, _roulette_v1_GetReportReply__Output>
      GetReportRequest: MessageTypeDefinition<_roulette_v1_GetReportRequest, _roulette_v1_GetReportRequest__Output>
      GetRunReply: MessageTypeDefinition<_roulette_v1_GetRunReply, _roulette_v1_GetRunReply__Output>
      GetRunRequest: MessageTypeDefinition<_roulette_v1_GetRunRequest, _roulette_v1_GetRunRequest__Output>
      HaltAllReply: MessageTypeDefinition<_roulette_v1_HaltAllReply, _roulette_v1_HaltAllReply__Output>
      HaltAllRequest: MessageTypeDefinition<_roulette_v1_HaltAllRequest, _roulette_v1_HaltAllRequest__Output>
      HaltRunReply: MessageTypeDefinition<_roulette_v1_HaltRunReply, _roulette_v1_HaltRunReply__Output>
      HaltRunRequest: MessageTypeDefinition<_roulette_v1_HaltRunRequest, _roulette_v1_HaltRunRequest__Output>
      HaltedInjection: MessageTypeDefinition<_roulette_v1_HaltedInjection, _roulette_v1_HaltedInjection__Output>
      HaltedNode: MessageTypeDefinition<_roulette_v1_HaltedNode, _roulette_v1_HaltedNode__Output>
      Lever: MessageTypeDefinition<_roulette_v1_Lever, _roulette_v1_Lever__Output>
      ListAuditRequest: MessageTypeDefinition<_roulette_v1_ListAuditRequest, _roulette_v1_ListAuditRequest__Output>
      ListNodesReply: MessageTypeDefinition<_roulette_v1_ListNodesReply, _roulette_v1_ListNodesReply__Output>
      ListNodesRequest: MessageTypeDefinition<_roulette_v1_ListNodesRequest, _roulette_v1_ListNodesRequest__Output>
      ListRunsReply: MessageTypeDefinition<_roulette_v1_ListRunsReply, _roulette_v1_ListRunsReply__Output>
      ListRunsRequest: MessageTypeDefinition<_roulette_v1_ListRunsRequest, _roulette_v1_ListRunsRequest__Output>
      ListSchedulesReply: MessageTypeDefinition<_roulette_v1_ListSchedulesReply, _roulette_v1_ListSchedulesReply__Output>
      ListSchedulesRequest: MessageTypeDefinition<_roulette_v1_ListSchedulesRequest, _roulette_v1_ListSchedulesRequest__Output>
      MakePlanReply: MessageTypeDefinition<_roulette_v1_MakePlanReply, _roulette_v1_MakePlanReply__Output>
      MakePlanRequest: MessageTypeDefinition<_roulette_v1_MakePlanRequest, _roulette_v1_MakePlanRequest__Output>
      Node: MessageTypeDefinition<_roulette_v1_Node, _roulette_v1_Node__Output>
      NodeFacts: MessageTypeDefinition<_roulette_v1_NodeFacts, _roulette_v1_NodeFacts__Output>
      NodeMetrics: MessageTypeDefinition<_roulette_v1_NodeMetrics, _roulette_v1_NodeMetrics__Output>
      Observation: MessageTypeDefinition<_roulette_v1_Observation, _roulette_v1_Observation__Output>
      OperatorService: SubtypeConstructor<typeof grpc.Client, _roulette_v1_OperatorServiceClient> & { service: _roulette_v1_OperatorServiceDefinition }
      Pick: MessageTypeDefinition<_roulette_v1_Pick, _roulette_v1_Pick__Output>
      PrepareRunReply: MessageTypeDefinition<_roulette_v1_PrepareRunReply, _roulette_v1_PrepareRunReply__Output>
      PrepareRunRequest: MessageTypeDefinition<_roulette_v1_PrepareRunRequest, _roulette_v1_PrepareRunRequest__Output>
      Preview: MessageTypeDefinition<_roulette_v1_Preview, _roulette_v1_Preview__Output>
      Process: MessageTypeDefinition<_roulette_v1_Process, _roulette_v1_Process__Output>
      ProcessSelector: MessageTypeDefinition<_roulette_v1_ProcessSelector, _roulette_v1_ProcessSelector__Output>
      PutScheduleReply: MessageTypeDefinition<_roulette_v1_PutScheduleReply, _roulette_v1_PutScheduleReply__Output>
      PutScheduleRequest: MessageTypeDefinition<_roulette_v1_PutScheduleRequest, _roulette_v1_PutScheduleRequest__Output>
      ReleaseReply: MessageTypeDefinition<_roulette_v1_ReleaseReply, _roulette_v1_ReleaseReply__Output>
      ReleaseRequest: MessageTypeDefinition<_roulette_v1_ReleaseRequest, _roulette_v1_ReleaseRequest__Output>
      ReloadPolicyReply: MessageTypeDefinition<_roulette_v1_ReloadPolicyReply, _roulette_v1_ReloadPolicyReply__Output>
      ReloadPolicyRequest: MessageTypeDefinition<_roulette_v1_ReloadPolicyRequest, _roulette_v1_ReloadPolicyRequest__Output>
      RemoveScheduleReply: MessageTypeDefinition<_roulette_v1_RemoveScheduleReply, _roulette_v1_RemoveScheduleReply__Output>
      RemoveScheduleRequest: MessageTypeDefinition<_roulette_v1_RemoveScheduleRequest, _roulette_v1_RemoveScheduleRequest__Output>
      Reservation: MessageTypeDefinition<_roulette_v1_Reservation, _roulette_v1_Reservation__Output>
      Run: MessageTypeDefinition<_roulette_v1_Run, _roulette_v1_Run__Output>
      RunEvent: MessageTypeDefinition<_roulette_v1_RunEvent, _roulette_v1_RunEvent__Output>
      Schedule: MessageTypeDefinition<_roulette_v1_Schedule, _roulette_v1_Schedule__Output>
      SkippedProcess: MessageTypeDefinition<_roulette_v1_SkippedProcess, _roulette_v1_SkippedProcess__Output>
      StartRunReply: MessageTypeDefinition<_roulette_v1_StartRunReply, _roulette_v1_StartRunReply__Output>
      StartRunRequest: MessageTypeDefinition<_roulette_v1_StartRunRequest, _roulette_v1_StartRunRequest__Output>
      SurveyResult: MessageTypeDefinition<_roulette_v1_SurveyResult, _roulette_v1_SurveyResult__Output>
      VerifyAuditReply: MessageTypeDefinition<_roulette_v1_VerifyAuditReply, _roulette_v1_VerifyAuditReply__Output>
      VerifyAuditRequest: MessageTypeDefinition<_roulette_v1_VerifyAuditRequest, _roulette_v1_VerifyAuditRequest__Output>
      WatchRunRequest: MessageTypeDefinition<_roulette_v1_WatchRunRequest, _roulette_v1_WatchRunRequest__Output>
    }
  }
}

