// Experiment documents as text, valid as they are; a test changes only what it is about.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../shared/package-root.ts';

/** Every line is there for a reason: changing or removing any of them has one clear consequence. */
const SMALL = `apiVersion: roulette/v1
kind: Experiment
name: kill-orders
owner: ana
environment: staging
hypothesis: orders survive
targets:
  orders:
    nodes: { role: orders }
    processes: { service: order-fulfillment }
  machines:
    nodes: all
monitors:
  success:
    http: { probe: buyers, url: "http://127.0.0.1:8080/pay", rate: 20/s }
  p95:
    http: { probe: buyers, measure: p95 }
  workers:
    processes: { target: orders }
baseline: 10s
steadyState:
  - success >= 95%
stages:
  - name: smoke
    steps:
      - { fault: process-kill, target: orders }
`;

export function buildDocument(): string {
  return SMALL;
}

/**
 * A document with one piece of text replaced. Throws an Error unless the piece is there exactly once, so that a
 * test cannot pass because it changed nothing.
 */
export function changeDocument(piece: string, by: string): string {
  if (SMALL.split(piece).length !== 2) throw new Error(`the document has ${JSON.stringify(piece)} not exactly once`);
  return SMALL.replace(piece, () => by);
}

/** The small document with another step in place of its only one. */
export function withStep(step: string): string {
  return changeDocument('{ fault: process-kill, target: orders }', step);
}

/** The small document with one more monitor, on the line after the first. */
export function withMonitor(spec: string): string {
  return changeDocument('  p95:\n', `  extra: ${spec}\n  p95:\n`);
}

/** A document of the marketplace by its name, for example `game-day`. */
export function exampleDocument(name: string): string {
  return readFileSync(path.join(packageRoot(), 'examples', 'marketplace', `${name}.yaml`), 'utf8');
}

export function validDocuments(): string[] {
  return [SMALL, FULL, exampleDocument('game-day'), exampleDocument('double-charge')];
}

/** The whole document of the public contract, less the keys whose behaviour is not built. */
export const FULL = `apiVersion: roulette/v1
kind: Experiment
name: order-fulfillment-kill          # [a-z0-9-], unique in the playbook
owner: payments-oncall                # who is in command; required
environment: staging
runbook: https://wiki.example/runbooks/order-fulfillment   # optional, shown everywhere
hypothesis: >
  If order-fulfillment is killed at peak throughput, orders are still accepted
  and 95% of payments complete within 2 s, thanks to retries and durable queues.
seed: game-day-7                      # optional; drawn and recorded when absent

targets:
  orders:
    nodes: { env: staging, role: orders, zone: [a, b] }
    processes: { service: order-fulfillment }
  machines:
    nodes: { env: staging }
monitors:
  payment_success_rate: { http: { url: "http://127.0.0.1:8080/pay", rate: 20/s, success: { status: 2xx, within: 2s } } }
  p99_latency: { http: { url: "http://127.0.0.1:8080/pay", measure: p99 }, unit: s, every: 5s }
  workers: { processes: { target: orders }, staleAfter: 10s }

baseline: 2m
steadyState:
  - payment_success_rate >= 95%
gates:
  - workers > 3
abort:
  - p99_latency > 2s for 2m OR payment_success_rate < 90%
  - p99_latency > 30s
  - workers < 0.5x baseline

stages:
  - name: smoke
    steps:
      - { fault: process-kill, target: orders, mode: one }
  - name: scale
    steps:
      - fault: process-kill
        target: orders
        mode: one
        repeat: { times: 10, within: 30m, minGap: 30s }
      - fault: process-kill
        target: orders
        mode: { upToPercent: 30 }
        pick: { percent: 50 }
        params: { signal: TERM, watch: 5s }
        repeat: { times: 10, every: 60s, jitter: 10s }
  - name: edge
    together: true
    steps:
      - { fault: process-pause, target: orders, mode: { groups: zone, choose: one, nodes: { percent: 50 } }, pick: all, duration: 2m }
      - { fault: cpu-load, target: machines, mode: { count: 2 }, duration: 90s, params: { load: 60%, cores: 2, ramp: 1s } }
recovery: { within: 2m }
`;
