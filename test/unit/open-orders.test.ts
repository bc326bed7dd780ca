import { describe, expect, it } from 'vitest';
import { lateConfirmation, ordersWithoutEnd } from '../../coordinator/core/open-orders.ts';
import { nodeId, parseOrderId, parseSlotId, runId } from '../../shared/domain/ids.ts';
import type { RunEvent, RunEventBody } from '../../shared/domain/run.ts';
import { buildEnd } from '../support/run-player.ts';

const order = parseOrderId('run-1/edge/1/1@node-a');
const about = { slot: parseSlotId('edge/1/1'), order, node: nodeId('node-a') };
const sent: RunEventBody = { type: 'order.sent', ...about, fault: 'process-pause' };
const started: RunEventBody = {
  type: 'injection.started',
  ...about,
  fault: 'process-pause',
  seed: 's',
  nodeAt: 1,
  targets: [],
  skipped: [],
};
const lost: RunEventBody = { type: 'injection.lost', ...about, why: 'no word' };
const confirmed: RunEventBody = { type: 'revert.confirmed', ...about, nodeAt: 9 };

function ended(reverted: boolean): RunEventBody {
  const { orderId: _orderId, ...end } = buildEnd(order, 5, { reverted });
  return { type: 'injection.ended', ...about, ...end, effective: true };
}

function timeline(...bodies: readonly RunEventBody[]): RunEvent[] {
  return bodies.map((body, index) => ({ run: runId('run-1'), seq: index + 1, at: index, body }));
}

describe('orders without an end', () => {
  it('are those without a last word, each with whether it had begun', () => {
    const found = [[sent], [sent, started], [sent, started, ended(true)], [sent, lost]].map((bodies) =>
      ordersWithoutEnd(timeline(...bodies)),
    );

    expect(found).toEqual([
      [{ id: order, begun: false }],
      [{ id: order, begun: true }],
      [],
      [{ id: order, begun: false, outcome: { state: 'expires', at: 1, why: 'no word' } }],
    ]);
  });

  it('are those whose undo has failed, until it is confirmed', () => {
    const found = [
      [sent, started, ended(false)],
      [sent, started, ended(false), confirmed],
      [sent, lost, confirmed],
    ].map((bodies) => ordersWithoutEnd(timeline(...bodies)));

    expect(found).toEqual([[{ id: order, begun: true, outcome: { state: 'failed', at: 5, why: '' } }], [], []]);
  });
});

describe('an end that comes after the run', () => {
  it.each([
    ['what was lost', [sent, lost], confirmed],
    ['what could not be undone', [sent, started, ended(false)], confirmed],
    ['nothing new of what was clean', [sent, started, ended(true)], null],
    ['nothing new when it has said so before', [sent, lost, confirmed], null],
    ['nothing of an order that the run does not know', [], null],
  ] as const)('confirms %s', (_, bodies, expected) => {
    expect(lateConfirmation(timeline(...bodies), buildEnd(order, 9))).toEqual(expected);
  });

  it('confirms nothing when it is not reverted itself', () => {
    expect(lateConfirmation(timeline(sent, lost), buildEnd(order, 9, { reverted: false }))).toBeNull();
  });
});
