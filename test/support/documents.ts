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
  return [SMALL, FULL, NETWORK, exampleDocument('game-day'), exampleDocument('double-charge')];
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
      - { fault: process-kill, target: orders, mode: one, slack: 90s }
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
window:
  - { days: mon-thu, from: "09:00", to: "16:00", timezone: Europe/Berlin }
  - { days: sat, from: "22:00", to: "02:00", timezone: UTC }
approvals: 1
schedule: { cron: "0 10 * * mon-thu", timezone: Europe/Berlin }
`;

/** Every fault of the network, each parameter written in one of its forms at least once. */
export const NETWORK = `apiVersion: roulette/v1
kind: Experiment
name: bad-day-on-the-wire
owner: payments-oncall
environment: staging
hypothesis: Orders are still accepted.
targets:
  orders:
    nodes: { role: orders }
  worker:
    nodes: { role: orders }
    processes: { unit: worker.service }
  www:
    nodes: { role: orders }
    processes: { user: www-data }
  payments:
    nodes: { role: payments }
monitors:
  up: { http: { url: "http://127.0.0.1:8080/", rate: 1/s } }
steadyState:
  - up >= 95%
stages:
  - name: all
    together: true
    steps:
      - { fault: net-delay, target: orders, duration: 2m, params: { delay: 200ms, jitter: 50ms, correlation: 25%, distribution: pareto, peers: target:payments, direction: both } }
      - { fault: net-loss, target: worker, duration: 2m, params: { loss: 20%, ports: 5432 } }
      - { fault: net-loss, target: orders, duration: 2m, params: { model: gilbert-elliott, burstStart: 1%, burstEnd: 10%, lossInBurst: 90%, lossOutside: 0.001, interface: eth1 } }
      - { fault: net-corrupt, target: orders, duration: 2m, params: { corrupt: 0.5%, protocol: udp, localPorts: [53, 8000-8100] } }
      - { fault: net-duplicate, target: orders, duration: 2m, params: { duplicate: 1%, peers: [10.0.0.0/8, "fd00::/8"], exclude: 10.0.0.1 } }
      - { fault: net-reorder, target: orders, duration: 2m, params: { reorder: 10%, delay: 20ms, protocol: icmp } }
      - { fault: net-rate, target: orders, duration: 2m, params: { rate: 1.5mbit, peers: DB.example, direction: in } }
      - { fault: net-partition, target: orders, mode: all, duration: 2m, params: { peers: target:payments, exclude: [db.example, "fd00::7"] } }
      - { fault: net-partition, target: www, duration: 2m, params: { action: reject, direction: out } }
      - { fault: net-reset, target: worker, duration: 2m, params: { ports: [443, 8443] } }
      - { fault: net-dns, target: orders, duration: 2m, params: { names: [Payments.example, api.example], answer: address, addresses: [192.0.2.1, "2001:db8::1"] } }
      - { fault: net-dns, target: orders, duration: 2m, params: { names: api.example, answer: delay, delay: 3s } }
      - { fault: net-down, target: orders, duration: 60s, params: { interface: eth1 } }
`;
