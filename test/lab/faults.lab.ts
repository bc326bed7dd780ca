// Every fault that netem does, and those of the rules alone, on a kernel that has everything: measured from the other
// end of the wire. What is foreign on the node, and the node itself, are afterwards as before.

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultParams } from '../../shared/domain/experiment.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import { startNode, type LabNode } from './node.ts';
import { burstLength, lost, median, overtaken, ping, roundTrip, spread, type Pinging, type Pings } from './pings.ts';
import { figure } from './timing.ts';

/** Somebody else's shaping, with a class and a filter, and somebody else's firewall, which accepts before all others. */
const FOREIGN = `tc qdisc add dev eth0 root handle 1: htb default 10
tc class add dev eth0 parent 1: classid 1:10 htb rate 1gbit
tc class add dev eth0 parent 1: classid 1:20 htb rate 1gbit
tc filter add dev eth0 parent 1: protocol ip u32 match ip dport 9 0xffff flowid 1:20
nft -f - <<'END'
table inet admin {
  set friends { type ipv4_addr; elements = { 10.77.1.1 } }
  chain input { type filter hook input priority -300; ip saddr @friends counter accept; }
  chain output { type filter hook output priority -300; accept; }
}
END`;

const LONG_MS = 50_000;

describe('a fault on the packets of a machine', () => {
  let node: LabNode;
  let before = '';
  let base: readonly [number, number] = [0, 0];

  beforeAll(async () => {
    node = await startNode(1);
    await node.machine.sh(FOREIGN);
    const trips = [];
    for (const address of node.machine.addresses) trips.push(roundTrip(await ping(address, { count: 40 })));
    base = [trips[0] ?? Number.NaN, trips[1] ?? Number.NaN];
    figure('round trip without a fault', `${base.join(' and ')} ms`);
    before = await node.state();
  });

  afterAll(async () => {
    await node?.[Symbol.asyncDispose]();
  });

  let begun = 0;
  beforeEach(() => {
    begun = performance.now();
  });

  afterEach(async ({ task }) => {
    await node.clean();
    const after = await node.state();
    figure(task.name, `${((performance.now() - begun) / 1000).toFixed(1)} s in all`);

    expect(after).toBe(before);
  });

  /** Pings while the fault is there, for each of the addresses. */
  async function pingUnder(
    fault: FaultKind,
    params: FaultParams,
    { families = [0, 1], ...pinging }: Pinging & { readonly families?: readonly (0 | 1)[] },
  ): Promise<readonly Pings[]> {
    const order = await node.inject(fault, params, LONG_MS);
    const found = [];
    for (const family of families) found.push(await ping(node.machine.addresses[family], pinging));
    const end = await node.halt(order);
    const notes = end.observations.map(({ name, asked, achieved, note }) => `${name} ${asked} ${achieved} (${note})`);
    figure(`${fault} as the node has it`, notes.join('; '));

    expect(end).toMatchObject({ reason: 'halted', reverted: true, revertErrors: [] });
    return found;
  }

  it('delays by what was asked, in IPv4 and IPv6', async () => {
    const trips = await pingUnder('net-delay', { delay: 100 }, { count: 40 });

    const added = trips.map((pings, family) => roundTrip(pings) - (base[family] ?? 0));
    figure('net-delay 100 ms adds', `${added.map((ms) => ms.toFixed(1)).join(' and ')} ms`);
    for (const ms of added) {
      expect(ms).toBeGreaterThan(90);
      expect(ms).toBeLessThan(110);
    }
  });

  it('delays both ways twice as long, and lets SSH pass', async () => {
    const order = await node.inject('net-delay', { delay: 100, direction: 'both' }, LONG_MS);
    const added = roundTrip(await ping(node.machine.addresses[0], { count: 40 })) - base[0];
    const greetings = [];
    for (let count = 0; count < 5; count += 1) greetings.push(await greetingWithin(node.machine.addresses[0]));
    await node.halt(order);

    figure('net-delay 100 ms both ways adds', `${added.toFixed(1)} ms; SSH connects in ${median(greetings)} ms`);
    expect(added).toBeGreaterThan(180);
    expect(added).toBeLessThan(220);
    expect(median(greetings)).toBeLessThan(90);
  });

  it('delays with jitter', async () => {
    const [pings] = await pingUnder(
      'net-delay',
      { delay: 100, jitter: 30, distribution: 'uniform' },
      { count: 150, everyMs: 25, families: [0] },
    );

    const times = pings?.replies.map(({ ms }) => ms) ?? [];
    figure(
      'net-delay 100 +- 30 ms',
      `median ${median(times)} ms, middle 90 of 100 within ${spread(times).toFixed(1)} ms`,
    );
    expect(median(times) - base[0]).toBeGreaterThan(85);
    expect(median(times) - base[0]).toBeLessThan(115);
    // Uniform over 60 ms: 54 of them.
    expect(spread(times)).toBeGreaterThan(40);
    expect(spread(times)).toBeLessThan(75);
  });

  it('loses a share at random, each packet for itself', async () => {
    const found = await pingUnder('net-loss', { loss: 0.2 }, { count: 400, everyMs: 10 });

    for (const pings of found) {
      const missing = lost(pings);
      const share = missing.length / pings.count;
      figure('net-loss 20 %', `${(share * 100).toFixed(1)} % lost, ${burstLength(missing).toFixed(2)} in a row`);
      expect(share).toBeGreaterThan(0.11);
      expect(share).toBeLessThan(0.29);
      expect(burstLength(missing)).toBeLessThan(1.7);
    }
  });

  it('loses in bursts', async () => {
    const model = { model: 'gilbert-elliott', burstStart: 0.04, burstEnd: 0.16 };
    const found = await pingUnder('net-loss', model, { count: 600, everyMs: 10 });

    for (const pings of found) {
      const missing = lost(pings);
      const share = missing.length / pings.count;
      // Stationary 0.04 / (0.04 + 0.16) = 20 %, 1 / 0.16 = 6.25 in a row.
      figure('net-loss in bursts', `${(share * 100).toFixed(1)} % lost, ${burstLength(missing).toFixed(2)} in a row`);
      expect(share).toBeGreaterThan(0.06);
      expect(share).toBeLessThan(0.4);
      expect(burstLength(missing)).toBeGreaterThan(3);
    }
  });

  it('corrupts: the receiver finds wrong checksums', async () => {
    const errors = checksumErrors();
    await pingUnder('net-corrupt', { corrupt: 0.3 }, { count: 200, everyMs: 10, size: 1000 });
    const found = checksumErrors().map((count, index) => count - (errors[index] ?? 0));

    figure('net-corrupt 30 % of 200 and 200', `${found.join(' and ')} wrong checksums`);
    for (const count of found) expect(count).toBeGreaterThan(25);
    for (const count of found) expect(count).toBeLessThan(95);
  });

  it('duplicates', async () => {
    const found = await pingUnder('net-duplicate', { duplicate: 0.2 }, { count: 200, everyMs: 10 });

    for (const { replies, count } of found) {
      const twice = replies.filter(({ isDuplicate }) => isDuplicate).length;
      figure('net-duplicate 20 %', `${((twice / count) * 100).toFixed(1)} % came twice`);
      expect(twice / count).toBeGreaterThan(0.08);
      expect(twice / count).toBeLessThan(0.34);
    }
  });

  it('reorders', async () => {
    const found = await pingUnder('net-reorder', { reorder: 0.25, delay: 50 }, { count: 300, everyMs: 10 });

    for (const pings of found) {
      figure('net-reorder 25 %', `${overtaken(pings)} of ${pings.count} were overtaken`);
      expect(overtaken(pings)).toBeGreaterThan(40);
    }
  });

  it('limits the rate', async () => {
    // 25 packets a second are twice as much as may pass; the first ones are the bucket's.
    const [pings] = await pingUnder(
      'net-rate',
      { rate: 100_000 },
      { count: 100, everyMs: 40, size: 1000, families: [0] },
    );

    const came = pings?.replies.slice(40) ?? [];
    const seconds = ((came.at(-1)?.at ?? 0) - (came[0]?.at ?? 0)) / 1000;
    // On the wire a ping of 1000 bytes has 1042.
    const rate = ((came.length - 1) * 1042 * 8) / seconds;
    figure('net-rate 100 kbit/s', `${(rate / 1000).toFixed(1)} kbit/s`);
    expect(rate).toBeGreaterThan(85_000);
    expect(rate).toBeLessThan(115_000);
  });

  it('cuts the node off from everybody but its coordinator and SSH', async () => {
    const order = await node.inject('net-partition', {}, LONG_MS);
    const found = [];
    for (const address of node.machine.addresses) found.push(await ping(address, { count: 20, everyMs: 20 }));
    await greetingWithin(node.machine.addresses[0]);
    const end = await node.halt(order);

    for (const { replies } of found) expect(replies).toEqual([]);
    expect(end).toMatchObject({ reason: 'halted', reverted: true });
  });
});

/** The milliseconds until SSH has said its name. */
async function greetingWithin(host: string): Promise<number> {
  const socket = connect(22, host);
  try {
    const begun = performance.now();
    await once(socket, 'connect', { signal: AbortSignal.timeout(10_000) });
    const ms = Math.round(performance.now() - begun);
    const [said] = (await once(socket, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer];
    expect(said.toString()).toMatch(/^SSH-/u);
    return ms;
  } finally {
    socket.destroy();
  }
}

/** ICMP and ICMPv6, of this namespace. */
function checksumErrors(): readonly [number, number] {
  const [names = [], values = []] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Icmp: '))
    .map((line) => line.split(' '));
  const six = /^Icmp6InCsumErrors\s+(?<count>\d+)/mu.exec(readFileSync('/proc/net/snmp6', 'utf8'));
  return [Number(values[names.indexOf('InCsumErrors')]), Number(six?.groups?.['count'])];
}
