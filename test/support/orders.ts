// Builders of orders and of what is chosen by them.

import type { FaultParams } from '../../shared/domain/experiment.ts';
import { orderId, runId, slotId, nodeId } from '../../shared/domain/ids.ts';
import type { InjectOrder, ProcessIdentity } from '../../shared/domain/order.ts';
import { faultSpec, type FaultKind } from '../../shared/faults/index.ts';
import { specHash } from '../../shared/faults/spec.ts';

/** What has no default. */
const REQUIRED: Partial<Record<FaultKind, FaultParams>> = {
  'net-dns': { names: ['db.example'] },
  'net-down': { interface: 'eth0' },
};

let count = 0;

export function buildOrder(fault: FaultKind, more: Partial<InjectOrder> = {}): InjectOrder {
  count += 1;
  const spec = faultSpec(fault);
  const defaults = Object.fromEntries(Object.entries(spec.params).map(([name, param]) => [name, param.default]));
  const run = runId(`run-${count}`);
  const slot = slotId('smoke', 1, 1);
  return {
    id: orderId(run, slot, nodeId('node-a')),
    run,
    slot,
    term: 1,
    fault,
    specHash: specHash(spec),
    params: { ...defaults, ...REQUIRED[fault] },
    processes: spec.processes === 'required' ? { cmdline: 'nothing-like-this' } : null,
    pick: { kind: 'one' },
    drawKey: 'key',
    durationMs: spec.duration === 'required' ? 60_000 : null,
    leaseMs: 60_000,
    notAfterMs: 60_000,
    ...more,
  };
}

export function buildIdentity(more: Partial<ProcessIdentity> = {}): ProcessIdentity {
  return {
    pid: 100,
    startTicks: '5000',
    startedAt: 0,
    name: 'worker',
    argv: ['worker'],
    exe: '/usr/bin/worker',
    user: 'app',
    unit: null,
    cgroup: null,
    service: null,
    ports: [],
    ageRank: 0,
    identity: 'abc',
    ...more,
  };
}
