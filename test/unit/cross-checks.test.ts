import { describe, expect, it } from 'vitest';
import { troubleWithUse } from '../../shared/faults/cross-checks.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import type { FaultParams, ProcessSelector } from '../../shared/domain/experiment.ts';
import { buildOrder } from '../support/orders.ts';

function trouble(kind: FaultKind, more: FaultParams, processes: ProcessSelector | null = null): string | null {
  return troubleWithUse(kind, { ...buildOrder(kind).params, ...more }, processes)?.param ?? null;
}

describe('parameters together', () => {
  it.each<[string, FaultKind, FaultParams, ProcessSelector | null, string | null]>([
    ['ports of ICMP', 'net-loss', { protocol: 'icmp', ports: ['80'] }, null, 'ports'],
    ['local ports of ICMP', 'net-loss', { protocol: 'icmp', localPorts: ['80'] }, null, 'localPorts'],
    ['ports of UDP', 'net-loss', { protocol: 'udp', ports: ['80'] }, null, null],
    ['more jitter than delay', 'net-delay', { delay: 10, jitter: 11 }, null, 'jitter'],
    ['as much jitter as delay', 'net-delay', { delay: 10, jitter: 10 }, null, null],
    ['a wrong answer without addresses', 'net-dns', { answer: 'address' }, null, 'addresses'],
    ['addresses without a wrong answer', 'net-dns', { answer: 'nxdomain', addresses: ['1.2.3.4'] }, null, 'addresses'],
    ['a wrong answer', 'net-dns', { answer: 'address', addresses: ['1.2.3.4'] }, null, null],
    ['a service delayed both ways', 'net-delay', { direction: 'both' }, { service: 'a' }, 'direction'],
    ['a service delayed on its way out', 'net-delay', { direction: 'out' }, { service: 'a' }, null],
    [
      'bursts of loss of a service, inbound',
      'net-loss',
      { model: 'gilbert-elliott', direction: 'in' },
      { service: 'a' },
      'direction',
    ],
    ['random loss of a service, inbound', 'net-loss', { direction: 'in' }, { service: 'a' }, null],
    ['a service cut off both ways', 'net-partition', { direction: 'both' }, { unit: 'a.service' }, null],
    ['a user cut off both ways', 'net-partition', { direction: 'both' }, { user: 'www' }, 'direction'],
    ['a user cut off on his way out', 'net-partition', { direction: 'out' }, { user: 'www' }, null],
  ])('%s', (_, ...[kind, more, processes, param]) => {
    expect(trouble(kind, more, processes)).toBe(param);
  });
});
