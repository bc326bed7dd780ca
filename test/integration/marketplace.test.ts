// The example marketplace as real processes: orders survive killed workers, the idempotency key is what prevents a second
// charge, and no process outlives the marketplace however it ends.

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { parseExperiment } from '../../shared/schema/document.ts';

const MAIN = resolve('examples/marketplace/main.js');
const WORKERS = 9;
/** Tries to catch an order between its charge and its end, which lasts some 180 ms. */
const ROUNDS = 10;

interface Marketplace {
  readonly main: ChildProcessByStdio<Writable, Readable, null>;
  readonly dir: string;
  readonly api: string;
  readonly pids: readonly number[];
}

interface Ledger {
  readonly orders: number;
  readonly charged: number;
  readonly doubleCharged: number;
  readonly pending: number;
}

interface SupervisorFact {
  readonly event: 'started' | 'exited';
  readonly name: string;
  readonly pid: number;
  readonly signal?: string | null;
}

const running: Marketplace[] = [];

afterEach(async () => {
  for (const marketplace of running.splice(0)) {
    if (marketplace.main.exitCode === null && marketplace.main.signalCode === null) {
      marketplace.main.kill('SIGTERM');
      await once(marketplace.main, 'exit');
    }
    rmSync(marketplace.dir, { recursive: true, force: true });
  }
});

describe('a marketplace with idempotency keys', () => {
  it('charges an order once when its worker is killed between charge and report', async () => {
    const marketplace = await startMarketplace('on');

    const orderId = await interruptAfterCharge(marketplace);

    await waitUntil('the order is paid', async () => (await orderState(marketplace, orderId)) === 'paid');
    expect(await readLedger(marketplace)).toMatchObject({ doubleCharged: 0, pending: 0 });
    expect((await fetch(`${marketplace.api}/ledger/check`)).status).toBe(200);
  });

  it('charges every order once while workers are killed under load', async () => {
    const marketplace = await startMarketplace('on');
    const stopBuying = startBuying(marketplace);

    for (const group of ['a', 'b', 'c', 'a', 'b', 'c']) {
      const victims = workersOf(marketplace, group);
      signalAll(victims, 'SIGKILL');
      await waitUntil('the group is back', () => workersOf(marketplace, group).every((pid) => !victims.includes(pid)));
      expect(victims.map((pid) => exitSignal(marketplace, pid))).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL']);
    }
    const bought = await stopBuying();

    await waitUntil('every order is paid', () => isAllPaid(marketplace));
    expect(await readLedger(marketplace)).toMatchObject({ orders: bought, charged: bought, doubleCharged: 0 });
  });

  it('delivers the orders of a paused group to others, and charges none twice when the group goes on', async () => {
    const marketplace = await startMarketplace('on');
    const paused = workersOf(marketplace, 'a');
    const others = [...workersOf(marketplace, 'b'), ...workersOf(marketplace, 'c')];
    const stopBuying = startBuying(marketplace);

    await waitUntil('orders flow', async () => (await readLedger(marketplace)).charged > 0);
    signalAll(paused, 'SIGSTOP');
    const { orders } = await readLedger(marketplace);
    await waitUntil('more orders came', async () => (await readLedger(marketplace)).orders >= orders + 20);
    await stopBuying();
    await waitUntil('the others have paid all', () => isAllPaid(marketplace));
    signalAll(others, 'SIGSTOP');
    signalAll(paused, 'SIGCONT');
    await Promise.all(Array.from({ length: WORKERS }, () => placeOrder(marketplace)));
    await waitUntil('the group alone has paid all', () => isAllPaid(marketplace));

    const ledger = await readLedger(marketplace);
    expect(ledger).toMatchObject({ charged: ledger.orders, doubleCharged: 0 });
  });

  it('keeps accepted orders when the orders API is killed, and comes back on its port', async () => {
    const marketplace = await startMarketplace('on');
    const orderId = await placeOrder(marketplace);

    process.kill(latestPid(marketplace, 'orders-api'), 'SIGKILL');

    await waitUntil('the order is paid', async () => (await orderState(marketplace, orderId)) === 'paid');
    expect(await readLedger(marketplace)).toMatchObject({ orders: 1, charged: 1, doubleCharged: 0 });
  });
});

describe('a marketplace without idempotency keys', () => {
  it('charges an order twice when its worker is killed between charge and report, and the ledger check names it', async () => {
    const marketplace = await startMarketplace('off');

    const orderId = await interruptAfterCharge(marketplace);

    await waitUntil('the order is paid', async () => (await orderState(marketplace, orderId)) === 'paid');
    const check = await fetch(`${marketplace.api}/ledger/check`);
    expect(check.status).toBe(500);
    expect(await check.json()).toEqual({ doubleCharged: [orderId] });
  });
});

describe('the end of a marketplace', () => {
  it('leaves no process after SIGTERM, not even a stopped one', async () => {
    const marketplace = await startMarketplace('on');
    signalAll(workersOf(marketplace, 'b'), 'SIGSTOP');
    const before = processesOf(marketplace);

    marketplace.main.kill('SIGTERM');
    const [code] = (await once(marketplace.main, 'exit')) as [number | null];

    expect(before).toHaveLength(1 + marketplace.pids.length);
    expect(code).toBe(0);
    expect(processesOf(marketplace)).toEqual([]);
  });

  it('leaves no process after SIGKILL, not even a stopped one', async () => {
    const marketplace = await startMarketplace('on');
    signalAll(workersOf(marketplace, 'c'), 'SIGSTOP');

    marketplace.main.kill('SIGKILL');
    await once(marketplace.main, 'exit');

    await waitUntil('all are gone', () => processesOf(marketplace).length === 0);
  });

  it('leaves no process when its standard input closes', async () => {
    const marketplace = await startMarketplace('on');

    marketplace.main.stdin.end();
    const [code] = (await once(marketplace.main, 'exit')) as [number | null];

    expect(code).toBe(0);
    expect(processesOf(marketplace)).toEqual([]);
  });

  it('leaves no process when a part cannot start', async () => {
    const taken = await startMarketplace('on');
    const dir = mkdtempSync(join(tmpdir(), 'marketplace-'));
    const main = spawn(process.execPath, [MAIN, '--dir', dir, '--port', new URL(taken.api).port], { stdio: 'ignore' });

    const [code] = (await once(main, 'exit')) as [number | null];

    expect(code).toBe(1);
    expect(pidsWith(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
  });
});

describe('the experiments of the marketplace', () => {
  it.each(['game-day.yaml', 'double-charge.yaml'])('%s is a valid document', (name) => {
    const file = resolve('examples/marketplace', name);

    const parsed = parseExperiment(readFileSync(file, 'utf8'), file);

    expect(parsed.ok ? [] : parsed.issues).toEqual([]);
  });
});

async function startMarketplace(idempotency: 'on' | 'off'): Promise<Marketplace> {
  const dir = mkdtempSync(join(tmpdir(), 'marketplace-'));
  // With its parent: so that it ends when the test runner is gone.
  const args = [MAIN, '--dir', dir, '--port', '0', '--idempotency', idempotency, '--with-parent'];
  const main = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface({ input: main.stdout }), 'line')) as [string];
  const { api, pids } = JSON.parse(line) as { api: string; pids: number[] };
  const marketplace = { main, dir, api, pids };
  running.push(marketplace);
  return marketplace;
}

/** Kills all workers while one order is charged but not reported done, and returns that order. */
async function interruptAfterCharge(marketplace: Marketplace): Promise<number> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { charged } = await readLedger(marketplace);
    const orderId = await placeOrder(marketplace);
    await waitUntil('it is charged', async () => (await readLedger(marketplace)).charged === charged + 1);
    const victims = allWorkersOf(marketplace);
    signalAll(victims, 'SIGKILL');
    if ((await orderState(marketplace, orderId)) === 'accepted') return orderId;
    await waitUntil('the workers are back', () => allWorkersOf(marketplace).every((pid) => !victims.includes(pid)));
  }
  throw new Error(`no kill met an order between charge and report in ${ROUNDS} rounds`);
}

/** Places an order every 50 ms until told to stop; resolves with how many were accepted. */
function startBuying(marketplace: Marketplace): () => Promise<number> {
  const orders: Promise<number>[] = [];
  const timer = setInterval(() => orders.push(placeOrder(marketplace)), 50);
  return async () => {
    clearInterval(timer);
    return (await Promise.all(orders)).length;
  };
}

async function placeOrder({ api }: Marketplace): Promise<number> {
  const body = JSON.stringify({ item: 'book', amount: 1990 });
  const response = await fetch(`${api}/orders`, { method: 'POST', body });
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: number }).id;
}

async function orderState({ api }: Marketplace, id: number): Promise<string> {
  const response = await fetch(`${api}/orders/${id}`);
  return ((await response.json()) as { state: string }).state;
}

async function readLedger({ api }: Marketplace): Promise<Ledger> {
  return (await (await fetch(`${api}/ledger`)).json()) as Ledger;
}

function supervisorLog({ dir }: Marketplace): SupervisorFact[] {
  const lines = readFileSync(join(dir, 'supervisor.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as SupervisorFact);
}

function latestPid(marketplace: Marketplace, name: string): number {
  const fact = supervisorLog(marketplace).findLast((one) => one.event === 'started' && one.name === name);
  if (fact === undefined) throw new Error(`${name} was never started`);
  return fact.pid;
}

function exitSignal(marketplace: Marketplace, pid: number): string | null | undefined {
  return supervisorLog(marketplace).find((one) => one.event === 'exited' && one.pid === pid)?.signal;
}

function workersOf(marketplace: Marketplace, group: string): number[] {
  return [1, 2, 3].map((worker) => latestPid(marketplace, `order-fulfillment/${group}/${worker}`));
}

function allWorkersOf(marketplace: Marketplace): number[] {
  return ['a', 'b', 'c'].flatMap((group) => workersOf(marketplace, group));
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) process.kill(pid, signal);
}

async function isAllPaid(marketplace: Marketplace): Promise<boolean> {
  return (await readLedger(marketplace)).pending === 0;
}

/** Every process of one marketplace: its directory or its API is on the command line of each. Zombies have none. */
function processesOf({ dir, api }: Marketplace): number[] {
  return [...new Set([...pidsWith(dir), ...pidsWith(api)])];
}

function pidsWith(argument: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => argvOf(pid).includes(argument)).map(Number);
}

function argvOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // ended since it was listed
  }
}

/** Polls until the condition holds. A condition that throws (a server that is just restarting) does not hold yet. */
async function waitUntil(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  let cause: unknown;
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    try {
      if (await condition()) return;
    } catch (error: unknown) {
      cause = error;
    }
    await sleep(15);
  }
  throw new Error(`waited in vain: ${what}`, { cause });
}
