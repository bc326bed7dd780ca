// Faults on packets between real hosts in namespaces, measured from outside, IPv4 and IPv6 alike.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultParams } from '../../shared/domain/experiment.ts';
import { startNetworkBed, type NetworkBed, type Peer, type Played, type Probe } from '../support/network-hosts.ts';

const UDP = 4000;
const TCP = 5000;
const SINK = 5001;
/** A full frame, as queues count it, and the payload of TCP in it. */
const FRAME_SHARE = 1514 / 1448;
/** Of so many, four percent more or less than asked are four standard deviations. */
const MANY = 2500;
const FAMILIES = ['v4', 'v6'] as const;
type Family = (typeof FAMILIES)[number];

const isRoot = process.geteuid?.() === 0;
if (!isRoot) console.warn('skipped: faults of the network need root');

describe.skipIf(!isRoot)('a fault on packets', () => {
  let bed: NetworkBed;
  let victim: Probe;
  const peers = new Map<Peer, Probe>();
  let before = '';
  let marks = 0;

  beforeAll(async () => {
    bed = await startNetworkBed();
    victim = await bed.startProbe('v');
    for (const name of ['a', 'b'] as const) peers.set(name, await bed.startProbe(name));
    for (const probe of [victim, ...peers.values()]) {
      await probe.ask('serveUdp', { port: UDP });
      await probe.ask('serveTcp', { port: TCP, kind: 'echo' });
      await probe.ask('serveTcp', { port: SINK, kind: 'sink' });
    }
    // What is foreign: an accept before anything else, in every hook, and a root qdisc that somebody has chosen.
    bed.run('v', 'nft', ['-f', '-'], FOREIGN);
    bed.run('v', 'tc', [
      'qdisc',
      'add',
      'dev',
      'a0',
      'root',
      'handle',
      '7:',
      'tbf',
      'rate',
      '1gbit',
      'burst',
      '1mb',
      'latency',
      '50ms',
    ]);
  });

  afterAll(async () => {
    await bed[Symbol.asyncDispose]();
  });

  beforeEach(() => {
    before = bed.state();
  });

  afterEach(() => {
    expect(bed.state()).toBe(before);
  });

  function peer(name: Peer): Probe {
    const found = peers.get(name);
    if (found === undefined) throw new Error(`no peer ${name}`);
    return found;
  }

  /** Share of numbered packets that never came. */
  async function lossTo(way: 'out' | 'in', family: Family, count = 1000): Promise<number> {
    const host: Peer = 'a';
    marks += 1;
    const [from, to] = way === 'out' ? [victim, peer(host)] : [peer(host), victim];
    const address = way === 'out' ? bed.address(host) : bed.victimAddress(host);
    const train = { to: address[family], port: UDP, mark: marks, count, together: 8, everyMs: 10 };
    // Slowly: a receiver that a busy machine holds up for half a second is to lose none of them itself.
    const { refused } = await from.ask('sendTrain', train);
    expect(refused).toBe(0);
    await to.ask('askUdp', { to: '127.0.0.1', port: UDP });
    const arrived = await to.ask('arrivals', { port: UDP, mark: marks });
    return (count - arrived.length) / count;
  }

  async function reaches(host: Peer, family: Family = 'v4', port = UDP): Promise<string> {
    return victim.ask('askUdp', { to: bed.address(host)[family], port, withinMs: 400 });
  }

  async function during<T>(played: Promise<Played>, look: () => Promise<T>): Promise<T> {
    const active = await played;
    try {
      return await look();
    } finally {
      await active.revert();
    }
  }

  const PEER = { v4: '10.9.1.2', v6: 'fd09:1::/64' } as const;

  describe.each(FAMILIES)('over IP%s', (family) => {
    it.each(['out', 'in'] as const)('loses 30 % of 2,500 packets on their way %s, +- 4', async (direction) => {
      const lost = await during(bed.play('net-loss', { peers: [PEER[family]], loss: 0.3, direction }), () =>
        lossTo(direction, family, MANY),
      );

      expect(lost).toBeGreaterThan(0.26);
      expect(lost).toBeLessThan(0.34);
      expect(await lossTo(direction, family)).toBe(0);
    });

    it('cuts a peer off one way, and the other way still carries packets', async () => {
      const played = bed.play('net-partition', { peers: [PEER[family]], direction: 'in' });

      const [out, inbound] = await during(played, async () => [
        await lossTo('out', family),
        await lossTo('in', family),
      ]);

      expect([out, inbound]).toEqual([0, 1]);
    });

    it('cuts a peer off both ways, and no other', async () => {
      const played = bed.play('net-partition', { peers: [PEER[family]] });

      const seen = await during(played, async () => [
        await lossTo('out', family),
        await lossTo('in', family),
        await reaches('b', family),
      ]);

      expect(seen).toEqual([1, 1, 'answered']);
    });

    it('rejects instead of dropping when asked to', async () => {
      const played = bed.play('net-partition', { peers: [PEER[family]], action: 'reject', direction: 'out' });

      const seen = await during(played, async () => [
        await victim.ask('tryTcp', { to: bed.address('a')[family], port: TCP }),
        await reaches('a', family),
      ]);

      expect(seen).toEqual(['ECONNREFUSED', expect.stringMatching(/^(?:EPERM|ECONNREFUSED)$/u)]);
    });

    it.each(['out', 'in'] as const)('limits the bandwidth %s to 8 Mbit/s, within 10 %', async (direction) => {
      const played = bed.play('net-rate', { peers: [PEER[family]], rate: 8_000_000, direction });
      const [from, to] = direction === 'out' ? [victim, peer('a')] : [peer('a'), victim];
      const address = direction === 'out' ? bed.address('a') : bed.victimAddress('a');

      const mbits = await during(played, async () => {
        const flood = from.ask('flood', { to: address[family], port: SINK, forMs: 6000 });
        const half = await new Promise<{ bytes: number; atMs: number }>((resolve) => {
          setTimeout(() => void to.ask('absorbed', { port: SINK }).then(resolve), 800);
        });
        await flood;
        const end = await to.ask('absorbed', { port: SINK });
        return ((end.bytes - half.bytes) * FRAME_SHARE * 8) / (end.atMs - half.atMs) / 1000;
      });

      expect(mbits).toBeGreaterThan(7.2);
      expect(mbits).toBeLessThan(8.8);
    });

    it('cuts an established connection with RST, and leaves one to another peer', async () => {
      const connection = await victim.ask('openTcp', { to: bed.address('a')[family], port: TCP });
      const other = await victim.ask('openTcp', { to: bed.address('b')[family], port: TCP });
      expect(await victim.ask('askTcp', { connection })).toBe('answered');

      const seen = await during(bed.play('net-reset', { peers: [PEER[family]] }), async () => [
        await victim.ask('askTcp', { connection }),
        await victim.ask('askTcp', { connection: other }),
      ]);

      expect(seen).toEqual(['ECONNRESET', 'answered']);
      await victim.ask('closeTcp', { connection: other });
    });
  });

  it.each<[string, FaultParams, Record<string, string>]>([
    ['a CIDR', { peers: ['10.9.0.0/23'] }, { a: 'silent', b: 'answered' }],
    ['everybody but', { exclude: ['10.9.1.0/24'] }, { a: 'answered', b: 'silent' }],
    ['an interface', { interface: 'b0' }, { a: 'answered', b: 'silent' }],
    ['a port', { ports: ['3999-4001'] }, { a: 'silent', b: 'silent' }],
    ['another port', { ports: ['4002'] }, { a: 'answered', b: 'answered' }],
    ['another local port', { localPorts: ['1'] }, { a: 'answered', b: 'answered' }],
    ['UDP', { protocol: 'udp', peers: ['10.9.1.2'] }, { a: 'silent', b: 'answered' }],
    ['TCP', { protocol: 'tcp' }, { a: 'answered', b: 'answered' }],
  ])('means only what its filters say: %s', async (_, params, wanted) => {
    const seen = await during(bed.play('net-partition', params), async () => ({
      a: await reaches('a'),
      b: await reaches('b'),
    }));

    expect(seen).toEqual(wanted);
  });

  it.each([
    ['first', 0],
    ['last', 1],
  ] as const)('acts beside another on the same interface, when the %s one ends first', async (_, which) => {
    const both = [
      await bed.play('net-loss', { interface: 'a0', loss: 0.3 }),
      await bed.play('net-rate', { interface: 'a0', rate: 80_000_000 }),
    ] as const;
    expect(await lossTo('out', 'v4')).toBeCloseTo(0.3, 1);

    await both[which].revert();
    const left = await lossTo('out', 'v4');
    const last = await both[1 - which]?.revert();

    if (which === 0) expect(left).toBe(0);
    else expect(left).toBeCloseTo(0.3, 1);
    expect(last?.reverted).toBe(true);
  });

  it('refuses to shape packets that are shaped already, and takes others', async () => {
    const active = await bed.play('net-rate', { peers: ['10.9.1.2'], rate: 1_000_000 });

    await expect(bed.play('net-rate', { peers: ['10.9.1.0/24'], rate: 2_000_000 })).rejects.toThrow('FAULT_CONFLICT');
    const other = await bed.play('net-rate', { peers: ['10.9.2.2'], rate: 2_000_000 });

    await other.revert();
    await active.revert();
  });

  it('reports what was asked and what was achieved', async () => {
    const played = await bed.play('net-loss', { peers: ['10.9.1.2'], loss: 0.5 });
    const lost = await lossTo('out', 'v4');
    const idle = await bed.play('net-partition', { peers: ['10.9.2.99'] });

    const [end, nothing] = [await played.revert(), await idle.revert()];

    expect(end.observations).toMatchObject([{ name: 'packet loss', asked: 0.5, achieved: lost, effective: true }]);
    expect(nothing.observations).toMatchObject([
      { name: 'packets cut off', achieved: 0, effective: false, note: 'no packet matched the filters' },
    ]);
  });
});

/** A rule set of somebody else's, that accepts everything first. */
const FOREIGN = `table inet foreign {
  chain out { type filter hook output priority -400; policy accept; accept; }
  chain in { type filter hook input priority -400; policy accept; accept; }
  chain pre { type filter hook prerouting priority -400; policy accept; accept; }
  chain post { type filter hook postrouting priority -400; policy accept; accept; }
}
table netdev foreign {
  chain in { type filter hook ingress device "a0" priority -400; policy accept; accept; }
  chain out { type filter hook egress device "a0" priority -400; policy accept; accept; }
}
`;
