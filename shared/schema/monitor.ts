// Monitors (experiment.md 1.2).

import { z } from 'zod';
import type { HttpMeasure, HttpTransaction, MonitorSpec, ProcessesMonitorSpec } from '../domain/experiment.ts';
import {
  complain,
  isNumber,
  labelValue,
  list,
  named,
  notBuilt,
  object,
  oneOf,
  positiveDuration,
  rate,
  reads,
  text,
  type IssueSink,
} from './reader.ts';

const MEASURES: readonly HttpMeasure[] = ['success_rate', 'p50', 'p95', 'p99', 'rate'];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const EVERY_MS = 1000;
const TIMEOUT_MS = 5000;
/** `staleAfter` when it is left out, as a multiple of `every`. */
const STALE_AFTER_BEATS = 3;

const url = reads('a URL that starts with http:// or https://', (value) =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/u.test(new URL(value).protocol) ? value : null,
);

const status = reads('a status such as 200 or 2xx', (value) =>
  (isNumber(value) || typeof value === 'string') && /^[1-5](?:\d\d|xx)$/u.test(String(value)) ? String(value) : null,
);

/** What HTTP can carry: a line break would end the header, and begin another. */
const headerValue = labelValue.refine((value) => /^[\t\u0020-\u007e\u0080-\u00ff]*$/u.test(value), {
  error: () => 'expected a text on one line without control characters',
});

const success = object('success', {
  status: z
    .union([status.transform((one) => [one]), list('statuses', status, 1)], {
      error: () => 'expected a status such as 200 or 2xx, or a list of them',
    })
    .optional(),
  within: positiveDuration.optional(),
});

const http = object('http', {
  probe: text.optional(),
  measure: oneOf(MEASURES).optional(),
  url: url.optional(),
  rate: rate.optional(),
  method: oneOf(METHODS).optional(),
  headers: named('headers', headerValue).optional(),
  body: z.unknown().optional(),
  success: success.optional(),
});

const TRANSACTION_KEYS = ['rate', 'method', 'headers', 'body', 'success'] as const;

export const monitor: z.ZodType<MonitorSpec> = object('a monitor', {
  http: http.optional(),
  processes: object('processes', { target: text }).optional(),
  prometheus: notBuilt('monitors of kind `prometheus` are'),
  tcp: notBuilt('monitors of kind `tcp` are'),
  command: notBuilt('monitors of kind `command` are'),
  every: positiveDuration.optional(),
  timeout: positiveDuration.optional(),
  staleAfter: positiveDuration.optional(),
  unit: text.optional(),
}).transform((found, context): MonitorSpec => {
  const timing = readTiming(found, context);
  const { http: probe, processes } = found;
  if (probe !== undefined && processes !== undefined) {
    complain(context, 'has two kinds, `http` and `processes`; make it two monitors');
  }
  if (probe !== undefined) return readHttp(probe, timing, context);
  if (processes !== undefined) return { kind: 'processes', target: processes.target, ...timing };
  complain(context, 'expected a kind: `http` or `processes`');
  return z.NEVER;
});

type Timing = Omit<ProcessesMonitorSpec, 'kind' | 'target'>;
interface FoundTiming {
  readonly every?: number | undefined;
  readonly timeout?: number | undefined;
  readonly staleAfter?: number | undefined;
  readonly unit?: string | undefined;
}

function readTiming(found: FoundTiming, context: IssueSink): Timing {
  const { every: everyMs = EVERY_MS, timeout: timeoutMs = TIMEOUT_MS, unit = '' } = found;
  const { staleAfter: staleAfterMs = STALE_AFTER_BEATS * everyMs } = found;
  if (staleAfterMs < everyMs) {
    complain(context, 'must not be shorter than `every`: the monitor would always be blind', { path: ['staleAfter'] });
  }
  return { everyMs, timeoutMs, staleAfterMs, unit };
}

function readHttp(found: z.infer<typeof http>, timing: Timing, context: IssueSink): MonitorSpec {
  const { probe = null, measure = 'success_rate', url: address } = found;
  const transaction = address === undefined ? null : readTransaction(address, found, timing.timeoutMs);
  if (transaction === null) checkShared(found, context);
  if (transaction !== null && transaction.successWithinMs > timing.timeoutMs) {
    complain(context, 'must not be longer than the `timeout` of the monitor', { path: ['http', 'success', 'within'] });
  }
  return { kind: 'http', probe, transaction, measure, ...timing };
}

/** A monitor without a URL reads a probe that another one defines. */
function checkShared(found: z.infer<typeof http>, context: IssueSink): void {
  if (found.probe === undefined) complain(context, 'is missing: expected a URL', { path: ['http', 'url'] });
  const stray = TRANSACTION_KEYS.find((key) => found[key] !== undefined);
  if (stray === undefined) return;
  complain(context, 'belongs to the monitor that gives the URL of the probe', { path: ['http', stray] });
}

function readTransaction(address: string, found: z.infer<typeof http>, timeoutMs: number): HttpTransaction {
  const body = bodyText(found.body);
  const { method = body === null ? 'GET' : 'POST', headers = {}, rate: perSecond = 1 } = found;
  const { status: successStatus = ['2xx'], within: successWithinMs = timeoutMs } = found.success ?? {};
  const sent = { ...(body === found.body ? {} : typeOf(body, headers)), ...headers };
  return { url: address, method, headers: sent, body, perSecond, successStatus, successWithinMs };
}

/** What a body that became JSON here is called, unless the headers call it something. */
function typeOf(body: string | null, headers: Readonly<Record<string, string>>): Record<string, string> {
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  return body === null || typed ? {} : { 'content-type': 'application/json' };
}

/** A text goes as it is, anything else as JSON. */
function bodyText(body: unknown): string | null {
  if (body === undefined || body === null) return null;
  return typeof body === 'string' ? body : JSON.stringify(body);
}
