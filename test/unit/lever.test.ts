import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Fleet } from '../../coordinator/services/fleet.ts';
import { Lever, type FleetHalt } from '../../coordinator/services/lever.ts';
import type { Store } from '../../coordinator/store/port.ts';
import { nodeId, parseOrderId, type NodeId } from '../../shared/domain/ids.ts';
import type { InjectionEnd } from '../../shared/domain/order.ts';
import type { CoordinatorMessage } from '../../shared/rpc/generated/roulette/v1/CoordinatorMessage.ts';
import { createFailingStore } from '../support/failing-store.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { buildEnd } from '../support/run-player.ts';

const [NODE, AWAY] = [nodeId('node-a'), nodeId('node-b')];
const ORDER = parseOrderId('run-1/edge/1/1@node-a');
const WHO = { requestedBy: 'ann', reason: 'incident', ref: null };

interface Bench {
  readonly lever: Lever;
  readonly clock: ManualClock;
  readonly sent: CoordinatorMessage[];
  readonly ends: (readonly [NodeId, InjectionEnd])[];
  /** The node answers the halt that it was sent. */
  readonly answer: () => void;
}

/** One node that is connected, and one that is away with an order that is open. */
function buildBench(store: Store): Bench {
  const clock = createManualClock();
  const fleet = new Fleet({ clock, silenceMs: 3000 });
  const sent: CoordinatorMessage[] = [];
  const ends: (readonly [NodeId, InjectionEnd])[] = [];
  const link = { send: (message: CoordinatorMessage) => void sent.push(message), close: () => undefined };
  const gone = { send: () => undefined, close: () => undefined };
  fleet.admit(buildIntroduction(NODE), link);
  fleet.admit(buildIntroduction(AWAY), gone);
  fleet.drop(AWAY, gone);
  const runs = {
    haltAll: () => Promise.resolve(),
    openOrders: (node: NodeId) => (node === AWAY ? [parseOrderId('run-1/edge/1/1@node-b')] : []),
    hold: (node: NodeId, end: InjectionEnd) => void ends.push([node, end]),
    takeHeld: () => undefined,
  };
  const log = pino({ level: 'silent' });
  const lever = new Lever(null, { store, clock, log, fleet, runs, leaseMs: 5000, graceMs: 2000 });
  return {
    lever,
    clock,
    sent,
    ends,
    answer: () => {
      const haltId = sent.find(({ halt }) => halt)?.halt?.haltId ?? '';
      fleet.halted(NODE, { haltId, at: 7, ends: [buildEnd(ORDER, 7)], unreverted: [] });
    },
  };
}

function buildIntroduction(id: NodeId): Parameters<Fleet['admit']>[0] {
  const facts = { hostname: 'h', os: 'o', kernel: 'k', arch: 'a', cores: 1, memoryBytes: 1, bootId: 'b' };
  return {
    id,
    environment: 'staging',
    labels: {},
    faults: {},
    capabilities: [],
    addresses: [],
    facts: { ...facts, agentVersion: '0', interfaces: [], agentPid: 1 },
    activeOrders: [],
    knownOrders: [],
    unreverted: [],
    guard: '',
    beat: 1,
  };
}

async function pullAndAnswer(bench: Bench): Promise<FleetHalt> {
  const pulled = bench.lever.pull(WHO);
  bench.answer();
  return pulled;
}

describe('the lever', () => {
  it('tells the nodes in the same turn, and proves what they confirm and by when the rest expires', async () => {
    const store = createMemoryStore();
    const bench = buildBench(store);
    const start = bench.clock.now();

    const { rows, unrecorded } = await pullAndAnswer(bench);
    const rowsOfAudit = await store.listAudit(0, 10);

    expect(bench.sent.map((message) => Object.keys(message))).toEqual([['halt']]);
    expect(rows).toEqual([
      { node: NODE, state: 'reverted', at: 7, why: null, orders: [ORDER] },
      expect.objectContaining({ node: AWAY, state: 'expires', at: start + 5000 }),
    ]);
    expect(unrecorded).toBeNull();
    expect(bench.ends.map(([node]) => node)).toEqual([NODE]);
    expect(rowsOfAudit.map(({ action, actor }) => [action, actor])).toEqual([
      ['lever.engaged', 'ann'],
      ['lever.proved', 'ann'],
    ]);
    expect(await store.lever()).toMatchObject({ engagedBy: 'ann' });
  });

  it('halts although nothing can be written, says so, and stays engaged', async () => {
    const bench = buildBench(createFailingStore(createMemoryStore()));

    const { rows, unrecorded } = await pullAndAnswer(bench);

    expect(rows[0]).toMatchObject({ node: NODE, state: 'reverted' });
    expect(unrecorded).toContain('the disk is gone');
    expect(bench.lever.engaged).toMatchObject({ engagedBy: 'ann', reason: 'incident' });
  });

  it('stays engaged when its release cannot be written', async () => {
    const inner = createMemoryStore();
    const bench = buildBench(createFailingStore(inner));
    await pullAndAnswer(bench);

    await expect(bench.lever.release(WHO)).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });

    expect(bench.lever.engaged).not.toBeNull();
  });

  it('waits no longer than lease and grace for a node that does not answer', async () => {
    const bench = buildBench(createMemoryStore());
    let halt: FleetHalt | null = null;
    void bench.lever.pull(WHO).then((done) => {
      halt = done;
    });

    await bench.clock.advance(6999);
    const before = halt;
    await bench.clock.advance(1);

    expect(before).toBeNull();
    expect(halt).toMatchObject({ rows: [{ node: NODE, state: 'expires', why: 'it did not answer' }, { node: AWAY }] });
  });
});
