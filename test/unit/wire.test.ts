import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOrderId, nodeId, runId, slotId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, InjectOrder, OrderAnswer, ProcessIdentity } from '../../shared/domain/order.ts';
import { MOST_ELEMENTS } from '../../shared/faults/param-types.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { LOADER_OPTIONS, loadAgentWire } from '../../shared/rpc/load.ts';
import type { AgentMessage__Output } from '../../shared/rpc/generated/roulette/v1/AgentMessage.ts';
import type { CoordinatorMessage__Output } from '../../shared/rpc/generated/roulette/v1/CoordinatorMessage.ts';
import { fromWireHello, toWireHello, type Introduction } from '../../shared/rpc/node-wire.ts';
import {
  fromWireEnd,
  fromWireOrder,
  fromWireRefused,
  fromWireStarted,
  toWireAnswer,
  toWireEnd,
  toWireOrder,
} from '../../shared/rpc/order-wire.ts';
import { buildOrder } from '../support/orders.ts';

const root = packageRoot();
const { Session } = loadAgentWire().types.roulette.v1.AgentService.service;

/** Through the bytes and back, as between two processes. */
function agentSays(message: Parameters<typeof Session.requestSerialize>[0]): AgentMessage__Output {
  return Session.requestDeserialize(Session.requestSerialize(message));
}

function coordinatorSays(message: Parameters<typeof Session.responseSerialize>[0]): CoordinatorMessage__Output {
  return Session.responseDeserialize(Session.responseSerialize(message));
}

const text = fc.string({ maxLength: 12 });
const maybe = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { nil: null });
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const whole = fc.integer({ min: 0, max: 2 ** 31 });

const identity: fc.Arbitrary<ProcessIdentity> = fc.record({
  pid: whole,
  startTicks: fc.bigInt({ min: 0n, max: 2n ** 64n }).map(String),
  startedAt: time,
  name: text,
  argv: fc.array(text),
  exe: maybe(text),
  user: text,
  unit: maybe(text),
  cgroup: maybe(text),
  service: maybe(text),
  ports: fc.array(fc.integer({ min: 1, max: 65_535 })),
  ageRank: whole,
  identity: text,
});

const skipped = fc.array(fc.record({ pid: whole, name: text, why: text }));
const order = fc.constant(parseOrderId('run-1/smoke/1/1@node-a'));

describe('the wire', () => {
  it('has generated types that are up to date with the .proto files', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'roulette-proto-'));
    const script = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).scripts.proto as string;
    const args = script.split(' ').slice(1);
    const fresh = args.map((arg) => (arg.startsWith('--outDir=') ? `--outDir=${folder}` : arg));

    execFileSync(path.join(root, 'node_modules/.bin/proto-loader-gen-types'), fresh, { cwd: root, stdio: 'pipe' });
    const made = readTree(folder);
    rmSync(folder, { recursive: true });

    expect(made).toEqual(readTree(path.join(root, 'shared/rpc/generated')));
  });

  it('is loaded with the same options as its types were generated with', () => {
    const script = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).scripts.proto as string;
    const flags = {
      '--longs=Number': LOADER_OPTIONS.longs === Number,
      '--enums=String': LOADER_OPTIONS.enums === String,
    };

    expect(Object.keys(flags).every((flag) => script.includes(flag))).toBe(true);
    expect(Object.values(flags)).toEqual([true, true]);
    expect([script.includes('--defaults'), script.includes('--oneofs')]).toEqual([
      LOADER_OPTIONS.defaults,
      LOADER_OPTIONS.oneofs,
    ]);
    expect(script).not.toContain('keepCase');
  });

  it('carries every order unchanged', () => {
    const orders: fc.Arbitrary<InjectOrder> = fc.record({
      id: order,
      run: fc.constant(runId('run-1')),
      slot: fc.constant(slotId('smoke', 1, 1)),
      term: whole,
      fault: fc.constantFrom('process-kill', 'process-pause', 'cpu-load'),
      specHash: text,
      params: fc.dictionary(
        text,
        fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
      ),
      processes: maybe(
        fc.record(
          {
            service: text,
            name: text,
            cmdline: text,
            exe: text,
            user: text,
            unit: text,
            cgroup: text,
            container: text,
            port: whole,
          },
          { requiredKeys: [] },
        ),
      ),
      pick: fc.oneof(
        fc.constantFrom({ kind: 'one' as const }, { kind: 'all' as const }),
        fc.record({ kind: fc.constant('count' as const), count: whole }),
        fc.record({ kind: fc.constant('percent' as const), percent: fc.double({ min: 1, max: 100, noNaN: true }) }),
      ),
      drawKey: text,
      durationMs: maybe(whole),
      leaseMs: whole,
      notAfterMs: whole,
    });

    fc.assert(
      fc.property(orders, (sent) => {
        const { inject } = coordinatorSays({ inject: toWireOrder(sent, 7) });

        expect(inject ? fromWireOrder(inject) : null).toEqual(normalised(sent));
      }),
    );
  });

  it('carries every answer unchanged', () => {
    const started = fc.record({
      kind: fc.constant('started' as const),
      orderId: order,
      at: time,
      targets: fc.array(identity),
      skipped,
    });
    const refused = fc.record({
      kind: fc.constant('refused' as const),
      orderId: order,
      at: time,
      code: text,
      message: text,
      skipped,
    });

    fc.assert(
      fc.property(fc.oneof(started, refused), (sent: OrderAnswer) => {
        const got = agentSays(toWireAnswer(sent));
        const back = got.started ? fromWireStarted(got.started) : got.refused ? fromWireRefused(got.refused) : null;

        expect(back).toEqual(sent);
      }),
    );
  });

  it('carries every end unchanged', () => {
    const ends: fc.Arbitrary<InjectionEnd> = fc.record({
      orderId: order,
      startedAt: time,
      endedAt: time,
      reason: fc.constantFrom(
        ...(['completed', 'halted', 'lease-expired', 'agent-stopped', 'failed'] as const),
        ...(['recovered', 'keeper', 'guard', 'unkept', 'vanished'] as const),
      ),
      observations: fc.array(
        fc.record({
          name: text,
          unit: text,
          asked: maybe(fc.double({ noNaN: true })),
          achieved: maybe(fc.double({ noNaN: true })),
          effective: maybe(fc.boolean()),
          note: text,
        }),
      ),
      reverted: fc.boolean(),
      revertErrors: fc.array(text),
    });

    fc.assert(
      fc.property(ends, (sent) => {
        const { ended } = agentSays({ ended: toWireEnd(sent) });

        expect(ended ? fromWireEnd(ended) : null).toEqual(sent);
      }),
    );
  });

  it('carries an introduction unchanged, and says what is missing in a bad one', () => {
    const introduction: Introduction = {
      id: nodeId('node-a'),
      environment: 'staging',
      labels: { role: 'orders' },
      faults: { 'process-kill': 'abc' },
      addresses: ['10.0.0.5'],
      capabilities: ['taskset'],
      facts: {
        hostname: 'h',
        os: 'Debian',
        kernel: '6.1',
        arch: 'x64',
        cores: 2,
        memoryBytes: 2 ** 35,
        bootId: 'b',
        agentVersion: '1',
        interfaces: [],
        agentPid: 7,
      },
      activeOrders: [parseOrderId('run-1/smoke/1/1@node-a')],
      knownOrders: [parseOrderId('run-1/smoke/1/1@node-a'), parseOrderId('run-1/smoke/1/2@node-a')],
      unreverted: [{ orderId: parseOrderId('run-1/smoke/1/2@node-a'), since: 5, errors: ['it does not react'] }],
      guard: 'staging: every fault',
      beat: 3,
    };

    const good = agentSays({ hello: toWireHello(introduction) }).hello;
    const bad = agentSays({ hello: { ...toWireHello(introduction), node: '' } }).hello;

    expect(good ? fromWireHello(good) : null).toEqual(introduction);
    expect(bad ? fromWireHello(bad) : null).toBe('the agent gives no node name');
  });

  it('carries an order with the most peers that there can be, within what gRPC takes without being told more', () => {
    const peers = Array.from({ length: MOST_ELEMENTS }, (_, index) => `2001:db8:1111:2222:3333:4444:5555:${index}/128`);
    const params = { ...buildOrder('net-partition').params, peers, exclude: peers };
    const sent: InjectOrder = { ...buildOrder('net-partition'), params };

    const bytes = Session.responseSerialize({ inject: toWireOrder(sent, 7) });
    const { inject } = Session.responseDeserialize(bytes);

    expect(inject ? fromWireOrder(inject) : null).toEqual(sent);
    // grpc-js: default of grpc.max_receive_message_length.
    expect(bytes.length).toBeLessThan(4 * 2 ** 20);
  });

  it('turns an order that it does not understand into a sentence', () => {
    const inject = coordinatorSays({
      inject: { orderId: 'x', fault: 'disk-fill', paramsJson: '{}', pick: { one: true } },
    }).inject;

    expect(inject ? fromWireOrder(inject) : null).toBe('unknown fault disk-fill');
  });
});

/** -0 has no JSON form of its own. */
function normalised(sent: InjectOrder): InjectOrder {
  const params = Object.entries(sent.params).map(([key, value]) => [key, value === 0 ? 0 : value]);
  return { ...sent, params: Object.fromEntries(params) };
}

function readTree(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return Object.fromEntries(files.toSorted().map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
}
