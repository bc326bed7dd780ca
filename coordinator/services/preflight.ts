// Asks the endpoints of the pre-flight check (docs/preflight.md), all at once, each with a question that is signed with
// its own secret. Nothing that an endpoint does makes this throw, or take longer than the time limit of that endpoint.
// One connection per question, no proxy, no redirect: whoever answers is who was configured.

import { createHmac, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { setMaxListeners } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { canonicalJson } from '../../shared/canonical.ts';
import type { Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import type { PreflightEndpoint } from '../../shared/schema/config.ts';
import { formatDuration } from '../../shared/units.ts';
import {
  judgeAnswer,
  judgePreflight,
  judgeStatus,
  MOST_ANSWER_BYTES,
  veto,
  type Opinion,
  type PreflightRequest,
  type PreflightVerdict,
} from '../core/preflight.ts';

interface PreflightDeps {
  readonly endpoints: readonly PreflightEndpoint[];
  readonly clock: Clock;
  /** When it aborts, every endpoint that has not answered counts as a veto, at once. */
  readonly signal: AbortSignal;
}

interface Question {
  readonly body: Buffer;
  readonly delivery: string;
  /** Seconds since the epoch. */
  readonly at: number;
}

export async function askPreflight(request: PreflightRequest, deps: PreflightDeps): Promise<PreflightVerdict> {
  const { endpoints, clock, signal } = deps;
  // One for each endpoint.
  setMaxListeners(0, signal);
  const body = Buffer.from(endpoints.length === 0 ? '' : canonicalJson(request));
  const at = Math.floor(clock.now() / 1000);
  const answers = endpoints.map(async (endpoint) => {
    const delivery = randomUUID();
    const opinion = await ask(endpoint, { body, delivery, at }, deps);
    return { endpoint: endpoint.name, delivery, ...opinion };
  });
  return judgePreflight(await Promise.all(answers));
}

const WITHDRAWN = 'had not answered when the start was called off';

async function ask(
  endpoint: PreflightEndpoint,
  question: Question,
  { clock, signal }: PreflightDeps,
): Promise<Opinion> {
  if (signal.aborted) return veto(WITHDRAWN);
  const over = new AbortController();
  const late = new Error(`gives no answer within ${formatDuration(endpoint.timeoutMs)}`);
  const cancel = clock.after(endpoint.timeoutMs, () => over.abort(late));
  signal.addEventListener('abort', () => over.abort(new Error(WITHDRAWN)), { signal: over.signal });
  try {
    // A request ends by its signal, but a file that does not come does not: it is not waited for.
    return await Promise.race([exchange(endpoint, question, over.signal), rejectWith(over.signal)]);
  } catch (error) {
    return veto(describe(error));
  } finally {
    cancel();
    over.abort();
  }
}

function rejectWith(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function exchange(endpoint: PreflightEndpoint, question: Question, signal: AbortSignal): Promise<Opinion> {
  const secret = await readSecret(endpoint.secretFile);
  const response = await post(endpoint.url, question, { secret, signal });
  return judgeStatus(response.statusCode ?? 0) ?? judgeAnswer(await readEnough(response));
}

function post(
  url: string,
  question: Question,
  { secret, signal }: { readonly secret: Buffer; readonly signal: AbortSignal },
): Promise<IncomingMessage> {
  const { body, delivery, at } = question;
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    'user-agent': 'roulette-coordinator',
    'roulette-delivery': delivery,
    'roulette-signature': `t=${at},v1=${createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')}`,
  };
  const { request } = new URL(url).protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    // Certificates are verified even where NODE_TLS_REJECT_UNAUTHORIZED says otherwise for all the process.
    const outgoing = request(url, { method: 'POST', headers, agent: false, signal, rejectUnauthorized: true });
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => reject(new Error(`cannot be asked: ${describe(error)}`, { cause: error })));
    // Without an error when the answer is another protocol (status 101).
    outgoing.on('close', () => reject(new Error('cannot be asked: it closes the connection')));
    outgoing.end(body);
  });
}

/** The whole answer, or as much of it as shows that it is too large. */
async function readEnough(response: IncomingMessage): Promise<Buffer> {
  const incoming: AsyncIterable<Buffer> = response;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_ANSWER_BYTES) break;
    }
  } catch (error) {
    throw new Error(`breaks off its answer: ${describe(error)}`, { cause: error });
  }
  return Buffer.concat(chunks);
}

const LEAST_SECRET_BYTES = 16;
const MOST_SECRET_BYTES = 4096;
const LINE_FEED = 10;

/** At each question, so that it can be replaced at any time. One line feed at its end is none of it. */
async function readSecret(file: string): Promise<Buffer> {
  try {
    // A fifo would block without O_NONBLOCK.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new Error(`${file} is not a regular file`);
      if (stats.size > MOST_SECRET_BYTES) throw new Error(`${file} is larger than ${MOST_SECRET_BYTES} bytes`);
      const bytes = await handle.readFile();
      const secret = bytes.at(-1) === LINE_FEED ? bytes.subarray(0, -1) : bytes;
      if (secret.length < LEAST_SECRET_BYTES) throw new Error(`${file} has fewer than ${LEAST_SECRET_BYTES} bytes`);
      return secret;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new Error(`is not asked, for its secret is of no use: ${messageOf(error)}`, { cause: error });
  }
}

/** Of a name with several addresses, what each of them came to: the error itself has no message then. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((one: unknown) => messageOf(one)).join('; ');
  return messageOf(error);
}
