// The operators' side of the wire: each call is handed to a service and its answer put into wire form.

import type * as grpc from '@grpc/grpc-js';
import { runId } from '../../shared/domain/ids.ts';
import { orNull, present } from '../../shared/rpc/absent.ts';
import { toStatus } from '../../shared/rpc/failure.ts';
import type { OperatorServiceHandlers } from '../../shared/rpc/generated/roulette/v1/OperatorService.ts';
import { createReport } from '../report/index.ts';
import { verifyAudit } from '../services/audit.ts';
import type { Fleet } from '../services/fleet.ts';
import { previewTargets } from '../services/preview.ts';
import type { Lever } from '../services/lever.ts';
import type { Runs } from '../services/runs.ts';
import type { Store } from '../store/port.ts';
import {
  toWireAuditRow,
  toWireEvent,
  toWireHalted,
  toWireHaltedNode,
  toWireLever,
  toWireNode,
  toWireRun,
} from './operator-wire.ts';

interface OperatorServiceDeps {
  readonly runs: Runs;
  readonly fleet: Fleet;
  readonly store: Store;
  readonly lever: Lever;
}

export function createOperatorService(deps: OperatorServiceDeps): OperatorServiceHandlers {
  return { ...fleetCalls(deps), ...runCalls(deps), ...leverCalls(deps), ...auditCalls(deps) };
}

const RUNS_BY_DEFAULT = 50;
const AUDIT_PAGE = 500;

function fleetCalls({
  fleet,
  runs,
  lever,
}: OperatorServiceDeps): Pick<OperatorServiceHandlers, 'ListNodes' | 'MakePlan'> {
  return {
    ListNodes: unary(async () => ({
      nodes: fleet.nodes().map((node) => toWireNode(node, runs.openOrders(node.id))),
      lever: lever.engaged === null ? null : toWireLever(lever.engaged),
    })),
    MakePlan: unary(async ({ document, file, seed, preview }) => {
      const planned = await runs.plan({ document, file, seed: orNull(seed) });
      const previews = preview ? await previewTargets(fleet, planned) : [];
      return { planJson: planned.text, digest: planned.digest, previews };
    }),
  };
}

type RunCalls = 'StartRun' | 'ListRuns' | 'GetRun' | 'WatchRun' | 'HaltRun' | 'GetReport';

function runCalls({ runs, store }: OperatorServiceDeps): Pick<OperatorServiceHandlers, RunCalls> {
  return {
    StartRun: unary(async ({ document, file, seed, expectedDigest, requestedBy, replayOf }) => {
      const record = await runs.start({
        document,
        file,
        seed: orNull(seed),
        expectedDigest: orNull(expectedDigest),
        requestedBy,
        replayOf: replayOf === undefined ? null : runId(replayOf),
      });
      return { run: toWireRun(record) };
    }),
    ListRuns: unary(async ({ limit }) => ({
      runs: (await runs.list(limit === 0 ? RUNS_BY_DEFAULT : limit)).map((record) => toWireRun(record)),
    })),
    GetRun: unary(async (request) => {
      const record = await runs.get(runId(request.runId));
      return { run: toWireRun(record), document: record.document, planJson: record.plan };
    }),
    WatchRun: streaming(async function* ({ runId: id, afterSeq, historyOnly }, signal) {
      for await (const event of runs.watch(runId(id), { afterSeq, historyOnly, signal })) yield toWireEvent(event);
    }),
    HaltRun: unary(async ({ runId: id, requestedBy, reason, ref }) => {
      const { record, injections } = await runs.halt({ run: runId(id), requestedBy, reason, ref: orNull(ref) });
      return { run: toWireRun(record), injections: injections.map((row) => toWireHalted(row)) };
    }),
    GetReport: unary(async ({ runId: id, format }) => {
      const record = await runs.get(runId(id));
      return { text: createReport(record, await store.listEvents(record.id, 0), format) };
    }),
  };
}

function leverCalls({ lever }: OperatorServiceDeps): Pick<OperatorServiceHandlers, 'HaltAll' | 'Release'> {
  return {
    HaltAll: unary(async ({ requestedBy, reason, ref }) => {
      const { rows, unrecorded } = await lever.pull({ requestedBy, reason, ref: orNull(ref) });
      return { nodes: rows.map((row) => toWireHaltedNode(row)), ...present({ unrecorded }) };
    }),
    Release: unary(async ({ requestedBy, reason, ref }) => ({
      lever: toWireLever(await lever.release({ requestedBy, reason, ref: orNull(ref) })),
    })),
  };
}

function auditCalls({ store }: OperatorServiceDeps): Pick<OperatorServiceHandlers, 'ListAudit' | 'VerifyAudit'> {
  return {
    ListAudit: streaming(async function* ({ runId: run, afterSeq }) {
      let seq = afterSeq;
      for (;;) {
        const page = await store.listAudit(seq, AUDIT_PAGE);
        for (const row of page) if (run === undefined || row.run === run) yield toWireAuditRow(row);
        const last = page.at(-1);
        if (last === undefined) return;
        seq = last.seq;
      }
    }),
    VerifyAudit: unary(async () => {
      const check = await verifyAudit(store);
      if (check.ok) return { ok: true, rows: check.rows, head: check.head.hash };
      return { ok: false, rows: check.rows, brokenRow: check.row, why: check.why };
    }),
  };
}

function unary<Request, Reply>(answer: (request: Request) => Promise<Reply>): grpc.handleUnaryCall<Request, Reply> {
  return (call, callback) => {
    answer(call.request).then(
      (reply) => callback(null, reply),
      (error: unknown) => callback(toStatus(error)),
    );
  };
}

/** Writes as fast as the reader takes, and stops when it goes away. */
function streaming<Request, Reply>(
  produce: (request: Request, signal: AbortSignal) => AsyncIterable<Reply>,
): grpc.handleServerStreamingCall<Request, Reply> {
  return (call) => {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    const pump = async (): Promise<void> => {
      for await (const reply of produce(call.request, gone.signal)) {
        if (gone.signal.aborted) return;
        if (!call.write(reply)) await writable(call, gone.signal);
      }
    };
    pump().then(
      () => call.end(),
      (error: unknown) => call.emit('error', toStatus(error)),
    );
  };
}

async function writable<Request, Reply>(
  call: grpc.ServerWritableStream<Request, Reply>,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    call.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
