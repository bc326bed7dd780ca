// What a fault of the network leaves alone: other services of the host, other names, the control path; and how it ends
// when nothing of ours is alive to end it.

import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { namePrefix } from '../../agent/core/network/names.ts';
import { cgroupMount } from '../../agent/effects/network/owners.ts';
import type { ProcessSelector } from '../../shared/domain/experiment.ts';
import { nodeId } from '../../shared/domain/ids.ts';
import { startNetworkBed, type NetworkBed, type Peer, type Played, type Probe } from '../support/network-hosts.ts';
import { eventually } from '../support/victims.ts';

const UDP = 4000;
const SERVICE = 5000;
const ECHO = 5100;
const SSH = 22;
const FAMILIES = ['v4', 'v6'] as const;
type Family = (typeof FAMILIES)[number];
const A = ['10.9.1.2', 'fd09:1::2'];
/** After so long nothing comes any more: the packet was sent eight times by then. */
const SILENCE_MS = 400;
/** What comes late on a busy machine has come all the same. */
const PATIENCE_MS = 5000;
/** As the scripted coordinator wants them. */
const BEAT_MS = 100;

const lack = whatIsMissing();
/** In CI it must not be: there the tests run, and fail. */
const isSkipped = lack !== null && process.env['CI'] === undefined;
if (isSkipped) console.warn(`skipped: ${lack}`);

function whatIsMissing(): string | null {
  if (process.geteuid?.() !== 0) return 'faults of the network need root';
  return cgroupMount() === null ? 'there is no cgroup v2 hierarchy below /sys/fs/cgroup' : null;
}

describe.skipIf(isSkipped)('a fault of the network', () => {
  let bed: NetworkBed;
  let victim: Probe;
  let a: Probe;
  let b: Probe;
  let before = '';
  const groups: string[] = [];

  beforeAll(async () => {
    bed = await startNetworkBed();
    bed.run('v', 'nft', ['-f', '-'], FOREIGN);
    bed.inHost('v', FURTHER_ADDRESSES_AND_ROUTES);
    [victim, a, b] = await Promise.all([bed.startProbe('v'), bed.startProbe('a'), bed.startProbe('b')]);
    for (const probe of [victim, a, b]) await probe.ask('serveUdp', { port: UDP });
    await victim.ask('serveTcp', { port: SSH, kind: 'echo' });
    await a.ask('serveTcp', { port: ECHO, kind: 'echo' });
    await a.ask('serveDns', RIGHT);
  });

  afterAll(async () => {
    await bed[Symbol.asyncDispose]();
    // Processes that have ended leave their cgroups in their own time.
    for (const folder of groups.toReversed()) await eventually(`${folder} is empty`, () => isRemoved(folder));
  });

  beforeEach(() => {
    before = bed.state();
  });

  afterEach(() => {
    expect(bed.state()).toBe(before);
  });

  /** `answered`, or what comes instead of an answer. */
  async function reaches(host: Peer, family: Family, from = victim, withinMs = PATIENCE_MS): Promise<string> {
    return from.ask('askUdp', { to: bed.address(host)[family], port: UDP, withinMs });
  }

  /** The same where no answer is looked for. */
  async function misses(host: Peer, family: Family, from = victim): Promise<string> {
    return reaches(host, family, from, SILENCE_MS);
  }

  async function reachesA(from?: Probe): Promise<string[]> {
    return Promise.all(FAMILIES.map(async (family) => reaches('a', family, from)));
  }

  async function missesA(from?: Probe): Promise<string[]> {
    return Promise.all(FAMILIES.map(async (family) => misses('a', family, from)));
  }

  /** The fault is over at the end, whatever comes in between. */
  async function during<T>(played: Promise<Played>, look: () => Promise<T>): Promise<T> {
    const active = await played;
    try {
      return await look();
    } finally {
      await active.revert();
    }
  }

  /** A cgroup (v2) that is nobody else's. */
  function makeGroup(name: string): string {
    const folder = path.join(cgroupMount() ?? '', `roulette-${process.pid}-${name}`);
    mkdirSync(folder);
    groups.push(folder);
    return folder;
  }

  describe('on the traffic of one service', () => {
    let neighbours: string;
    let hit: Probe;
    let neighbour: Probe;
    let nobody: Probe;

    beforeAll(async () => {
      makeGroup('slice');
      neighbours = makeGroup('slice/neighbour.service');
      [hit, neighbour, nobody] = await Promise.all([
        bed.startProbe('v', { cgroup: makeGroup('slice/hit.service') }),
        bed.startProbe('v', { cgroup: neighbours }),
        bed.startProbe('v', { user: 'nobody' }),
      ]);
      for (const [index, probe] of [hit, neighbour].entries()) {
        await probe.ask('serveTcp', { port: SERVICE + index, kind: 'echo' });
      }
    });

    it.each(FAMILIES)('hits that service both ways, and not its neighbour (%s)', async (family) => {
      const to = bed.victimAddress('a')[family];
      const call = async (port: number, withinMs = PATIENCE_MS): Promise<string> =>
        a.ask('tryTcp', { to, port, withinMs });
      const healthy = [await call(SERVICE), await call(SERVICE + 1)];

      const seen = await during(bed.play('net-partition', { peers: A }, { processes: hit.selector }), async () => ({
        hit: [await call(SERVICE, SILENCE_MS), await misses('a', family, hit)],
        neighbour: [await call(SERVICE + 1), await reaches('a', family, neighbour)],
        anybody: await reaches('a', family),
        elsewhere: await reaches('b', family, hit),
      }));

      expect(healthy).toEqual(['open', 'open']);
      expect(seen).toEqual({
        hit: ['silent', 'silent'],
        neighbour: ['open', 'answered'],
        anybody: 'answered',
        elsewhere: 'answered',
      });
    });

    it('shapes what that service sends, and not what its neighbour sends', async () => {
      const params = { peers: A, rate: 8000, direction: 'out' };
      const train = { to: bed.address('a').v4, port: UDP, count: 200, bytes: 1000, together: 10, everyMs: 5 };

      const came = await during(bed.play('net-rate', params, { processes: hit.selector }), async () => {
        await hit.ask('sendTrain', { ...train, mark: 1 });
        await neighbour.ask('sendTrain', { ...train, mark: 2 });
        await reaches('a', 'v4');
        return [await a.ask('arrivals', { port: UDP, mark: 1 }), await a.ask('arrivals', { port: UDP, mark: 2 })];
      });

      expect(came[0]?.length).toBeLessThan(train.count / 2);
      expect(came[1]).toHaveLength(train.count);
    });

    it.each([
      ['first', 0],
      ['last', 1],
    ] as const)('acts in two ways on that service, when the cut begins %s', async (_, cutAt) => {
      const { selector: processes } = hit;
      const limit = { peers: A, ports: [String(UDP)], rate: 8000, direction: 'out' };
      const begin = [
        () => bed.play('net-partition', { peers: A, ports: [String(ECHO)], direction: 'out' }, { processes }),
        () => bed.play('net-rate', limit, { processes }),
      ] as const;
      const train = {
        to: bed.address('a').v4,
        port: UDP,
        mark: 30 + cutAt,
        count: 200,
        bytes: 1000,
        together: 10,
        everyMs: 5,
      };

      const open = await hit.ask('tryTcp', { to: train.to, port: ECHO });
      const one = await begin[cutAt]();
      const other = await begin[1 - cutAt]?.();
      await hit.ask('sendTrain', train);
      const cut = await hit.ask('tryTcp', { to: train.to, port: ECHO, withinMs: SILENCE_MS });
      await reaches('a', 'v4');
      const came = await a.ask('arrivals', { port: UDP, mark: train.mark });
      await one.revert();
      await other?.revert();

      expect([open, cut]).toEqual(['open', 'silent']);
      expect(came.length).toBeLessThan(train.count / 2);
    });

    it('hits what a user sends, and nobody else', async () => {
      const processes: ProcessSelector = { user: 'nobody' };

      const seen = await during(bed.play('net-partition', { peers: A, direction: 'out' }, { processes }), async () => ({
        user: await missesA(nobody),
        others: await reachesA(),
        service: await reachesA(hit),
      }));

      expect(seen).toEqual({ user: CUT_OFF, others: REACHED, service: REACHED });
    });

    it.each<[string, () => Promise<Played>, string]>([
      [
        'the chosen ones share their cgroup with others',
        async () => {
          const one = await bed.startProbe('v', { cgroup: neighbours });
          return bed.play('net-partition', { peers: A }, { processes: one.selector });
        },
        'FAULT_NOT_POSSIBLE',
      ],
      [
        'they have no cgroup of their own',
        async () => bed.play('net-partition', { peers: A }, { processes: victim.selector }),
        'FAULT_NOT_POSSIBLE',
      ],
      [
        "what comes in is to be told by its user's name",
        async () => bed.play('net-partition', { peers: A }, { processes: { user: 'nobody' } }),
        'ORDER_INVALID',
      ],
      [
        'what comes in is to be told by its process before it is queued',
        async () => bed.play('net-rate', { peers: A, direction: 'in' }, { processes: hit.selector }),
        'ORDER_INVALID',
      ],
    ])('is refused when %s', async (_, play, code) => {
      await expect(play()).rejects.toThrow(code);
      expect(await reachesA(hit)).toEqual(REACHED);
    });
  });

  describe('net-dns', () => {
    const CHOSEN = ['shop.example', 'api.shop.example.a-name-that-is-longer-than-one-comparison.example'];
    const OTHERS = ['www.shop.example', 'shop.example.net', 'xshop.example', 'example'];

    async function ask(server: Peer, family: Family, name: string, type: 'A' | 'AAAA'): Promise<unknown> {
      return victim.ask('resolve', { server: bed.address(server)[family], name, type, withinMs: 1000 });
    }

    it.each([
      ['nxdomain', [], 'ENOTFOUND', 'ENOTFOUND'],
      ['servfail', [], 'ESERVFAIL', 'ESERVFAIL'],
      ['timeout', [], 'ETIMEOUT', 'ETIMEOUT'],
      ['address', ['192.0.2.9', '192.0.2.8', '2001:db8::9'], ['192.0.2.8', '192.0.2.9'], ['2001:db8::9']],
    ])('answers %s for the chosen names, whatever server is asked, and leaves the others', async (...row) => {
      const [answer, addresses, v4, v6] = row;
      const healthy = [await ask('a', 'v4', 'shop.example', 'A'), await ask('a', 'v6', 'shop.example', 'AAAA')];
      const files = resolverFiles();

      const seen = await during(bed.play('net-dns', { names: CHOSEN, answer, addresses }), async () => {
        const chosen = FAMILIES.flatMap((family) => CHOSEN.map(async (name) => ask('a', family, name, 'A')));
        const sixth = FAMILIES.map(async (family) => ask('a', family, 'shop.example', 'AAAA'));
        const others = OTHERS.map(async (name) => ask('a', 'v4', name, 'A'));
        expect(resolverFiles()).toEqual(files);
        return [await Promise.all(chosen), await Promise.all(sixth), await Promise.all(others)].map(sorted);
      });

      expect(healthy).toEqual([[RIGHT.v4], [RIGHT.v6]]);
      expect(seen[0]).toEqual(Array(4).fill(v4));
      expect(seen[1]).toEqual(Array(2).fill(v6));
      expect(seen[2]).toEqual(OTHERS.map(() => [RIGHT.v4]));
      expect(await ask('a', 'v4', 'shop.example', 'A')).toEqual([RIGHT.v4]);
    });
  });

  describe('net-down', () => {
    it('takes an interface down, and brings every address and route back as they were', async () => {
      const played = await bed.play('net-down', { interface: 'b0' });
      const isDown = bed.run('v', 'ip', ['-br', 'link', 'show', 'dev', 'b0', 'up']) === '';
      const cut = [await misses('b', 'v4'), await misses('b', 'v6'), await reaches('a', 'v4')];

      const end = await played.revert();

      expect(isDown).toBe(true);
      expect(cut).toEqual([expect.not.stringMatching('answered'), expect.not.stringMatching('answered'), 'answered']);
      expect(end).toMatchObject({ reverted: true, observations: [{ asked: 1, achieved: 1, effective: true }] });
      expect(bed.state()).toBe(before);
      expect([await reaches('b', 'v4'), await reaches('b', 'v6')]).toEqual(REACHED);
    });

    it.each([
      ['carries the route to the coordinator', 'up0'],
      ['is loopback', 'lo'],
      ['is not there', 'b1'],
    ])('is refused for the interface that %s', async (_, device) => {
      await expect(bed.play('net-down', { interface: device })).rejects.toThrow('FAULT_NOT_POSSIBLE');
    });
  });

  describe('on the control path', () => {
    it.each(['drop', 'reject'])(
      'leaves coordinator and SSH reachable when everybody is cut off (%s)',
      async (action) => {
        const ssh = async (family: Family): Promise<string> =>
          a.ask('tryTcp', { to: bed.victimAddress('a')[family], port: SSH });

        const played = bed.play('net-partition', { action });
        const seen = await during(played, async () => {
          const beat = lastBeat();
          const shut = [await misses('a', 'v4'), await misses('b', 'v6')];
          // Longer than the agent looks for the coordinator before it gives up.
          await eventually('heartbeats go on', () => lastBeat() > beat + 3500 / BEAT_MS, 20_000);
          return { shut, ssh: [await ssh('v4'), await ssh('v6')], isThere: bed.coordinator.isConnected(bed.node) };
        });

        // A send that the kernel itself rejects may fail on the spot.
        const refused = action === 'drop' ? /^silent$/u : /^(?:EPERM|ECONNREFUSED)$/u;
        expect(seen).toEqual({
          shut: [expect.stringMatching(refused), expect.stringMatching(refused)],
          ssh: ['open', 'open'],
          isThere: true,
        });
        expect((await (await played).ended()).reason).toBe('halted');
      },
    );

    it('finds neighbours by IPv6 although nothing else gets through', async () => {
      const to = bed.address('a').v6;

      const found = await during(bed.play('net-partition', { peers: A }), async () => {
        bed.run('v', 'ip', ['neighbour', 'flush', 'dev', 'a0']);
        const answer = await misses('a', 'v6');
        return [answer, bed.run('v', 'ip', ['neighbour', 'show', to, 'dev', 'a0'])];
      });

      expect(found).toEqual(['silent', expect.stringContaining('lladdr')]);
    });

    it('ends by itself when the coordinator does not answer any more', async () => {
      // From the order on, which is the first long packet, nothing of the coordinator's gets in: neither its answer to
      // the agent's question nor what would tell TCP that anything had arrived there.
      const port = bed.coordinator.address.split(':').at(-1) ?? '';
      bed.run('v', 'nft', ['-f', '-'], cutAfterLongPacket(port));
      const played = await bed.play('net-partition', { peers: A });
      const seen = [await misses('a', 'v4')];

      seen.push(await reaches('a', 'v4', victim, 8000));
      bed.run('v', 'nft', ['delete', 'table', 'inet', 'cut']);
      const end = await played.ended();

      expect(seen).toEqual(['silent', 'answered']);
      expect(end).toMatchObject({ reason: 'control-lost', reverted: true });
      expect(end.endedAt - end.startedAt).toBeLessThan(6000);
      await eventually('the agent is back', () => bed.coordinator.isConnected(bed.node), 20_000);
    });

    it('ends by itself when the coordinator is there and says nothing', async () => {
      bed.coordinator.speak(false);
      const played = await bed.play('net-partition', { peers: A });

      const end = await played.ended();
      bed.coordinator.speak(true);

      expect(end).toMatchObject({ reason: 'control-lost', reverted: true });
      expect(end.endedAt - end.startedAt).toBeLessThan(6000);
      expect(await reachesA()).toEqual(REACHED);
    });
  });

  describe('when agent and keeper are killed', () => {
    function namesLeft(): string[] {
      const said = bed.run('v', 'nft', ['list', 'tables']) + bed.run('v', 'ip', ['-br', 'link', 'show']);
      return [...new Set(said.match(/\brlt[0-9a-f]{11}/gu))].toSorted();
    }

    it('is over at its time by the kernel alone, and the next agent removes what is left', async () => {
      const durationMs = 4000;
      const earlier = [
        await bed.play('net-rate', { interface: 'b0', rate: 8000 }, { durationMs }),
        await bed.play('net-dns', { names: ['shop.example'], answer: 'timeout' }, { durationMs }),
      ];
      const begun = performance.now();
      const faults = [...earlier, await bed.play('net-partition', { peers: A }, { durationMs })];
      await bed.killAgent();
      const cut = { a: await missesA(), lossToB: await lossToB() };
      const silentAt = performance.now() - begun;

      const answers = await Promise.all(FAMILIES.map(async (family) => reaches('a', family, victim, 10_000)));
      const backAt = performance.now() - begun;
      const after = [await lossToB(), await victim.ask('resolve', QUESTION(bed.address('a').v4))];
      const left = namesLeft();
      await bed.startAgent();
      const ends = await Promise.all(faults.map(async (fault) => fault.ended()));

      expect(cut.a).toEqual(CUT_OFF);
      expect(cut.lossToB).toBeGreaterThan(0.5);
      expect(silentAt).toBeLessThan(durationMs);
      expect(answers).toEqual(REACHED);
      expect(backAt).toBeGreaterThan(durationMs - 100);
      expect(backAt).toBeLessThan(durationMs + 2500);
      expect(after).toEqual([0, [RIGHT.v4]]);
      expect(left).toEqual(faults.map(({ name }) => name).toSorted());
      expect(ends).toMatchObject(faults.map(() => ({ reason: 'recovered', reverted: true })));
      expect(namesLeft()).toEqual([]);
    });

    let marks = 100;

    async function lossToB(): Promise<number> {
      marks += 1;
      const [port, count] = [UDP, 200];
      const train = { to: bed.address('b').v4, port, mark: marks, count, bytes: 1000, together: 10, everyMs: 5 };
      await victim.ask('sendTrain', train);
      await b.ask('askUdp', { to: '127.0.0.1', port });
      return 1 - (await b.ask('arrivals', { port, mark: marks })).length / count;
    }

    it('is shown by `doctor` and taken back by `clean`, and so is what no journal explains', async () => {
      const ours = `${namePrefix(nodeId(bed.node))}0abcdef`;
      const another = `${namePrefix(nodeId('node-b'))}0abcdef`;
      const healthy = bed.tool('doctor');
      const played = await bed.play('net-partition', { peers: A });
      const active = bed.tool('doctor');
      await bed.killAgent();
      makeObjects(ours);
      makeObjects(another);

      const found = bed.tool('doctor');
      const cut = await missesA();
      const cleaned = bed.tool('clean');
      const reached = await reachesA();
      const [left, clean] = [namesLeft(), bed.tool('doctor')];
      removeObjects(another);
      await bed.startAgent();

      expect(healthy).toEqual({ code: 0, said: expect.not.stringContaining('delete rlt') });
      expect(active).toEqual({ code: 0, said: expect.stringContaining(`delete ${played.name}`) });
      expect(found).toEqual({ code: 1, said: expect.stringContaining(`${played.order}: delete ${played.name}`) });
      expect(found.said).toMatch(
        new RegExp(`left in the kernel\\n  ${ours}\\nother agents' in the kernel\\n  ${another}`, 'u'),
      );
      expect(cut).toEqual(CUT_OFF);
      expect(cleaned.code).toBe(0);
      expect(reached).toEqual(REACHED);
      expect(left).toEqual([another]);
      expect(clean.code).toBe(0);
    });

    function makeObjects(name: string): void {
      bed.run('v', 'nft', ['-f', '-'], `table inet ${name} { }\ntable netdev ${name} { }\n`);
      bed.inHost('v', [`link add ${name}o type ifb`, `link add ${name}i type ifb`]);
    }

    function removeObjects(name: string): void {
      bed.run('v', 'nft', ['-f', '-'], `delete table inet ${name}\ndelete table netdev ${name}\n`);
      bed.inHost('v', [`link delete ${name}o`, `link delete ${name}i`]);
    }
  });

  function lastBeat(): number {
    return bed.coordinator.heard.findLast(({ heartbeat }) => heartbeat)?.heartbeat?.beat ?? 0;
  }
});

const CUT_OFF = ['silent', 'silent'];
const REACHED = ['answered', 'answered'];

/** What the name server says. */
const RIGHT = { v4: '10.20.30.40', v6: 'fd20::30' };
const QUESTION = (server: string) => ({ server, name: 'shop.example', type: 'A' as const, withinMs: 1000 });

function resolverFiles(): string[] {
  return ['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf'].map((file) => readFileSync(file, 'utf8'));
}

/** Resolvers order addresses as they like. */
function sorted(answers: readonly unknown[]): unknown[] {
  return answers.map((answer) => (Array.isArray(answer) ? answer.map(String).toSorted(compare) : answer));
}

function compare(left: string, right: string): number {
  return left < right ? -1 : 1;
}

function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** Somebody else's, to be found as it is after every test. */
const FOREIGN = `table inet site {
  chain input { type filter hook input priority 0; policy accept; tcp dport 9 counter drop; }
  chain output { type filter hook output priority 0; policy accept; ct state established counter accept; }
}
`;

const FURTHER_ADDRESSES_AND_ROUTES = [
  'address add 10.9.2.11/24 dev b0',
  'address add 10.9.3.1/32 dev b0',
  'address add fd09:2::11/64 dev b0 nodad',
  'route add 10.99.0.0/16 via 10.9.2.2 dev b0 metric 50',
  'route add 10.98.0.0/16 dev b0 src 10.9.2.11 table 100',
  'route add fd99::/48 via fd09:2::2 dev b0 metric 51',
];

function cutAfterLongPacket(port: string): string {
  return `table inet cut {
    set cut { type inet_service; flags dynamic, timeout; timeout 1m; }
    chain input {
      type filter hook input priority 10;
      tcp sport @cut drop
      tcp sport ${port} meta length > 200 add @cut { tcp sport }
    }
  }
  `;
}
