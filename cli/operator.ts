// The operator API as promises. Whatever goes wrong on the way is thrown with its code from the catalogue.

import type * as grpc from '@grpc/grpc-js';
import type { RunEvent, RunEventBody } from '../shared/domain/run.ts';
import { runId } from '../shared/domain/ids.ts';
import { fromStatus } from '../shared/rpc/failure.ts';
import type { AuditRow__Output } from '../shared/rpc/generated/roulette/v1/AuditRow.ts';
import type { GetReportReply__Output } from '../shared/rpc/generated/roulette/v1/GetReportReply.ts';
import type { GetRunReply__Output } from '../shared/rpc/generated/roulette/v1/GetRunReply.ts';
import type { HaltAllReply__Output } from '../shared/rpc/generated/roulette/v1/HaltAllReply.ts';
import type { HaltAllRequest } from '../shared/rpc/generated/roulette/v1/HaltAllRequest.ts';
import type { HaltRunReply__Output } from '../shared/rpc/generated/roulette/v1/HaltRunReply.ts';
import type { HaltRunRequest } from '../shared/rpc/generated/roulette/v1/HaltRunRequest.ts';
import type { ListNodesReply__Output } from '../shared/rpc/generated/roulette/v1/ListNodesReply.ts';
import type { ListRunsReply__Output } from '../shared/rpc/generated/roulette/v1/ListRunsReply.ts';
import type { MakePlanReply__Output } from '../shared/rpc/generated/roulette/v1/MakePlanReply.ts';
import type { MakePlanRequest } from '../shared/rpc/generated/roulette/v1/MakePlanRequest.ts';
import type { OperatorServiceClient } from '../shared/rpc/generated/roulette/v1/OperatorService.ts';
import type { ApproveRunReply__Output } from '../shared/rpc/generated/roulette/v1/ApproveRunReply.ts';
import type { ApproveRunRequest } from '../shared/rpc/generated/roulette/v1/ApproveRunRequest.ts';
import type { ForgetNodeReply__Output } from '../shared/rpc/generated/roulette/v1/ForgetNodeReply.ts';
import type { ForgetNodeRequest } from '../shared/rpc/generated/roulette/v1/ForgetNodeRequest.ts';
import type { GetPolicyReply__Output } from '../shared/rpc/generated/roulette/v1/GetPolicyReply.ts';
import type { ListSchedulesReply__Output } from '../shared/rpc/generated/roulette/v1/ListSchedulesReply.ts';
import type { PrepareRunReply__Output } from '../shared/rpc/generated/roulette/v1/PrepareRunReply.ts';
import type { PrepareRunRequest } from '../shared/rpc/generated/roulette/v1/PrepareRunRequest.ts';
import type { PutScheduleReply__Output } from '../shared/rpc/generated/roulette/v1/PutScheduleReply.ts';
import type { PutScheduleRequest } from '../shared/rpc/generated/roulette/v1/PutScheduleRequest.ts';
import type { ReloadPolicyReply__Output } from '../shared/rpc/generated/roulette/v1/ReloadPolicyReply.ts';
import type { ReloadPolicyRequest } from '../shared/rpc/generated/roulette/v1/ReloadPolicyRequest.ts';
import type { RemoveScheduleReply__Output } from '../shared/rpc/generated/roulette/v1/RemoveScheduleReply.ts';
import type { RemoveScheduleRequest } from '../shared/rpc/generated/roulette/v1/RemoveScheduleRequest.ts';
import type { ReleaseReply__Output } from '../shared/rpc/generated/roulette/v1/ReleaseReply.ts';
import type { ReleaseRequest } from '../shared/rpc/generated/roulette/v1/ReleaseRequest.ts';
import type { RunEvent__Output } from '../shared/rpc/generated/roulette/v1/RunEvent.ts';
import type { StartRunReply__Output } from '../shared/rpc/generated/roulette/v1/StartRunReply.ts';
import type { StartRunRequest } from '../shared/rpc/generated/roulette/v1/StartRunRequest.ts';
import type { VerifyAuditReply__Output } from '../shared/rpc/generated/roulette/v1/VerifyAuditReply.ts';
import { loadOperatorWire } from '../shared/rpc/load.ts';
import { CLIENT_OPTIONS, clientCredentials } from '../shared/rpc/transport.ts';

/** A coordinator that does not answer a question within this time counts as unreachable. */
const ANSWER_WITHIN_MS = 10_000;
/** More than the longest time that an endpoint may be given. */
const START_WITHIN_MS = 75_000;

type Callback<Reply> = (error: grpc.ServiceError | null, reply?: Reply) => void;

interface Call {
  cancel(): void;
}

export class Operator {
  readonly address: string;
  readonly #client: OperatorServiceClient;
  readonly #open = new Set<Call>();

  constructor(address: string) {
    this.address = address;
    const { OperatorService } = loadOperatorWire().types.roulette.v1;
    this.#client = new OperatorService(address, clientCredentials(), CLIENT_OPTIONS);
  }

  /** Ends the calls that wait for an answer too: each of them would keep the process alive. */
  close(): void {
    for (const call of this.#open) call.cancel();
    this.#client.close();
  }

  async listNodes(): Promise<ListNodesReply__Output> {
    return this.#call((back) => this.#client.listNodes({}, soon(), back));
  }

  async makePlan(request: MakePlanRequest): Promise<MakePlanReply__Output> {
    return this.#call((back) => this.#client.makePlan(request, soon(), back));
  }

  async prepareRun(request: PrepareRunRequest): Promise<PrepareRunReply__Output> {
    return this.#call((back) => this.#client.prepareRun(request, soon(), back));
  }

  async approveRun(request: ApproveRunRequest): Promise<ApproveRunReply__Output> {
    return this.#call((back) => this.#client.approveRun(request, soon(), back));
  }

  /** Waits as long as the endpoints that are asked before a start may take. */
  async startRun(request: StartRunRequest): Promise<StartRunReply__Output> {
    return this.#call((back) => this.#client.startRun(request, within(START_WITHIN_MS), back));
  }

  async forgetNode(request: ForgetNodeRequest): Promise<ForgetNodeReply__Output> {
    return this.#call((back) => this.#client.forgetNode(request, soon(), back));
  }

  async getPolicy(): Promise<GetPolicyReply__Output> {
    return this.#call((back) => this.#client.getPolicy({}, soon(), back));
  }

  async reloadPolicy(request: ReloadPolicyRequest): Promise<ReloadPolicyReply__Output> {
    return this.#call((back) => this.#client.reloadPolicy(request, soon(), back));
  }

  async putSchedule(request: PutScheduleRequest): Promise<PutScheduleReply__Output> {
    return this.#call((back) => this.#client.putSchedule(request, soon(), back));
  }

  async listSchedules(): Promise<ListSchedulesReply__Output> {
    return this.#call((back) => this.#client.listSchedules({}, soon(), back));
  }

  async removeSchedule(request: RemoveScheduleRequest): Promise<RemoveScheduleReply__Output> {
    return this.#call((back) => this.#client.removeSchedule(request, soon(), back));
  }

  async listRuns(): Promise<ListRunsReply__Output> {
    return this.#call((back) => this.#client.listRuns({}, soon(), back));
  }

  async getRun(id: string): Promise<GetRunReply__Output> {
    return this.#call((back) => this.#client.getRun({ runId: id }, soon(), back));
  }

  /** Waits as long as the nodes take to confirm. */
  async haltRun(request: HaltRunRequest): Promise<HaltRunReply__Output> {
    return this.#call((back) => this.#client.haltRun(request, back));
  }

  /** As `haltRun`. */
  async haltAll(request: HaltAllRequest): Promise<HaltAllReply__Output> {
    return this.#call((back) => this.#client.haltAll(request, back));
  }

  async release(request: ReleaseRequest): Promise<ReleaseReply__Output> {
    return this.#call((back) => this.#client.release(request, soon(), back));
  }

  async getReport(id: string, format: string): Promise<GetReportReply__Output> {
    return this.#call((back) => this.#client.getReport({ runId: id, format }, soon(), back));
  }

  async verifyAudit(): Promise<VerifyAuditReply__Output> {
    return this.#call((back) => this.#client.verifyAudit({}, back));
  }

  /** The timeline so far and, unless `historyOnly`, what comes until the run has ended or `left` aborts. */
  async *watchRun(id: string, afterSeq: number, historyOnly: boolean, left?: AbortSignal): AsyncGenerator<RunEvent> {
    const stream = this.#client.watchRun({ runId: id, afterSeq, historyOnly });
    for await (const event of this.#read<RunEvent__Output>(stream, left)) {
      yield { run: runId(event.runId), seq: event.seq, at: event.at, body: parseBody(event) };
    }
  }

  async *listAudit(run: string | undefined): AsyncGenerator<AuditRow__Output> {
    yield* this.#read<AuditRow__Output>(this.#client.listAudit(run === undefined ? {} : { runId: run }));
  }

  async #call<Reply>(invoke: (back: Callback<Reply>) => Call): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const call = invoke((error, reply) => {
        this.#open.delete(call);
        if (error !== null) reject(fromStatus(error, this.address));
        else if (reply !== undefined) resolve(reply);
      });
      this.#open.add(call);
    });
  }

  async *#read<Message>(stream: grpc.ClientReadableStream<Message>, left?: AbortSignal): AsyncGenerator<Message> {
    const cancel = (): void => stream.cancel();
    this.#open.add(stream);
    left?.addEventListener('abort', cancel);
    try {
      for await (const message of stream as AsyncIterable<Message>) yield message;
    } catch (error) {
      if (left?.aborted !== true) throw isServiceError(error) ? fromStatus(error, this.address) : error;
    } finally {
      left?.removeEventListener('abort', cancel);
      this.#open.delete(stream);
      stream.cancel();
    }
  }
}

function soon(): grpc.CallOptions {
  return within(ANSWER_WITHIN_MS);
}

function within(ms: number): grpc.CallOptions {
  return { deadline: Date.now() + ms };
}

function isServiceError(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && 'code' in error && 'metadata' in error;
}

function parseBody({ bodyJson, type }: RunEvent__Output): RunEventBody {
  const body: unknown = JSON.parse(bodyJson);
  if (isBody(body, type)) return body;
  throw new TypeError(`the coordinator sent an event of type ${type} without its body`);
}

function isBody(value: unknown, type: string): value is RunEventBody {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === type;
}
