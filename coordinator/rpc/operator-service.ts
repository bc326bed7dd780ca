// The operators' side of the wire: each call is handed to a service and its answer put into wire form.

import type * as grpc from '@grpc/grpc-js';
import { canonicalJson } from '../../shared/canonical.ts';
import { nodeId, runId } from '../../shared/domain/ids.ts';
import { orNull, present } from '../../shared/rpc/absent.ts';
import { toStatus } from '../../shared/rpc/failure.ts';
import type { OperatorServiceHandlers } from '../../shared/rpc/generated/roulette/v1/OperatorService.ts';
import type { Services } from '../assemble.ts';
import { createReport } from '../report/index.ts';
import { verifyAudit } from '../services/audit.ts';
import { previewTargets } from '../services/preview.ts';
import {
  toWireAuditRow,
  toWireEvent,
  toWireHalted,
  toWireHaltedNode,
  toWireLever,
  toWireNode,
  toWireReservation,
  toWireRun,
  toWireSchedule,
  toWireUnseen,
} from './operator-wire.ts';

export function createOperatorService(deps: Services): OperatorServiceHandlers {
  return {
    ...fleetCalls(deps),
    ...preparedCalls(deps),
    ...runCalls(deps),
    ...leverCalls(deps),
    ...policyCalls(deps),
    ...scheduleCalls(deps),
    ...auditCalls(deps),
  };
}

const RUNS_BY_DEFAULT = 50;
const AUDIT_PAGE = 500;

function fleetCalls({
  fleet,
  runs,
  lever,
  policies,
  radius,
}: Services): Pick<OperatorServiceHandlers, 'ListNodes' | 'ForgetNode'> {
  return {
    ListNodes: unary(async () => ({
      nodes: [
        ...fleet.nodes().map((node) => toWireNode(node, runs.openOrders(node.id))),
        ...radius.unseen().map((node) => toWireUnseen(node)),
      ],
      lever: lever.engaged === null ? null : toWireLever(lever.engaged),
    })),
    ForgetNode: unary(async ({ node, requestedBy, reason }) => {
      policies.require(requestedBy, 'forget');
      return { freedOrders: [...(await radius.forget({ node: nodeId(node), requestedBy, reason }))] };
    }),
  };
}

type PreparedCalls = 'MakePlan' | 'PrepareRun' | 'ApproveRun' | 'StartRun';

function preparedCalls({ prepared, fleet }: Services): Pick<OperatorServiceHandlers, PreparedCalls> {
  return {
    MakePlan: unary(async ({ document, file, seed, preview, requestedBy }) => {
      const { planned, verdict } = await prepared.plan({ document, file, seed: orNull(seed) }, requestedBy);
      const previews = preview ? await previewTargets(fleet, planned) : [];
      return { planJson: planned.text, digest: planned.digest, previews, verdictJson: canonicalJson(verdict) };
    }),
    PrepareRun: unary(async ({ document, file, seed, expectedDigest, requestedBy, replayOf }) => {
      const { record, verdict } = await prepared.prepare({
        document,
        file,
        seed: orNull(seed),
        expectedDigest: orNull(expectedDigest),
        requestedBy,
        replayOf: replayOf === undefined ? null : runId(replayOf),
        firing: null,
      });
      return { run: toWireRun(record), verdictJson: canonicalJson(verdict) };
    }),
    ApproveRun: unary(async ({ runId: id, planDigest, requestedBy, comment }) => {
      const asked = { run: runId(id), planDigest, requestedBy, comment: orNull(comment) };
      const { record, needed, approvedBy } = await prepared.approve(asked);
      return { run: toWireRun(record), needed, approvedBy: [...approvedBy] };
    }),
    StartRun: unary(async ({ runId: id, requestedBy }) => ({
      run: toWireRun(await prepared.start(runId(id), requestedBy)),
    })),
  };
}

type RunCalls = 'ListRuns' | 'GetRun' | 'WatchRun' | 'HaltRun' | 'GetReport';

function runCalls({ runs, prepared, store }: Services): Pick<OperatorServiceHandlers, RunCalls> {
  return {
    ListRuns: unary(async ({ limit }) => ({
      runs: (await runs.list(limit === 0 ? RUNS_BY_DEFAULT : limit)).map((record) => toWireRun(record)),
    })),
    GetRun: unary(async (request) => {
      const record = await runs.get(runId(request.runId));
      const judged = await prepared.judge(record);
      const verdictJson = judged === null ? null : canonicalJson(judged.verdict);
      const approvedBy = [...(judged?.approvedBy ?? [])];
      const { document, plan: planJson } = record;
      return { run: toWireRun(record), document, planJson, approvedBy, ...present({ verdictJson }) };
    }),
    WatchRun: streaming(async function* ({ runId: id, afterSeq, historyOnly }, signal) {
      for await (const event of runs.watch(runId(id), { afterSeq, historyOnly, signal })) yield toWireEvent(event);
    }),
    HaltRun: unary(async ({ runId: id, requestedBy, reason, ref }) => {
      const request = { run: runId(id), requestedBy, reason, ref: orNull(ref) };
      const withdrawn = await prepared.withdraw(request);
      if (withdrawn !== null) return { run: toWireRun(withdrawn), injections: [] };
      const { record, injections } = await runs.halt(request);
      return { run: toWireRun(record), injections: injections.map((row) => toWireHalted(row)) };
    }),
    GetReport: unary(async ({ runId: id, format }) => {
      const record = await runs.get(runId(id));
      return { text: createReport(record, await store.listEvents(record.id, 0), format) };
    }),
  };
}

function leverCalls({ lever, policies }: Services): Pick<OperatorServiceHandlers, 'HaltAll' | 'Release'> {
  return {
    HaltAll: unary(async ({ requestedBy, reason, ref }) => {
      const { rows, unrecorded } = await lever.pull({ requestedBy, reason, ref: orNull(ref) });
      return { nodes: rows.map((row) => toWireHaltedNode(row)), ...present({ unrecorded }) };
    }),
    Release: unary(async ({ requestedBy, reason, ref }) => {
      policies.require(requestedBy, 'release');
      return { lever: toWireLever(await lever.release({ requestedBy, reason, ref: orNull(ref) })) };
    }),
  };
}

function policyCalls({ policies, radius }: Services): Pick<OperatorServiceHandlers, 'GetPolicy' | 'ReloadPolicy'> {
  return {
    GetPolicy: unary(async () => ({
      folder: policies.folder,
      gauges: radius.gauges(),
      reservations: radius.reservations.map((one) => toWireReservation(one)),
      ...present({ digest: policies.inForce?.digest ?? null, trouble: policies.trouble }),
    })),
    ReloadPolicy: unary(async ({ requestedBy }) => {
      const { policy, changed } = await policies.reload(requestedBy);
      return { digest: policy.digest, changed };
    }),
  };
}

type ScheduleCalls = 'PutSchedule' | 'ListSchedules' | 'RemoveSchedule';

function scheduleCalls({ schedules }: Services): Pick<OperatorServiceHandlers, ScheduleCalls> {
  return {
    PutSchedule: unary(async ({ document, file, seed, requestedBy }) => ({
      schedule: toWireSchedule(await schedules.put({ document, file, seed: orNull(seed), requestedBy })),
    })),
    ListSchedules: unary(async () => ({ schedules: schedules.list().map((one) => toWireSchedule(one)) })),
    RemoveSchedule: unary(async ({ name, requestedBy }) => ({
      schedule: toWireSchedule({ ...(await schedules.remove(name, requestedBy)), nextAt: null }),
    })),
  };
}

function auditCalls({ store }: Services): Pick<OperatorServiceHandlers, 'ListAudit' | 'VerifyAudit'> {
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
