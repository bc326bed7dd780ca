import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../coordinator/core/compile.ts';
import { namesIn } from '../../coordinator/core/peers.ts';
import { canonicalJson } from '../../shared/canonical.ts';
import type { Experiment, ParamValue } from '../../shared/domain/experiment.ts';
import type { InventoryNode } from '../../shared/domain/node.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { FAULT_KINDS, faultSpec } from '../../shared/faults/index.ts';
import { CAPABILITIES } from '../../shared/faults/capabilities.ts';
import { specHash } from '../../shared/faults/spec.ts';
import { parseExperiment } from '../../shared/schema/document.ts';
import { buildNode } from '../support/experiments.ts';

function read(params: string, target = 'orders'): Experiment {
  const parsed = parseExperiment(
    `
apiVersion: roulette/v1
kind: Experiment
name: cut-off
owner: tester
environment: staging
hypothesis: Orders are still accepted.
targets:
  orders: { nodes: { role: orders } }
  payments: { nodes: { role: payments } }
  worker: { nodes: { role: orders }, processes: { service: worker } }
monitors:
  up: { http: { url: 'http://127.0.0.1:1/', rate: 1/s, success: { status: 2xx, within: 1s } } }
steadyState: [up >= 0]
stages:
  - name: smoke
    steps:
      - { fault: net-partition, target: ${target}, duration: 2m, params: { ${params} } }
`,
    'x.yaml',
  );
  if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join('; '));
  return parsed.experiment;
}

function buildHost(
  id: string,
  role: string,
  addresses: readonly string[],
  more: Partial<InventoryNode> = {},
): InventoryNode {
  const faults = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, specHash(faultSpec(kind))]));
  return buildNode(id, {
    labels: { node: id, role },
    addresses,
    faults,
    capabilities: Object.keys(CAPABILITIES),
    ...more,
  });
}

const FLEET = [
  buildHost('orders-1', 'orders', ['10.0.0.1', '172.17.0.1']),
  buildHost('pay-1', 'payments', ['10.0.1.1', '172.17.0.1', 'fd00::1']),
  buildHost('pay-2', 'payments', ['10.0.1.2', '172.17.0.1']),
];

function compile(
  experiment: Experiment,
  inventory = FLEET,
  names: ReadonlyMap<string, readonly string[]> = new Map(),
): Plan {
  return compilePlan({ experiment, documentDigest: 'd', seed: 's', environment: 'staging', inventory, names });
}

function peersOf(plan: Plan): ParamValue | undefined {
  return plan.slots[0]?.params['peers'];
}

describe('the peers of a fault', () => {
  it('are the addresses of another target, but for those that name no single node', () => {
    const plan = compile(read('peers: target:payments'));

    expect(plan.problems).toEqual([]);
    expect(peersOf(plan)).toEqual(['10.0.1.1', '10.0.1.2', 'fd00::1']);
    expect(plan.peers).toEqual({ 'target:payments': ['10.0.1.1', '10.0.1.2', 'fd00::1'] });
  });

  it('are what names resolved to when the plan was made, beside addresses as written', () => {
    const experiment = read('peers: [DB.example, 10.9.0.0/16], exclude: [db2.example]');
    const names = new Map([
      ['db.example', ['10.3.0.9', '10.3.0.8']],
      ['db2.example', ['10.9.9.9']],
    ]);

    const plan = compile(experiment, FLEET, names);

    expect(namesIn(experiment)).toEqual(['db.example', 'db2.example']);
    expect(peersOf(plan)).toEqual(['10.3.0.8', '10.3.0.9', '10.9.0.0/16']);
    expect(plan.slots[0]?.params['exclude']).toEqual(['10.9.9.9']);
  });

  it('that come to nothing refuse the plan', () => {
    const plan = compile(read('peers: [nowhere.example, target:payments]'), FLEET.slice(0, 1));

    expect(plan.problems).toMatchObject([
      { code: 'PLAN_PEER_UNKNOWN', at: 'smoke/1', message: 'the host name nowhere.example does not resolve' },
      { code: 'PLAN_PEER_UNKNOWN', at: 'smoke/1', message: 'the peer target payments matches no node of the fleet' },
    ]);
  });

  it('refuse the plan when one node of a target could not be told from others: the fault would pass it by', () => {
    const fleet = [...FLEET, buildHost('pay-3', 'payments', ['172.17.0.1']), buildHost('pay-4', 'payments', [])];

    const { problems } = compile(read('exclude: target:payments'), fleet);

    expect(problems.map(({ code, node, message }) => `${code} ${node}: ${message}`)).toEqual([
      'PLAN_PEER_UNKNOWN pay-3: node pay-3 of the peer target payments reports no address of its own',
      'PLAN_PEER_UNKNOWN pay-4: node pay-4 of the peer target payments reports no address of its own',
    ]);
  });

  it('have one spelling each, whoever wrote them, and no network that a node reports for its address', () => {
    const fleet = [
      buildHost('orders-1', 'orders', ['10.0.0.1']),
      buildHost('pay-1', 'payments', ['FD00:0::7', '::/0']),
    ];

    const plan = compile(read("peers: [target:payments, 'fd00::7', 10.1.2.3/8, 10.0.0.0/8, 10.9.9.9/32]"), fleet);

    expect(peersOf(plan)).toEqual(['10.0.0.0/8', '10.9.9.9', 'fd00::7']);
    expect(plan.peers).toEqual({ 'target:payments': ['fd00::7'] });
  });

  it('leave no trace in a plan whose faults have none that must be looked up', () => {
    expect('peers' in compile(read('direction: both'))).toBe(false);
    expect('peers' in compile(read('peers: 10.0.0.1'))).toBe(false);
  });

  it('that are more than an order takes refuse the plan', () => {
    const names = new Map([
      ['big.example', Array.from({ length: 20_001 }, (_, index) => `10.0.${Math.floor(index / 256)}.${index % 256}`)],
    ]);

    const { problems } = compile(read('peers: big.example'), FLEET, names);

    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'PLAN_TOO_LARGE `peers` comes to 20001 addresses, and 20000 are the most; name networks',
    ]);
  });

  it('that would make the plan too large to send stay as they were written, and refuse it', () => {
    const names = new Map([
      ['big.example', Array.from({ length: 1000 }, (_, index) => `10.0.${Math.floor(index / 256)}.${index % 256}`)],
    ]);
    const experiment = read('peers: big.example');
    const repeated = (times: number): Experiment => {
      const repeat = { kind: 'every', times, everyMs: 200_000, jitterMs: 0 } as const;
      const stages = experiment.stages.map((stage) => ({
        ...stage,
        steps: stage.steps.map((step) => ({ ...step, repeat })),
      }));
      return { ...experiment, stages };
    };

    const [fits, tooLarge] = [compile(repeated(500), FLEET, names), compile(repeated(501), FLEET, names)];

    expect(fits.problems).toEqual([]);
    expect(JSON.stringify(fits).length).toBeLessThan(32 * 2 ** 20);
    expect(tooLarge.problems).toMatchObject([{ code: 'PLAN_TOO_LARGE', at: '' }]);
    expect(peersOf(tooLarge)).toEqual(['big.example']);
  });

  it('give the same bytes in whatever order nodes, their addresses and the answers of the resolver come', () => {
    const experiment = read('peers: [target:payments, db.example], exclude: target:orders');
    const answers = ['10.3.0.8', '10.3.0.9', 'fd00::9'];
    const wanted = canonicalJson(compile(experiment, FLEET, new Map([['db.example', answers]])));

    fc.assert(
      fc.property(
        fc.shuffledSubarray(FLEET, { minLength: FLEET.length }),
        fc.shuffledSubarray(answers, { minLength: answers.length }),
        fc.boolean(),
        (fleet, shuffled, isReversed) => {
          const nodes = fleet.map((node) =>
            isReversed ? { ...node, addresses: node.addresses.toReversed() } : { ...node },
          );

          const plan = compile(experiment, nodes, new Map([['db.example', shuffled]]));

          expect(canonicalJson(plan)).toBe(wanted);
        },
      ),
    );
  });

  it('that were written are never nobody, which would mean everybody, in a plan that may start', () => {
    const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '172.17.0.1', 'fd00::1', 'not an address');
    const peer = fc.constantFrom('a.example', 'b.example', 'target:orders', 'target:payments', '10.0.0.0/8');

    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('orders', 'payments'), fc.array(address)), { maxLength: 4 }),
        fc.array(fc.tuple(fc.constantFrom('a.example', 'b.example'), fc.array(address))),
        fc.uniqueArray(peer, { minLength: 1, maxLength: 3 }),
        (hosts, names, peers) => {
          const fleet = hosts.map(([role, addresses], index) => buildHost(`n${index}`, role, addresses));

          const plan = compile(read(`peers: [${peers.join()}]`), fleet, new Map(names));

          const found = peersOf(plan);
          expect(plan.problems.length > 0 || (Array.isArray(found) && found.length > 0)).toBe(true);
          expect(found).toEqual([...new Set(found as string[])].toSorted());
        },
      ),
    );
  });

  it('that are no target of the document are refused, with a suggestion', () => {
    expect(() => read('peers: target:payment')).toThrow('there is no target payment; did you mean `payments`?');
  });
});

describe('a node', () => {
  it('that cannot do the fault is named, with what it lacks', () => {
    const bare = buildHost('orders-1', 'orders', ['10.0.0.1'], {
      capabilities: ['cap-net-admin', 'nftables', 'iproute2', 'ifb'],
    });

    const { problems } = compile(read('direction: both'), [bare]);

    expect(problems).toMatchObject([{ code: 'PLAN_FAULT_UNSUPPORTED', node: 'orders-1' }]);
    expect(problems[0]?.message).toContain('node orders-1 cannot do net-partition: it lacks nft-forward');
  });

  it('needs to know cgroups only when the target chooses processes', () => {
    const capabilities = Object.keys(CAPABILITIES).filter((name) => name !== 'nft-cgroup');
    const fleet = [buildHost('orders-1', 'orders', ['10.0.0.1'], { capabilities })];

    expect(compile(read('direction: both'), fleet).problems).toEqual([]);
    expect(compile(read('direction: both', 'worker'), fleet).problems[0]?.message).toContain('it lacks nft-cgroup');
  });
});
