// What an agent makes of orders that come twice, late, after a crash, or from a coordinator that is not in charge.

import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../agent/effects/journal.ts';
import { readStat } from '../../agent/targets/proc.ts';
import { nodeId, orderId } from '../../shared/domain/ids.ts';
import type { InjectOrder } from '../../shared/domain/order.ts';
import { toWireOrder } from '../../shared/rpc/order-wire.ts';
import { startAgent } from '../support/agent-daemon.ts';
import { buildOrder } from '../support/orders.ts';
import { startScriptedCoordinator } from '../support/scripted-coordinator.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { eventually, startVictim, stateOf } from '../support/victims.ts';

function pause(mark: string): InjectOrder {
  const order = buildOrder('process-pause', { processes: { cmdline: mark }, leaseMs: 5000, notAfterMs: 5000 });
  return { ...order, id: orderId(order.run, order.slot, nodeId('node-a')) };
}

describe('an agent', () => {
  it('that was killed tells the end of an order, also when the order comes again, and does not carry it out twice', async () => {
    const mark = `victim-${randomUUID()}`;
    const stateDir = makeTemporaryDirectory();
    await using coordinator = await startScriptedCoordinator({ leaseMs: 5000 });
    await using victim = await startVictim(mark);
    const agent = await startAgent({ coordinator, stateDir });
    const order = pause(mark);
    coordinator.order('node-a', order);
    await eventually('the victim is stopped', () => stateOf(victim.pid) === 'T');
    // It records nothing from here on, and so settles nothing.
    coordinator.speak(false);

    await agent.end('SIGKILL');
    await eventually('the victim goes on', () => stateOf(victim.pid) !== 'T');
    await eventually('the node has left', () => !coordinator.isConnected('node-a'));
    await startAgent({ coordinator, stateDir });
    const ends = (): number => coordinator.heard.filter(({ ended }) => ended?.orderId === order.id).length;
    await eventually('the end is told', () => ends() === 1);
    const hello = coordinator.heard.findLast((message) => message.hello)?.hello;
    coordinator.order('node-a', order);
    await eventually('the end is told again', () => ends() === 2);

    expect(hello).toMatchObject({ activeOrders: [], knownOrders: [order.id] });
    expect(coordinator.words.get(order.id)).toMatchObject({ end: { reason: 'keeper', reverted: true } });
    expect(stateOf(victim.pid)).not.toBe('T');
  });

  it('lets an order that names a beat it did not send touch nothing', async () => {
    const mark = `victim-${randomUUID()}`;
    await using coordinator = await startScriptedCoordinator({ leaseMs: 5000 });
    await using victim = await startVictim(mark);
    await startAgent({ coordinator, stateDir: makeTemporaryDirectory() });
    const order = pause(mark);

    coordinator.say('node-a', { inject: toWireOrder(order, 1_000_000) });
    await eventually('it is answered', () => coordinator.words.has(order.id));

    expect(coordinator.words.get(order.id)).toEqual({ kind: 'refused', code: 'ORDER_LATE' });
    expect(stateOf(victim.pid)).not.toBe('T');
  });

  it('that was held up for longer than an order lasts refuses it', async () => {
    const mark = `victim-${randomUUID()}`;
    await using coordinator = await startScriptedCoordinator({ leaseMs: 5000 });
    await using victim = await startVictim(mark);
    const agent = await startAgent({ coordinator, stateDir: makeTemporaryDirectory() });
    const order = { ...pause(mark), leaseMs: 1000, notAfterMs: 300 };

    agent.process.kill('SIGSTOP');
    coordinator.order('node-a', order);
    const beats = coordinator.heard.length;
    // Longer than the order lasts, and shorter than the keeper waits.
    await new Promise((resolve) => {
      setTimeout(resolve, 1000);
    });
    agent.process.kill('SIGCONT');
    await eventually('it is answered', () => coordinator.words.has(order.id));

    expect(coordinator.heard.length).toBeGreaterThanOrEqual(beats);
    expect(coordinator.words.get(order.id)).toEqual({ kind: 'refused', code: 'ORDER_LATE' });
    expect(stateOf(victim.pid)).not.toBe('T');
  });

  it('takes no order of a coordinator whose term is over, not even after a restart', async () => {
    const mark = `victim-${randomUUID()}`;
    const stateDir = makeTemporaryDirectory();
    writeFileSync(path.join(stateDir, 'term'), '7\n');
    await using coordinator = await startScriptedCoordinator({ leaseMs: 5000, term: 6 });
    await using victim = await startVictim(mark);
    await startAgent({ coordinator, stateDir });
    const order = { ...pause(mark), term: 6 };

    coordinator.order('node-a', order);
    await eventually('it is answered', () => coordinator.words.has(order.id));

    expect(coordinator.words.get(order.id)).toEqual({ kind: 'refused', code: 'ORDER_STALE_TERM' });
    expect(stateOf(victim.pid)).not.toBe('T');
  });

  it('refuses for good what is taken back before it has come', async () => {
    const mark = `victim-${randomUUID()}`;
    await using coordinator = await startScriptedCoordinator({ leaseMs: 5000 });
    await using victim = await startVictim(mark);
    await startAgent({ coordinator, stateDir: makeTemporaryDirectory() });
    const order = pause(mark);

    coordinator.say('node-a', { revert: { orderId: order.id } });
    await eventually('it is answered', () => coordinator.words.has(order.id));
    coordinator.order('node-a', order);
    await eventually('it is answered again', () => coordinator.heard.filter(({ refused }) => refused).length === 2);

    expect(coordinator.words.get(order.id)).toEqual({ kind: 'refused', code: 'ORDER_REVERTED' });
    expect(stateOf(victim.pid)).not.toBe('T');
  });

  it('goes on trying an undo that fails, shows it as not reverted, and tells when it is', async () => {
    const stateDir = makeTemporaryDirectory();
    await using coordinator = await startScriptedCoordinator({ leaseMs: 5000 });
    await using victim = await startVictim(`victim-${randomUUID()}`);
    const { startTicks } = readStat(victim.pid) ?? { startTicks: '' };
    // A signal that the kernel does not have cannot be sent: this undo fails for as long as its process lives.
    const undo = {
      kind: 'signal',
      process: { pid: victim.pid, startTicks },
      signal: 'SIGNONE' as NodeJS.Signals,
    } as const;
    const { id: order } = pause('none');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const journal = openJournal(path.join(stateDir, 'journal.jsonl'), boot);
    journal.append({ type: 'intent', order, at: 1, boot, undos: [undo] });
    journal.append({ type: 'applied', order, step: 0, at: 1, boot, undo });
    journal.close();

    await startAgent({ coordinator, stateDir });
    await eventually('the failure is told', () => coordinator.words.has(order));
    const first = coordinator.words.get(order);
    const hello = coordinator.heard.findLast((message) => message.hello)?.hello;
    victim.process.kill('SIGKILL');
    await eventually('it is clean', () => {
      const word = coordinator.words.get(order);
      return word?.kind === 'ended' && word.end.reverted;
    });

    expect(first).toMatchObject({ end: { reason: 'recovered', reverted: false } });
    expect(hello?.unreverted).toMatchObject([{ orderId: order }]);
    expect(hello?.unreverted[0]?.errors[0]).toContain(`SIGNONE to pid ${victim.pid} failed`);
    expect(coordinator.words.get(order)).toMatchObject({ end: { reason: 'recovered', reverted: true } });
  });
});
