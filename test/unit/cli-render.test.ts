import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../coordinator/core/compile.ts';
import { findingsOf } from '../../coordinator/core/findings.ts';
import { createPaint } from '../../cli/io.ts';
import { formatParam } from '../../cli/render/params.ts';
import { renderPlan } from '../../cli/render/plan.ts';
import { renderFault } from '../../cli/render/fault.ts';
import { nodeRow, renderNode } from '../../cli/render/node.ts';
import { printable } from '../../cli/render/printable.ts';
import { advance, elapsedMs, playedShare, renderProgress, startProgress } from '../../cli/render/progress.ts';
import { paintVerdict, renderRun, VERDICT_EXIT } from '../../cli/render/run.ts';
import { clockTime, hanging, moment, offset, table } from '../../cli/render/table.ts';
import { nodeId, orderId, runId, slotId } from '../../shared/domain/ids.ts';
import type { Experiment } from '../../shared/domain/experiment.ts';
import { CAPABILITIES } from '../../shared/faults/capabilities.ts';
import { FAULT_KINDS, faultSpec } from '../../shared/faults/index.ts';
import type { Node__Output } from '../../shared/rpc/generated/roulette/v1/Node.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import type { RunEvent, RunEventBody } from '../../shared/domain/run.ts';
import { EXIT } from '../../shared/errors.ts';
import { buildExperiment, buildFleet, buildNode, buildStep } from '../support/experiments.ts';
import { buildTimeline } from '../support/fake-operator.ts';

const PLAIN = createPaint(false);

function buildPlan(more: Partial<Experiment> = {}, fleet = 3): Plan {
  const experiment = buildExperiment(more);
  const { environment } = experiment;
  return compilePlan({
    names: new Map(),
    experiment,
    documentDigest: 'd',
    seed: 'friday',
    environment,
    inventory: buildFleet(fleet),
  });
}

/** One second per event, counted from `at`. */
function events(at: number, ...bodies: readonly RunEventBody[]): RunEvent[] {
  return bodies.map((body, index) => ({ run: runId('run-1'), seq: index + 1, at: at + index * 1000, body }));
}

describe('table', () => {
  it('makes each column as wide as its widest cell, without trailing space', () => {
    const lines = table(
      ['a', 'long head'],
      [
        ['wide cell', 'x'],
        ['y', ''],
      ],
    );

    expect(lines).toEqual(['A          LONG HEAD', 'wide cell  x', 'y']);
  });

  it('has no head without rows', () => {
    expect(table(['a'], [])).toEqual([]);
  });

  it('lets further values of a name hang below the first', () => {
    expect(
      hanging([
        ['a', ['1', '2']],
        ['name', ['3']],
        ['none', []],
        ['empty', ['']],
      ]),
    ).toEqual(['a      1', '       2', 'name   3', 'empty']);
  });

  it.each([
    [0, '+0.0s'],
    [8200, '+8.2s'],
    [59_949, '+59.9s'],
    [59_960, '+1:00.0'],
    [65_300, '+1:05.3'],
    [4_503_000, '+75:03.0'],
  ])('spells an offset of %i ms as %s', (ms, text) => {
    expect(offset(ms)).toBe(text);
  });

  it('never spells sixty seconds', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (ms) => {
        expect(offset(ms)).not.toMatch(/60\.\d/u);
      }),
    );
  });

  it('spells moments in UTC, and the absence of one as nothing', () => {
    const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

    expect([clockTime(at), moment(at), moment(null), moment(0)]).toEqual(['03:04:05', '2026-01-02T03:04:05Z', '', '']);
  });
});

describe('printable', () => {
  it('keeps text, lines and colours', () => {
    const text = `häß 🎲\tx\n${createPaint(true).strong(createPaint(true).bad('red'))}`;

    expect(printable(text)).toBe(text);
  });

  it.each([
    ['\u001B[2Jx', '\uFFFD[2Jx'],
    ['\u001B]0;t\u0007', '\uFFFD]0;t\uFFFD'],
    ['a\rb', 'a\uFFFDb'],
    ['\u009B31m', '\uFFFD31m'],
    ['\u007F', '\uFFFD'],
  ])('takes the power out of %j', (text, safe) => {
    expect(printable(text)).toBe(safe);
  });

  it('leaves an escape only where a colour follows', () => {
    const piece = fc.constantFrom('\u001B', '[', '3', '1', ';', 'm', 'J', 'x', '\u0007');

    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const rest = printable(pieces.join('')).split('\u001B').slice(1);

        expect(rest.every((after) => /^\[[\d;]*m/u.test(after))).toBe(true);
      }),
    );
  });
});

describe('the live line', () => {
  const stages = ['smoke', 'scale'].map((name) => ({
    name,
    together: false,
    steps: [buildStep({ fault: 'process-pause', durationMs: 10_000, params: {} })],
  }));
  const plan = buildPlan({ stages });
  const fold = (list: readonly RunEvent[]): ReturnType<typeof startProgress> =>
    list.reduce((progress, event) => advance(progress, event), startProgress(plan));

  it('starts empty', () => {
    expect(renderProgress(startProgress(plan))).toBe('[........................] 0/2  prepared');
  });

  it('is filled by the planned time of the stages', () => {
    const begun = fold(events(0, { type: 'stage.started', stage: 'smoke', lengthMs: 10_000 }));
    const half = advance(begun, { ...events(5000, { type: 'steady.regained' })[0], at: 5000 } as RunEvent);
    const long = advance(half, { ...events(0, { type: 'steady.regained' })[0], at: 60_000 } as RunEvent);
    const next = advance(long, {
      ...events(0)[0],
      at: 61_000,
      body: { type: 'stage.started', stage: 'scale', lengthMs: 10_000 },
    } as RunEvent);

    expect([begun, half, long, next].map((progress) => playedShare(progress))).toEqual([0, 0.25, 0.5, 0.5]);
    expect(elapsedMs(next)).toBe(61_000);
  });

  it('counts what is over, and shows phase and newest values', () => {
    const [run, slot, node] = [runId('run-1'), slotId('smoke', 1, 1), nodeId('node-00')];
    const progress = fold(
      events(
        0,
        { type: 'stage.started', stage: 'smoke', lengthMs: 10_000 },
        { type: 'monitor.sampled', monitor: 'p99', value: 1.23456, why: null },
        { type: 'monitor.sampled', monitor: 'queue', value: null, why: 'no answer' },
        { type: 'injection.lost', slot, order: orderId(run, slot, node), node, why: 'no word' },
      ),
    );

    expect(renderProgress(progress)).toBe('[###.....................] 1/2  stage smoke  p99 1.235  queue ?');
  });

  it('is never shorter or longer than its bar, whatever the times', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1e6, max: 1e9 })),
        fc.constantFrom('smoke', 'scale', 'other'),
        (ats, stage) => {
          const list = ats.map((at, index): RunEvent => {
            const body: RunEventBody =
              index === 0 ? { type: 'stage.started', stage, lengthMs: 10_000 } : { type: 'steady.regained' };
            return { run: runId('run-1'), seq: index + 1, at, body };
          });

          expect(renderProgress(fold(list))).toMatch(/^\[[#.]{24}\] /u);
        },
      ),
    );
  });
});

describe('a plan for people', () => {
  it('shows slots, nodes, standbys, seed and digest', () => {
    const plan = buildPlan();
    const [winner = '', ...standby] = [...(plan.slots[0]?.nodes ?? []), ...Object.values(plan.standby).flat()];

    const lines = renderPlan({ plan, digest: 'the-digest', previews: [], verdict: null }, PLAIN);

    expect(lines).toContain('  step 1: process-kill on web: one asked, that is 1 of 3 nodes a slot');
    expect(lines.join('\n')).toContain(
      `+0.0s  smoke/1/1  process-kill signal=KILL watch=10s  ${winner}  ${standby.join(' ')}`,
    );
    expect(lines.slice(-2)).toEqual(['seed    friday', 'digest  the-digest']);
  });

  it('cuts long lists of nodes and of standbys', () => {
    const { stages } = buildExperiment();
    const steps = [buildStep({ mode: { kind: 'percent', percent: 50 } })];
    const plan = buildPlan({ stages: stages.map((stage) => ({ ...stage, steps })) }, 40);

    const text = renderPlan({ plan, digest: 'd', previews: [], verdict: null }, PLAIN).join('\n');

    expect(text).toContain('and 14 more');
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(250);
  });

  it('says what would be refused, with its code', () => {
    const plan = buildPlan({ targets: { web: { nodes: { role: ['nobody'] }, processes: null } } });

    const text = renderPlan({ plan, digest: 'd', previews: [], verdict: null }, PLAIN).join('\n');

    expect(text).toContain('would be refused, smoke/1: target web matches no node of the fleet (PLAN_NO_NODES)');
  });

  it('shows what matches just now, what is protected, and who could not be asked', () => {
    const previews = [
      {
        target: 'web',
        node: 'node-00',
        result: { matches: [], skipped: [{ pid: 1, name: 'init', why: 'PID 1' }] },
        error: '',
      },
      { target: 'web', node: 'node-01', result: null, error: 'did not answer' },
    ];

    const text = renderPlan({ plan: buildPlan(), digest: 'd', previews, verdict: null }, PLAIN).join('\n');

    expect(text).toMatch(/web {5}node-00 {2}nothing {9}init \(pid 1\): PID 1/u);
    expect(text).toMatch(/web {5}node-01 {2}did not answer/u);
  });
});

describe('a plan of network faults for people', () => {
  const step = buildStep({
    fault: 'net-partition',
    target: 'machines',
    durationMs: 120_000,
    params: {
      action: 'drop',
      peers: ['target:payments', 'db.example', '10.9.0.0/16'],
      exclude: ['other.example'],
      interface: null,
      ports: ['443', '8000-8100'],
      localPorts: [],
      protocol: 'any',
      direction: 'both',
    },
  });
  const payments = Array.from({ length: 8 }, (_, index) =>
    buildNode(`pay-${index}`, { labels: { role: 'payments' }, addresses: [`10.0.1.${index}`] }),
  );
  const plan = compilePlan({
    experiment: buildExperiment({
      targets: {
        machines: { nodes: { role: ['web'] }, processes: null },
        payments: { nodes: { role: ['payments'] }, processes: null },
      },
      stages: [{ name: 'smoke', together: false, steps: [step] }],
    }),
    documentDigest: 'd',
    seed: 'friday',
    environment: 'staging',
    inventory: [...payments, buildNode('web-1')],
    names: new Map([['db.example', ['10.3.0.9', '10.3.0.8']]]),
  });
  const lines = renderPlan({ plan, digest: 'd', previews: [], verdict: null }, PLAIN);

  it('shows what was asked, and not what everybody gets', () => {
    expect(lines.find((line) => line.includes('smoke/1/1'))).toContain(
      'net-partition action=drop peers=10.0.1.0,10.0.1.1,10.0.1.2,10.0.1.3,10.0.1.4,10.0.1.5,… (11) ports=443,8000-8100 direction=both for 2m',
    );
  });

  it('shows once what each name and target among the peers came to', () => {
    expect(lines.slice(lines.indexOf('peers'), lines.indexOf('peers') + 5)).toEqual([
      'peers',
      '  db.example = 10.3.0.8, 10.3.0.9',
      '  other.example = no address',
      '  target:payments = 10.0.1.0, 10.0.1.1, 10.0.1.2, 10.0.1.3, 10.0.1.4, 10.0.1.5 and 2 more',
      '',
    ]);
  });

  it('says what in it has no address', () => {
    expect(lines).toContain(
      'would be refused, smoke/1: the host name other.example does not resolve (PLAN_PEER_UNKNOWN)',
    );
  });
});

describe('a node for people', () => {
  const node: Node__Output = {
    id: 'web-1',
    environment: 'staging',
    labels: { role: 'web', node: 'web-1' },
    faults: { 'cpu-load': 'abc' },
    capabilities: Object.keys(CAPABILITIES).filter((name) => name !== 'netem' && name !== 'tbf'),
    addresses: ['10.0.0.5', '10.1.0.5', 'fd00::5'],
    facts: {
      hostname: 'h',
      os: 'Debian 12',
      kernel: '6.1',
      arch: 'x64',
      cores: 2,
      memoryBytes: 2 ** 31,
      bootId: 'b',
      agentVersion: '1',
      agentPid: 7,
      interfaces: ['eth0 10.0.0.5/24 fd00::5/64', 'eth1 10.1.0.5/24'],
    },
    metrics: null,
    connected: true,
    lastSeenAt: 1000,
    activeOrders: [],
    alarms: [],
    guard: 'staging: every fault',
  };

  it('is in a line with its addresses and what it lacks', () => {
    expect(nodeRow(node)).toEqual([
      'web-1',
      'connected',
      'staging',
      'role=web',
      '10.0.0.5 10.1.0.5 +1',
      'netem tbf',
      '',
      '0',
    ]);
  });

  it('is told in full: addresses, interfaces, and in words what it can and what it lacks', () => {
    const lines = renderNode(node, PLAIN);

    expect(lines).toEqual(
      expect.arrayContaining([
        '  addresses    10.0.0.5 10.1.0.5 fd00::5',
        '  interfaces   eth0 10.0.0.5/24 fd00::5/64',
        '               eth1 10.1.0.5/24',
        '  can          taskset              the program taskset (util-linux)',
        '               ipv6                 IPv6',
        '  lacks        netem                the queueing discipline netem (sch_netem)',
        '               tbf                  the queueing discipline tbf (sch_tbf)',
      ]),
    );
  });

  it('that can do everything lacks nothing, and one that nobody reaches says so', () => {
    const lines = renderNode(
      { ...node, capabilities: [...Object.keys(CAPABILITIES), 'teleport'], addresses: [] },
      PLAIN,
    );

    expect(lines).toContain('  lacks        nothing');
    expect(lines).toContain('               teleport');
    expect(lines).toContain('  addresses    none that other nodes could reach');
  });
});

describe('a fault for people', () => {
  it('has what it needs, in words, and when', () => {
    const lines = renderFault(faultSpec('net-loss'), PLAIN);

    expect(lines).toContain("target    the node itself; or processes: then all of their traffic, and nobody else's");
    expect(lines).toContain('needs     cap-net-admin        the right to change the network (CAP_NET_ADMIN)');
    expect(lines).toContain(
      '          netem                the queueing discipline netem (sch_netem), with model gilbert-elliott',
    );
  });

  it('has its longest duration, and what must be said', () => {
    const lines = renderFault(faultSpec('net-down'), PLAIN);

    expect(lines).toContain('duration  required, at most 1m');
    expect(lines.at(-1)).toMatch(/^ {2}interface {2}interface {2}required {2}eth0 {4}The interface\./u);
  });

  it.each([
    ['net-rate', /rate +bitrate +10mbit +8kbit to 100gbit/u],
    ['net-rate', /peers +peers +none +10\.0\.0\.5 10\.0\.0\.0\/8 db\.example target:NAME/u],
    ['net-rate', /ports +ports +none +443 8000-8100/u],
    ['net-dns', /names +names +required +payments\.example/u],
    ['cpu-load', /load +percent +80% +1% to 100%/u],
  ] as const)('%s shows how values are written: %s', (kind, wanted) => {
    expect(renderFault(faultSpec(kind), PLAIN).join('\n')).toMatch(wanted);
  });

  it.each(FAULT_KINDS)('%s leaves nothing unsaid', (kind) => {
    const text = renderFault(faultSpec(kind), PLAIN).join('\n');

    expect(text).not.toMatch(/undefined|none to none|NaN|null/u);
    for (const name of Object.keys(faultSpec(kind).params)) expect(text).toContain(`  ${name}`);
  });
});

describe('a run for people', () => {
  const RUN = {
    id: 'run-1',
    experiment: 'kill',
    owner: 'ann',
    seed: 'friday',
    planDigest: '0123456789abcdef',
    phase: 'ended',
    verdict: 'inconclusive',
    reason: 'a slot was skipped',
    requestedBy: 'ann',
    replayOf: 'run-0',
    preparedAt: 1000,
    endedAt: 61_000,
  };

  it('shows verdict, reason and the slots that were skipped', () => {
    const slot = slotId('smoke', 1, 1);
    const findings = findingsOf(
      buildTimeline({
        type: 'slot.skipped',
        slot,
        node: nodeId('node-a'),
        code: 'NODE_AWAY',
        rule: null,
        why: 'it is away',
      }),
    );

    expect(renderRun(RUN, findings, PLAIN)).toEqual([
      'run-1  kill  inconclusive',
      'a slot was skipped',
      'seed friday, plan 0123456789ab, asked for by ann, a replay of run-0',
      'prepared 1970-01-01T00:00:01Z, ended 1970-01-01T00:01:01Z',
      '',
      'smoke/1/1 was skipped on node-a: it is away',
    ]);
  });

  it('has an exit code for each verdict, no two alike', () => {
    expect(new Set(Object.values(VERDICT_EXIT)).size).toBe(Object.keys(VERDICT_EXIT).length);
    expect(VERDICT_EXIT).toEqual({
      passed: EXIT.done,
      refuted: EXIT.refuted,
      aborted: EXIT.aborted,
      refused: EXIT.refused,
      inconclusive: EXIT.inconclusive,
      error: EXIT.internal,
    });
  });

  it('colours verdicts, and nothing where there are no colours', () => {
    expect(paintVerdict('passed', createPaint(true))).toBe('\u001B[1m\u001B[32mpassed\u001B[0m\u001B[0m');
    expect(paintVerdict('passed', PLAIN)).toBe('passed');
  });
});

describe('a parameter', () => {
  it.each([
    ['percent', 0.025, '2.5%'],
    ['duration', 90_000, '1m30s'],
    ['count', 3, '3'],
    ['choice', 'KILL', 'KILL'],
    ['duration', null, 'none'],
    ['bitrate', 1_500_000, '1.5mbit'],
    ['bitrate', 100_000_000_000, '100gbit'],
    ['peers', [], 'none'],
    ['ports', ['80', '8000-8100'], '80,8000-8100'],
  ] as const)('of type %s and value %j is written as %s', (type, value, text) => {
    expect(formatParam({ type, default: null, doc: '' }, value)).toBe(text);
  });
});
