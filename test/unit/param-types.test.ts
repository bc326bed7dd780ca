import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FaultParams, ParamValue } from '../../shared/domain/experiment.ts';
import { troubleWithUse } from '../../shared/faults/cross-checks.ts';
import { FAULT_KINDS, faultSpec } from '../../shared/faults/index.ts';
import { fitsParam, isHostName, parsePorts } from '../../shared/faults/param-types.ts';
import type { ParamSpec, ParamType } from '../../shared/faults/spec.ts';
import { parseExperiment } from '../../shared/schema/document.ts';
import { readParams } from '../../shared/schema/param.ts';
import { formatIssue } from '../../shared/schema/source.ts';
import { NETWORK } from '../support/documents.ts';

/** The parameters of the document of all network faults, with one step's changed. */
function refusals(piece: string, by: string): string[] {
  if (NETWORK.split(piece).length !== 2) throw new Error(`the document has ${piece} not exactly once`);
  const parsed = parseExperiment(
    NETWORK.replace(piece, () => by),
    'x.yaml',
  );
  return parsed.ok ? [] : parsed.issues.map((issue) => formatIssue(issue).replace(/^x\.yaml:\d+:\d+: /u, ''));
}

const PARAMS = (step: number): string => `stages[0].steps[${step}].params`;

describe('the parameters of a network fault', () => {
  it('are read into their base units, complete, and each in one form', () => {
    const parsed = parseExperiment(NETWORK, 'x.yaml');

    const steps = parsed.ok ? (parsed.experiment.stages[0]?.steps ?? []) : [];
    const filters = {
      peers: [],
      exclude: [],
      interface: null,
      ports: [],
      localPorts: [],
      protocol: 'any',
      direction: 'out',
    };
    expect(steps.map(({ fault, pick, params }) => [fault, pick.kind, params])).toEqual([
      [
        'net-delay',
        'all',
        {
          ...filters,
          delay: 200,
          jitter: 50,
          correlation: 0.25,
          distribution: 'pareto',
          peers: ['target:payments'],
          direction: 'both',
        },
      ],
      ['net-loss', 'all', { ...filters, ...LOSS, loss: 0.2, ports: ['5432'] }],
      [
        'net-loss',
        'all',
        { ...filters, ...LOSS, model: 'gilbert-elliott', lossInBurst: 0.9, lossOutside: 0.001, interface: 'eth1' },
      ],
      ['net-corrupt', 'all', { ...filters, corrupt: 0.005, protocol: 'udp', localPorts: ['53', '8000-8100'] }],
      [
        'net-duplicate',
        'all',
        { ...filters, duplicate: 0.01, peers: ['10.0.0.0/8', 'fd00::/8'], exclude: ['10.0.0.1'] },
      ],
      ['net-reorder', 'all', { ...filters, reorder: 0.1, delay: 20, protocol: 'icmp' }],
      ['net-rate', 'all', { ...filters, rate: 1_500_000, peers: ['db.example'], direction: 'in' }],
      [
        'net-partition',
        'all',
        {
          ...filters,
          action: 'drop',
          peers: ['target:payments'],
          exclude: ['db.example', 'fd00::7'],
          direction: 'both',
        },
      ],
      ['net-partition', 'all', { ...filters, action: 'reject' }],
      [
        'net-reset',
        'all',
        { peers: [], exclude: [], interface: null, localPorts: [], ports: ['443', '8443'], direction: 'both' },
      ],
      [
        'net-dns',
        'one',
        {
          names: ['payments.example', 'api.example'],
          answer: 'address',
          delay: 1000,
          addresses: ['192.0.2.1', '2001:db8::1'],
        },
      ],
      ['net-dns', 'one', { names: ['api.example'], answer: 'delay', delay: 3000, addresses: [] }],
      ['net-down', 'one', { interface: 'eth1' }],
    ]);
  });

  it.each<[string, string, string]>([
    ['delay: 200ms', 'delay: 200', `${PARAMS(0)}.delay: expected a duration such as 500ms, 30s or 2m, not 200`],
    ['delay: 200ms', 'delay: 0s', `${PARAMS(0)}.delay: must be from 1ms to 1m`],
    [
      'delay: 200ms',
      'dealy: 200ms',
      `${PARAMS(0)}: \`dealy\` is not a key of the parameters of net-delay; did you mean \`delay\`?`,
    ],
    [
      'jitter: 50ms',
      'jitter: 201ms',
      `${PARAMS(0)}.jitter: must not be longer than \`delay\`: no packet can leave before it came`,
    ],
    [
      'distribution: pareto',
      'distribution: poisson',
      `${PARAMS(0)}.distribution: expected one of normal, uniform, pareto, paretonormal, not "poisson"`,
    ],
    ['loss: 20%', 'loss: 0%', `${PARAMS(1)}.loss: must be from 0.01% to 100%`],
    ['loss: 20%', 'loss: 20', `${PARAMS(1)}.loss: must be from 0.01% to 100%`],
    ['ports: 5432', 'ports: 0', `${PARAMS(1)}.ports: expected a port or a range such as 8000-8100, not 0`],
    ['ports: 5432', 'ports: 65536', `${PARAMS(1)}.ports: expected a port or a range such as 8000-8100, not 65536`],
    ['ports: 5432', 'ports: []', `${PARAMS(1)}.ports: expected a list of ports that is not empty`],
    [
      'ports: 5432',
      'ports: 5432, direction: sideways',
      `${PARAMS(1)}.direction: expected one of in, out, both, not "sideways"`,
    ],
    [
      'interface: eth1 } }\n      - { fault: net-corrupt',
      'interface: "eth1; drop" } }\n      - { fault: net-corrupt',
      `${PARAMS(2)}.interface: expected the name of a network interface, not "eth1; drop"`,
    ],
    [
      'interface: eth1 } }\n      - { fault: net-corrupt',
      'interface: eth1, direction: in } }\n      - { fault: net-corrupt',
      '',
    ],
    [
      '[53, 8000-8100]',
      '[53, 8100-8000]',
      `${PARAMS(3)}.localPorts[1]: expected a port or a range such as 8000-8100, not "8100-8000"`,
    ],
    [
      '[10.0.0.0/8, "fd00::/8"]',
      '[10.0.0.0/33]',
      `${PARAMS(4)}.peers[0]: expected an address, a CIDR, a host name or target:NAME, not "10.0.0.0/33"`,
    ],
    [
      '[10.0.0.0/8, "fd00::/8"]',
      '10.0.0',
      `${PARAMS(4)}.peers: expected an address, a CIDR, a host name or target:NAME, not "10.0.0"`,
    ],
    [
      '[10.0.0.0/8, "fd00::/8"]',
      '"fe80::1%eth0"',
      `${PARAMS(4)}.peers: expected an address, a CIDR, a host name or target:NAME, not "fe80::1%eth0"`,
    ],
    [
      '[10.0.0.0/8, "fd00::/8"]',
      '["http://db.example"]',
      `${PARAMS(4)}.peers[0]: expected an address, a CIDR, a host name or target:NAME, not "http://db.example"`,
    ],
    [
      '[10.0.0.0/8, "fd00::/8"]',
      '["target:"]',
      `${PARAMS(4)}.peers[0]: expected an address, a CIDR, a host name or target:NAME, not "target:"`,
    ],
    [
      'exclude: 10.0.0.1',
      'exclude: [10.0.0.1, target:payment]',
      `${PARAMS(4)}.exclude[1]: there is no target payment; did you mean \`payments\`?`,
    ],
    [
      'exclude: 10.0.0.1',
      'exclude: target:constructor',
      `${PARAMS(4)}.exclude: expected an address, a CIDR, a host name or target:NAME, not "target:constructor"`,
    ],
    [
      'protocol: icmp',
      'protocol: icmp, ports: 80',
      `${PARAMS(5)}.ports: ICMP has no ports: leave them out, or name tcp or udp`,
    ],
    [
      'rate: 1.5mbit',
      'rate: 1.5Mbit',
      `${PARAMS(6)}.rate: expected a bit rate such as 500kbit, 10mbit or 1gbit, not "1.5Mbit"`,
    ],
    ['rate: 1.5mbit', 'rate: 1kbit', `${PARAMS(6)}.rate: must be from 8kbit to 100gbit`],
    [
      'params: { action: reject, direction: out }',
      'params: { action: reject }',
      `${PARAMS(8)}.direction: the traffic of a user can be told only on its way out: say \`direction: out\``,
    ],
    ['{ loss: 20%, ports: 5432 }', '{ loss: 20%, direction: both }', ''],
    [
      'fault: net-loss, target: worker, duration: 2m, params: { loss: 20%, ports: 5432 }',
      'fault: net-delay, target: worker, duration: 2m, params: { direction: in }',
      `${PARAMS(1)}.direction: net-delay on the traffic of chosen processes works only on its way out: say \`direction: out\``,
    ],
    [
      'answer: delay',
      'answer: delay, addresses: 192.0.2.1',
      `${PARAMS(11)}.addresses: go with the answer \`address\` alone`,
    ],
    ['answer: delay', 'answer: address', `${PARAMS(11)}.addresses: are needed for the answer \`address\``],
    ['names: api.example, ', '', `${PARAMS(11)}.names: is missing: expected a host name`],
    ['names: api.example,', 'names: "*.example",', `${PARAMS(11)}.names: expected a host name, not "*.example"`],
    [
      'duration: 60s, params: { interface: eth1 }',
      'duration: 61s, params: { interface: eth1 }',
      'stages[0].steps[12].duration: net-down lasts at most 1m',
    ],
    [
      'duration: 60s, params: { interface: eth1 }',
      'duration: 60s',
      `${PARAMS(12)}.interface: is missing: expected the name of a network interface`,
    ],
    [
      'target: worker, duration: 2m, params: { ports: [443, 8443] }',
      'target: worker, pick: one, duration: 2m',
      'stages[0].steps[9].pick: net-reset is about all of their traffic and picks no processes',
    ],
    [
      'fault: net-down, target: orders',
      'fault: net-down, target: worker',
      'stages[0].steps[12].target: net-down is about the node; name a target without `processes`',
    ],
    ['mode: all, duration: 2m, params', 'mode: all, params', 'stages[0].steps[7]: net-partition needs a `duration`'],
  ])('with %s changed to %s: %s', (piece, by, message) => {
    expect(refusals(piece, by)).toEqual(message === '' ? [] : [message]);
  });
});

const LOSS = { loss: 0.1, model: 'random', burstStart: 0.01, burstEnd: 0.1, lossInBurst: 1, lossOutside: 0 };

function spec(type: ParamType, more: Partial<ParamSpec> = {}): ParamSpec {
  return { type, doc: '', default: null, ...more };
}

describe('what an agent believes', () => {
  it.each<[ParamType, ParamValue, boolean]>([
    ['interface', 'eth0.100', true],
    ['interface', 'enp0s31f6', true],
    ['interface', 'a234567890123456', false],
    ['interface', '-eth0', false],
    ['interface', '"', false],
    ['interface', 'eth0\n', false],
    ['peers', ['10.0.0.0/8', 'fd00::1'], true],
    ['peers', ['db.example'], false],
    ['peers', ['target:orders'], false],
    ['peers', ['10.0.0.1 }; flush ruleset'], false],
    ['peers', '10.0.0.1', false],
    ['peers', Array.from({ length: 20_000 }, () => '10.0.0.1'), true],
    ['peers', Array.from({ length: 20_001 }, () => '10.0.0.1'), false],
    ['ports', ['1', '65535', '8000-8100'], true],
    ['ports', ['0'], false],
    ['ports', ['65536'], false],
    ['ports', ['9-8'], false],
    ['ports', ['80 '], false],
    ['addresses', ['192.0.2.1', '::'], true],
    ['addresses', ['192.0.2.0/24'], false],
    ['addresses', ['fe80::1%eth0'], false],
    ['names', ['a.example', '_srv.x'], true],
    ['names', ['A.example'], false],
    ['names', ['a..b'], false],
    ['bitrate', 1000, true],
    ['bitrate', 1000.5, false],
    ['bitrate', Number.NaN, false],
  ])('of %s and the value %j is %j', (type, value, fits) => {
    expect(fitsParam(value, spec(type))).toBe(fits);
  });

  it('is a required list only with something in it', () => {
    expect(fitsParam([], spec('names', { default: [], required: true }))).toBe(false);
    expect(fitsParam(null, spec('interface', { required: true }))).toBe(false);
    expect(fitsParam(null, spec('interface'))).toBe(true);
  });

  it('is whatever a document may say, once its peers are addresses', () => {
    const scalar = fc.constantFrom<unknown>(
      '50%',
      0.5,
      1,
      0,
      '10ms',
      '90s',
      '10mbit',
      80,
      '80-90',
      'eth0',
      'out',
      'both',
      'tcp',
      'icmp',
      'drop',
      'address',
      '10.0.0.1',
      'a.example',
      'gilbert-elliott',
      'uniform',
      true,
      null,
      '',
    );
    const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
    let accepted = 0;

    fc.assert(
      fc.property(fc.constantFrom(...FAULT_KINDS), fc.infiniteStream(value), fc.nat(), (kind, values, which) => {
        const fault = faultSpec(kind);
        const names = Object.keys(fault.params).filter((_, index) => (which >> index) % 2 === 1);
        const written = Object.fromEntries(names.map((name) => [name, values.next().value]));
        let complaints = 0;
        const params = readParams(fault, written, { addIssue: () => (complaints += 1) });
        if (complaints > 0 || troubleWithUse(kind, params, null) !== null) return;
        accepted += 1;

        const resolved: FaultParams = { ...params, ...resolvedPeers(params) };
        const bad = Object.entries(fault.params).filter(([name, param]) => !fitsParam(resolved[name], param));
        expect(bad).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

function resolvedPeers(params: FaultParams): FaultParams {
  const lists = Object.entries(params).filter(([name]) => name === 'peers' || name === 'exclude');
  return Object.fromEntries(lists.map(([name, list]) => [name, Array.isArray(list) ? list.map(() => '10.0.0.1') : []]));
}

describe('names and ports', () => {
  it.each([
    ['localhost', true],
    ['a-b.c_d.example', true],
    [`${'a'.repeat(63)}.example`, true],
    [`${'a'.repeat(64)}.example`, false],
    [`${'a.'.repeat(127)}a`, false],
    ['-a.example', false],
    ['a.example.', false],
    ['', false],
    ['a b', false],
  ])('%j is a host name: %j', (text, is) => {
    expect(isHostName(text)).toBe(is);
  });

  it('are ranges with both ends', () => {
    expect(parsePorts('443')).toEqual({ first: 443, last: 443 });
    expect(parsePorts('8000-8100')).toEqual({ first: 8000, last: 8100 });
    expect(parsePorts('1-2-3')).toBeNull();
  });
});
