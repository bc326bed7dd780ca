// A real gRPC server that speaks the operator API with canned answers: for what a coordinator seldom does,
// such as losing a reply or ending a timeline early.

import * as grpc from '@grpc/grpc-js';
import type { PolicyVerdict } from '../../coordinator/core/policy-verdict.ts';
import { compilePlan } from '../../coordinator/core/compile.ts';
import { canonicalJson, sha256 } from '../../shared/canonical.ts';
import { runId } from '../../shared/domain/ids.ts';
import type { RunEvent, RunEventBody, Verdict } from '../../shared/domain/run.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { RouletteError } from '../../shared/errors.ts';
import { toStatus } from '../../shared/rpc/failure.ts';
import { loadOperatorWire } from '../../shared/rpc/load.ts';
import type { OperatorServiceHandlers } from '../../shared/rpc/generated/roulette/v1/OperatorService.ts';
import type { Run } from '../../shared/rpc/generated/roulette/v1/Run.ts';
import type { RunEvent as WireEvent } from '../../shared/rpc/generated/roulette/v1/RunEvent.ts';
import type { WatchRunRequest__Output } from '../../shared/rpc/generated/roulette/v1/WatchRunRequest.ts';
import { listen } from '../../shared/rpc/transport.ts';
import { buildExperiment, buildFleet } from './experiments.ts';

export const RUN_ID = 'run-0123456789ab';
const PLAN = compilePlan({
  names: new Map(),
  experiment: buildExperiment(),
  documentDigest: sha256('document'),
  seed: 'seed',
  environment: 'staging',
  inventory: buildFleet(3),
});
const PLAN_TEXT = canonicalJson(PLAN);
export const PLAN_DIGEST = sha256(PLAN_TEXT);

const VERDICT = canonicalJson({
  policyDigest: sha256('policy'),
  refusals: [],
  slots: [],
  approvals: { needed: 0, because: [] },
  lengthMs: 0,
} satisfies PolicyVerdict);

export const PLANNED = { planJson: PLAN_TEXT, digest: PLAN_DIGEST, previews: [], verdictJson: VERDICT };

export function buildRun(more: Partial<Run> = {}): Run {
  return {
    id: RUN_ID,
    experiment: 'test',
    owner: 'tester',
    seed: 'seed',
    planDigest: PLAN_DIGEST,
    phase: 'playing',
    requestedBy: 'tester',
    preparedAt: START,
    ...more,
  };
}

const START = Date.UTC(2026, 0, 1, 12, 0, 0);

/** Events one second apart. */
export function buildTimeline(...bodies: readonly RunEventBody[]): RunEvent[] {
  return bodies.map((body, index) => ({ run: runId(RUN_ID), seq: index + 1, at: START + index * 1000, body }));
}

export const PREPARED: Extract<RunEventBody, { type: 'run.prepared' }> = {
  type: 'run.prepared',
  seed: 'seed',
  planDigest: PLAN_DIGEST,
  requestedBy: 'tester',
  replayOf: null,
  policyDigest: 'p',
  expiresAt: START + 3_600_000,
};
export const HALT_REQUESTED: RunEventBody = { type: 'halt.requested', by: 'tester', reason: 'enough', ref: null };

export function ended(verdict: Verdict): RunEventBody {
  return { type: 'run.ended', verdict, reason: 'so it was' };
}

type Watch = grpc.ServerWritableStream<WatchRunRequest__Output, WireEvent>;

/** Writes the events after the one that the watcher has. */
export function tell(call: Watch, events: readonly RunEvent[]): void {
  for (const { run, seq, at, body } of events) {
    if (seq > call.request.afterSeq)
      call.write({ runId: run, seq, at, type: body.type, bodyJson: JSON.stringify(body) });
  }
}

/** As when the connection breaks or the coordinator is stopped. */
export const AWAY: Partial<grpc.StatusObject> = { code: grpc.status.UNAVAILABLE, details: 'gone' };

export function failure(code: ErrorCode, message: string): grpc.StatusObject {
  return toStatus(new RouletteError(code, message));
}

type Calls =
  | 'MakePlan'
  | 'PrepareRun'
  | 'StartRun'
  | 'GetRun'
  | 'WatchRun'
  | 'HaltRun'
  | 'HaltAll'
  | 'Release'
  | 'GetReport'
  | 'VerifyAudit';
/** Some calls of the API; the others are not implemented. */
export type Handlers = Partial<Pick<OperatorServiceHandlers, Calls>>;

export interface FakeOperator {
  readonly address: string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Plays a run that passes, except where `handlers` say otherwise. */
export async function startFakeOperator(handlers: Handlers = {}): Promise<FakeOperator> {
  const server = new grpc.Server();
  const canned: Handlers = {
    MakePlan: (_call, callback) => callback(null, PLANNED),
    PrepareRun: (_call, callback) => callback(null, { run: buildRun({ phase: 'prepared' }), verdictJson: VERDICT }),
    StartRun: (_call, callback) => callback(null, { run: buildRun() }),
    GetRun: (_call, callback) =>
      callback(null, { run: buildRun({ phase: 'ended' }), document: 'document', planJson: PLAN_TEXT }),
    WatchRun: (call) => {
      tell(call, buildTimeline(PREPARED, ended('passed')));
      call.end();
    },
    HaltRun: (_call, callback) => callback(null, { run: buildRun(), injections: [] }),
    GetReport: (call, callback) => callback(null, { text: call.request.format === 'md' ? '# test\n' : '{"a":1}\n' }),
  };
  const { service } = loadOperatorWire().types.roulette.v1.OperatorService;
  server.addService(service, { ...canned, ...handlers });
  const address = await listen(server, '127.0.0.1:0');
  return {
    address,
    [Symbol.asyncDispose]: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}
