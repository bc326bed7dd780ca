// Guards, injections and processes to ask them about.

import type { GuardedInjection, GuardReading } from '../../agent/core/guard.ts';
import type { HostProcess } from '../../agent/core/match.ts';
import type { Guard } from '../../shared/domain/guard.ts';
import type { Hours } from '../../shared/domain/hours.ts';

/** Lets everything through in staging. */
export function buildGuard(more: Partial<Guard> = {}): Guard {
  return {
    environment: 'staging',
    allow: null,
    deny: [],
    targets: { allow: null, deny: [] },
    most: null,
    longestMs: null,
    hours: [],
    ...more,
  };
}

export function buildReading(more: Partial<Guard> = {}): GuardReading {
  return { ok: true, guard: buildGuard(more) };
}

export function buildInjection(more: Partial<GuardedInjection> = {}): GuardedInjection {
  return { fault: 'process-kill', lengthMs: 10_000, others: 0, ...more };
}

/** Monday to Friday, nine to five in Berlin. */
export function buildHours(more: Partial<Hours> = {}): Hours {
  return {
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    fromMinute: 9 * 60,
    toMinute: 17 * 60,
    timezone: 'Europe/Berlin',
    ...more,
  };
}

export function buildProcess(more: Partial<HostProcess> = {}): HostProcess {
  return {
    pid: 500,
    ppid: 400,
    startTicks: '9000',
    startedAt: 0,
    name: 'node',
    argv: ['node', 'orders.js'],
    exe: '/usr/bin/node',
    user: 'app',
    uid: 1001,
    unit: 'orders.service',
    cgroup: '/system.slice/orders.service',
    container: null,
    ports: [8080],
    ...more,
  };
}
