import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conflictOf, locksOf, type Lock } from '../../agent/core/conflicts.ts';
import { encodeName, queriesFor } from '../../agent/core/network/dns-match.ts';
import { isNetworkName, nameOf, namePrefix, networkName } from '../../agent/core/network/names.ts';
import { carriersOf, parseRoutes4, parseRoutes6 } from '../../agent/core/network/routes.ts';
import { isIpv6Of, missingFrom, splitDump, toDump } from '../../agent/core/network/dump.ts';
import type { Owner } from '../../agent/core/network/traffic.ts';
import type { PlanInput, Step } from '../../agent/effects/contract.ts';
import { undoOf } from '../../agent/effects/steps.ts';
import { IMPLEMENTATIONS } from '../../agent/faults/index.ts';
import { parseNetwork, type Network } from '../../shared/addresses.ts';
import type { FaultParams } from '../../shared/domain/experiment.ts';
import { nodeId, orderId, runId, slotId } from '../../shared/domain/ids.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import { buildOrder } from '../support/orders.ts';

const NAME = 'rlt0123456789a';

function network(text: string): Network {
  const found = parseNetwork(text);
  if (found === null) throw new Error(`${text} is no network`);
  return found;
}

const FACTS: NonNullable<PlanInput['network']> = {
  devices: ['lo', 'eth0', 'eth1'],
  routes: [
    { destination: network('0.0.0.0/0'), device: 'eth0', metric: 0 },
    { destination: network('10.1.0.0/16'), device: 'eth1', metric: 0 },
    { destination: network('::/0'), device: 'eth0', metric: 1 },
  ],
  control: { coordinator: [{ address: network('10.0.0.9'), port: 7401 }], ssh: [22, 2222] },
  owners: [],
  udpPorts: [],
};

function plan(
  kind: FaultKind,
  params: FaultParams = {},
  more: Partial<PlanInput> = {},
): ReturnType<(typeof IMPLEMENTATIONS)['net-loss']['plan']> {
  return IMPLEMENTATIONS[kind].plan({
    params: { ...buildOrder(kind).params, ...params },
    targets: [],
    durationMs: 2500,
    drawKey: 'key',
    cpus: [0],
    name: NAME,
    network: FACTS,
    link: null,
    ...more,
  });
}

function stepsOf(...args: Parameters<typeof plan>): readonly Step[] {
  const steps = plan(...args);
  if ('code' in steps) throw new Error(steps.message);
  return steps;
}

/** The rules of the one step, a line each. */
function rulesOf(...args: Parameters<typeof plan>): string[] {
  const step = stepsOf(...args).at(-1);
  return step?.kind === 'network' ? step.objects.rules.trim().split('\n') : [];
}

const ON_PACKETS: FaultKind[] = [
  'net-corrupt',
  'net-delay',
  'net-duplicate',
  'net-loss',
  'net-partition',
  'net-rate',
  'net-reorder',
  'net-reset',
];

describe('a fault on packets', () => {
  it('lets the control path through before anything else', () => {
    expect(
      rulesOf('net-partition', { peers: ['10.1.2.3/16'], ports: ['443', '8000-8100'], exclude: ['fd00::1'] }),
    ).toEqual([
      'table netdev rlt0123456789a {',
      'counter seen { }',
      'counter hit { }',
      'set on { type ifname; flags timeout; elements = { "eth1" timeout 2500ms }; }',
      'set peers4 { type ipv4_addr; flags interval; auto-merge; elements = { 10.1.0.0/16 }; }',
      'set exclude6 { type ipv6_addr; flags interval; auto-merge; elements = { fd00:0:0:0:0:0:0:1/128 }; }',
      'set ports { type inet_service; flags interval; auto-merge; elements = { 443, 8000-8100 }; }',
      'chain out {',
      'ip daddr 10.0.0.9 tcp dport 7401 return',
      'tcp dport { 22, 2222 } return',
      'tcp sport { 22, 2222 } return',
      'udp dport { 67, 68, 546, 547 } return',
      'icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, nd-redirect } return',
      'meta protocol ip ip daddr @peers4 meta l4proto { tcp, udp } th dport @ports counter name seen counter name hit fwd to "rlt0123456789ao"',
      '}',
      'chain in {',
      'ip saddr 10.0.0.9 tcp sport 7401 return',
      'tcp dport { 22, 2222 } return',
      'tcp sport { 22, 2222 } return',
      'udp dport { 67, 68, 546, 547 } return',
      'icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, nd-redirect } return',
      'meta protocol ip ip saddr @peers4 meta l4proto { tcp, udp } th sport @ports counter name seen counter name hit drop',
      '}',
      'chain egress0 { type filter hook egress device "eth1" priority -10; oifname @on jump out; }',
      'chain ingress0 { type filter hook ingress device "eth1" priority -10; iifname @on jump in; }',
      '}',
    ]);
  });

  it.each<[FaultKind, FaultParams, string]>([
    [
      'net-delay',
      { delay: 100, jitter: 20, correlation: 0.25 },
      'netem limit 20000 delay 100ms 20ms 25% distribution normal',
    ],
    ['net-delay', { delay: 100, jitter: 20, distribution: 'uniform' }, 'netem limit 20000 delay 100ms 20ms 0%'],
    ['net-delay', { delay: 100 }, 'netem limit 20000 delay 100ms'],
    ['net-loss', { loss: 0.3 }, 'blackhole'],
    ['net-loss', { model: 'gilbert-elliott' }, 'netem limit 20000 loss gemodel 1% 10% 100% 0%'],
    ['net-corrupt', { corrupt: 0.005 }, 'netem limit 20000 corrupt 0.5%'],
    ['net-duplicate', { duplicate: 0.05 }, 'netem limit 20000 duplicate 5%'],
    ['net-reorder', { reorder: 0.25, delay: 10 }, 'netem limit 20000 delay 10ms reorder 25%'],
    ['net-rate', { rate: 10_000_000 }, 'tbf rate 10000000bit burst 16000b latency 200ms'],
    ['net-rate', { rate: 1_000_000_000 }, 'tbf rate 1000000000bit burst 1250000b latency 200ms'],
  ])('%s with %j is led through %s', (kind, params, qdisc) => {
    const [step] = stepsOf(kind, params);

    expect(
      step?.kind === 'network'
        ? step.objects.passages.map(({ device, qdisc: words }) => [device, words.join(' ')])
        : [],
    ).toEqual([[`${NAME}o`, qdisc]]);
  });

  it('loses a share by a draw of the kernel, and everything without one', () => {
    expect(rulesOf('net-loss', { loss: 0.3 }).join('\n')).toContain(
      'numgen random mod 1000000 < 300000 counter name hit fwd to',
    );
    expect(rulesOf('net-loss', { loss: 1 }).join('\n')).not.toContain('numgen');
    expect(rulesOf('net-loss', { loss: 0.3, direction: 'in' }).join('\n')).toContain('< 300000 counter name hit drop');
  });

  it('is told apart by the cgroup of the victim where its sockets are known, and marked on the way to the device', () => {
    const owners: readonly Owner[] = [{ kind: 'cgroup', path: 'system.slice/pay.service', level: 2 }];
    const rules = rulesOf('net-loss', { loss: 1, direction: 'both' }, { network: { ...FACTS, owners } }).join('\n');

    expect(rules).toMatch(/oifname @on jump marking/u);
    expect(rules).toMatch(
      /^meta protocol ip socket cgroupv2 level 2 "system.slice\/pay.service" counter name seen meta priority set 7\w{3}:1\w{3}$/mu,
    );
    expect(rules).toMatch(/^meta priority 7\w{3}:1\w{3} counter name hit fwd to "rlt0123456789ao"$/mu);
    expect(rules).toMatch(
      /meta protocol ip socket cgroupv2 level 2 "system.slice\/pay.service" counter name seen counter name hit drop/u,
    );
  });

  it('is told apart by user on its way out', () => {
    const owners: readonly Owner[] = [{ kind: 'user', uid: 33 }];

    expect(rulesOf('net-delay', {}, { network: { ...FACTS, owners } }).join('\n')).toContain(
      'meta protocol ip meta skuid 33 counter',
    );
  });

  it.each(ON_PACKETS)('%s is undone by its name alone', (kind) => {
    const [step, ...more] = stepsOf(kind);

    expect(more).toEqual([]);
    expect(step && undoOf(step)).toEqual({ kind: 'network', name: NAME });
  });

  it.each<[string, FaultParams, Partial<PlanInput>, string]>([
    ['an interface that is not there', { interface: 'eth7' }, {}, 'the node has no interface eth7'],
    [
      'peers without a route',
      { peers: ['10.1.0.1'] },
      { network: { ...FACTS, routes: [] } },
      'the node has no route to any of the peers',
    ],
    [
      'victims that share a cgroup',
      {},
      { network: { ...FACTS, owners: 'shared' } },
      'the traffic of the chosen processes cannot be told apart: shared',
    ],
  ])('is refused for %s', (_, params, more, message) => {
    expect(plan('net-partition', params, more)).toEqual({ code: 'FAULT_NOT_POSSIBLE', message });
  });
});

describe('net-down', () => {
  const link = { device: 'eth1', addresses: 'AA==', routes: 'AA==' };

  it('saves what it takes away in its undo', () => {
    const [step] = stepsOf('net-down', { interface: 'eth1' }, { link });

    expect(step && undoOf(step)).toEqual({ kind: 'link-up', ...link });
  });

  it('is refused where the route to the coordinator leads, for loopback, and for what is not up', () => {
    expect(plan('net-down', { interface: 'eth0' }, { link: { ...link, device: 'eth0' } })).toMatchObject({
      message: 'eth0 carries the route to the coordinator',
    });
    expect(plan('net-down', { interface: 'lo' }, { link: { ...link, device: 'lo' } })).toMatchObject({
      code: 'FAULT_NOT_POSSIBLE',
    });
    expect(plan('net-down', { interface: 'eth7' })).toMatchObject({
      message: 'the node has no interface eth7 that is up',
    });
  });
});

describe('net-dns', () => {
  it('matches the question byte by byte', () => {
    expect(encodeName('db.example').toString('latin1')).toBe('\u0002db\u0007example\u0000');
    expect(queriesFor(['db.example'])).toEqual(['udp dport 53 @th,160,96 0x026462076578616d706c6500']);
  });

  it('leads a query to its own responder, on a port that is free', () => {
    const port = (udpPorts: readonly number[]): number => {
      const [spawned] = stepsOf('net-dns', { answer: 'nxdomain' }, { network: { ...FACTS, udpPorts } });
      return spawned?.kind === 'spawn' ? Number(spawned.args[0]) : 0;
    };
    const first = port([]);

    expect(port([first])).toBe(first + 1);
    expect(rulesOf('net-dns', { answer: 'nxdomain' }).join('\n')).toContain(`redirect to :${first}`);
  });
});

describe('routes', () => {
  const routes = [
    ...parseRoutes4(
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n' +
        'eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n' +
        'eth1\t0000010A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n' +
        'eth2\t0000020A\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0\n',
    ),
    ...parseRoutes6(
      'fd000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth1\n' +
        'ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth3\n' +
        '00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo\n',
    ),
  ];

  it.each([
    [['8.8.8.8'], ['eth0']],
    [['10.1.2.3'], ['eth1']],
    [['10.2.2.3'], ['eth0']],
    [['10.0.0.0/8'], ['eth0', 'eth1']],
    [['fd00::1'], ['eth1']],
    [['127.0.0.1', '::1'], []],
    [[], ['eth0', 'eth1']],
  ])('to %j lead over %j', (peers, devices) => {
    expect(
      carriersOf(
        peers.map((peer) => network(peer)),
        routes,
      ),
    ).toEqual(devices);
  });
});

describe('the locks of shaping faults', () => {
  const lock = (params: FaultParams, kind: FaultKind = 'net-delay'): Lock[] =>
    locksOf({ fault: kind, params: { ...buildOrder(kind).params, ...params }, targets: [], owners: [] });

  it.each<[string, FaultParams, FaultParams, boolean]>([
    ['the same packets', {}, {}, true],
    ['other peers', { peers: ['10.0.0.1'] }, { peers: ['10.0.0.2'] }, false],
    ['a peer of a network', { peers: ['10.0.0.0/8'] }, { peers: ['10.0.0.2'] }, true],
    ['other ways', { direction: 'in' }, { direction: 'out' }, false],
    ['other ports', { ports: ['80'] }, { ports: ['81-90'] }, false],
    ['ports within a range', { ports: ['80-90'] }, { ports: ['85'] }, true],
    ['other protocols', { protocol: 'tcp' }, { protocol: 'udp' }, false],
    ['other interfaces', { interface: 'eth0' }, { interface: 'eth1' }, false],
    ['an interface and whatever carries the route', { interface: 'eth0' }, {}, true],
  ])('conflict over %s: %j, %j', (_, one, other, conflicts) => {
    expect(conflictOf(lock(one), [lock(other, 'net-rate')]) !== null).toBe(conflicts);
    expect(conflictOf(lock(other, 'net-rate'), [lock(one)]) !== null).toBe(conflicts);
  });

  it('leave random loss and partition alone: what is left of the packets can be shaped', () => {
    expect(conflictOf(lock({}), [lock({}, 'net-loss'), lock({}, 'net-partition')])).toBeNull();
  });
});

describe('names in the kernel', () => {
  it('fit a device, tell the node, and differ from order to order', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (run, other) => {
        const name = networkName(orderId(runId(run), slotId('smoke', 1, 1), nodeId('node-a')));
        const another = networkName(orderId(runId(other), slotId('smoke', 1, 1), nodeId('node-a')));

        expect(isNetworkName(name)).toBe(true);
        expect(`${name}o`.length).toBeLessThanOrEqual(15);
        expect(nameOf(`${name}i`)).toBe(name);
        expect(name.startsWith(namePrefix(nodeId('node-a')))).toBe(true);
        expect(name === another).toBe(run === other);
      }),
    );
  });

  it.each(['eth0', 'rlt', 'rlt0123456789', 'rlt0123456789ax', 'xrlt0123456789a', 'docker0'])(
    'never claim %s',
    (name) => {
      expect(nameOf(name)).toBeNull();
    },
  );
});

describe('a saved interface', () => {
  const message = (type: number, body: readonly number[]): Buffer => {
    const header = Buffer.alloc(16);
    header.writeUInt32LE(16 + body.length);
    header.writeUInt16LE(type, 4);
    return Buffer.concat([header, Buffer.from(body)]);
  };
  // struct ifaddrmsg, then IFA_ADDRESS (1) and IFA_CACHEINFO (6).
  const address = (last: number, lifetime: number): Buffer =>
    message(20, [10, 64, 0x80, 0, 7, 0, 0, 0, 8, 0, 1, 0, 1, 2, 3, last, 8, 0, 6, 0, lifetime, 0, 0, 0]);

  it('is read back as it was', () => {
    const messages = [address(1, 9), address(2, 9)];

    expect(splitDump('address', toDump('address', messages))).toEqual(messages);
    expect(isIpv6Of(7, address(1, 9))).toBe(true);
    expect(isIpv6Of(8, address(1, 9))).toBe(false);
  });

  it('lacks what is not there, whatever lifetimes have become', () => {
    expect(missingFrom('address', [address(1, 3)], [address(1, 9)])).toEqual([]);
    expect(missingFrom('address', [address(1, 3)], [address(2, 3)])).toEqual([address(2, 3)]);
  });

  it('that cannot be read is not taken down', () => {
    expect(() => splitDump('route', Buffer.from('nonsense'))).toThrow('ip has not saved any route');
    expect(() => splitDump('address', Buffer.concat([toDump('address', []), Buffer.alloc(8, 1)]))).toThrow(
      'cannot be read',
    );
  });
});
