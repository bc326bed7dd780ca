// Synthetic transactions at a fixed rate, started on schedule whether or not the last one has answered (an open
// loop): a system that slows down is not spared by its own slowness. Latency counts from the scheduled start, so
// that waiting in a queue shows (Gil Tene, "How NOT to Measure Latency": coordinated omission).
// At most rate x timeout transactions are in flight, because each one ends by its timeout.

import { setMaxListeners } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { Clock } from '../../shared/clock.ts';
import type { HttpTransaction } from '../../shared/domain/experiment.ts';
import { messageOf } from '../../shared/errors.ts';

export interface Outcome {
  readonly success: boolean;
  readonly latencyMs: number;
  /** Why it failed; null for a success. */
  readonly why: string | null;
}

type Listener = (outcome: Outcome) => void;

export interface HttpProbe {
  /** Every transaction that ends from now on. */
  readonly listen: (listener: Listener) => void;
}

export interface ProbeSpec {
  readonly transaction: HttpTransaction;
  readonly timeoutMs: number;
}

export function startHttpProbe(spec: ProbeSpec, clock: Clock, signal: AbortSignal): HttpProbe {
  // One for each transaction that is in flight.
  setMaxListeners(0, signal);
  const listeners: Listener[] = [];
  const periodMs = 1000 / spec.transaction.perSecond;
  const secure = spec.transaction.url.startsWith('https:');
  const agent = new (secure ? https : http).Agent({ keepAlive: true });
  const began = clock.monotonic();
  let number = 0;
  let cancel: () => void = beat();

  function beat(): () => void {
    while (!signal.aborted && began + number * periodMs <= clock.monotonic()) {
      start(number, began + number * periodMs);
      number += 1;
    }
    return clock.after(began + number * periodMs - clock.monotonic(), () => {
      if (!signal.aborted) cancel = beat();
    });
  }

  function start(sequence: number, scheduledAt: number): void {
    void transact(spec, { agent, sequence, signal }).then((why) => {
      if (signal.aborted) return;
      const latencyMs = clock.monotonic() - scheduledAt;
      const late = why === null && latencyMs > spec.transaction.successWithinMs;
      const outcome = {
        success: why === null && !late,
        latencyMs,
        why: late ? `it took ${Math.round(latencyMs)} ms` : why,
      };
      for (const listener of listeners) listener(outcome);
    });
  }

  signal.addEventListener(
    'abort',
    () => {
      cancel();
      agent.destroy();
    },
    { once: true },
  );
  return { listen: (listener) => listeners.push(listener) };
}

interface Attempt {
  readonly agent: http.Agent;
  readonly sequence: number;
  readonly signal: AbortSignal;
}

/** Resolves with null for a good answer, else with why it is none. Redirects are not followed. */
async function transact(
  { transaction, timeoutMs }: ProbeSpec,
  { agent, sequence, signal }: Attempt,
): Promise<string | null> {
  const { url, method, headers, body, successStatus } = transaction;
  const text = body?.replaceAll('{{n}}', String(sequence)) ?? null;
  const length = text === null ? {} : { 'content-length': String(Buffer.byteLength(text)) };
  try {
    const status = await new Promise<number>((resolve, reject) => {
      const module = url.startsWith('https:') ? https : http;
      const request = module.request(url, { method, agent, signal, headers: { ...headers, ...length } });
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      request.on('response', (response) => {
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.on('error', reject);
        response.resume();
      });
      request.on('error', reject);
      request.on('close', () => clearTimeout(timer));
      request.end(text ?? undefined);
    });
    return successStatus.some((pattern) => matchesStatus(status, pattern)) ? null : `status ${status}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** `2xx` or `204` */
function matchesStatus(status: number, pattern: string): boolean {
  return pattern.endsWith('xx') ? Math.floor(status / 100) === Number(pattern[0]) : status === Number(pattern);
}
