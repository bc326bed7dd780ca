// Valid documents as text, for tests that break them.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../shared/package-root.ts';

/** Uses every form of every key that is built. */
export const FULL_DOCUMENT = `# a comment
apiVersion: roulette/v1
kind: Experiment
name: order-fulfillment-kill
owner: payments-oncall
environment: staging
runbook: https://wiki.example/runbooks/order-fulfillment
hypothesis: >
  If order-fulfillment is killed at peak throughput, orders are still accepted
  and 95% of payments complete within 2 s.
seed: game-day-7
targets:
  orders:
    nodes: { env: staging, role: orders, zone: [a, b] }
    processes: { service: order-fulfillment, port: 8080 }
  machines:
    nodes: all
monitors:
  payment_success_rate: { http: { url: "http://127.0.0.1:8080/pay", rate: 20/s, success: { status: 2xx, within: 2s } } }
  p99_latency: { http: { url: "http://127.0.0.1:8080/", probe: front, measure: p99 }, unit: s }
  front_rate: { http: { probe: front, measure: rate }, every: 2s, staleAfter: 10s }
  workers: { processes: { target: orders }, every: 5s, timeout: 2s }
baseline: 2m
steadyState:
  - payment_success_rate >= 95%
gates:
  - workers < 1000
abort:
  - payment_success_rate < 90% for 2m OR (p99_latency > 30s AND front_rate < 100/m)
  - workers > 3x baseline
stages:
  - name: smoke
    steps:
      - { fault: process-kill, target: orders, mode: one }
  - name: scale
    steps:
      - fault: process-kill
        target: orders
        mode: { count: 2 }
        pick: { percent: 50 }
        repeat: { times: 10, within: 30m, minGap: 30s }
        params: { signal: TERM, watch: 5s }
      - { fault: process-pause, target: orders, mode: { upToPercent: 30 }, pick: all, duration: 1m30s, repeat: { times: 3, every: 60s, jitter: 10s } }
  - name: edge
    together: true
    steps:
      - { fault: cpu-load, target: machines, mode: { groups: zone, choose: one, nodes: { percent: 50 } }, duration: 2m, params: { load: 50%, cores: 2, ramp: 10s } }
      - { fault: process-kill, target: orders, mode: minority, pick: { count: 2 } }
recovery: { within: 2m }
`;

export function exampleDocument(name: string): string {
  return readFileSync(path.join(packageRoot(), 'examples', 'marketplace', `${name}.yaml`), 'utf8');
}
