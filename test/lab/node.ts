// A node of the lab: a machine with the agent installed as a service, and the coordinator at the other end of its wire.

import { rmSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { orderId, nodeId, type OrderId } from '../../shared/domain/ids.ts';
import type { FaultParams } from '../../shared/domain/experiment.ts';
import type { InjectionEnd } from '../../shared/domain/order.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import { buildOrder } from '../support/orders.ts';
import { startScriptedCoordinator, type ScriptedCoordinator } from '../support/scripted-coordinator.ts';
import { eventually } from '../support/victims.ts';
import { startMachine, type Machine } from './machine.ts';
import { packParcel } from './parcel.ts';
import { stateOf } from './state.ts';
import { figure, timed } from './timing.ts';

export interface LabNode {
  readonly machine: Machine;
  readonly name: string;
  readonly coordinator: ScriptedCoordinator;
  /** Resolves when the node has said that it has begun. */
  readonly inject: (fault: FaultKind, params: FaultParams, durationMs: number) => Promise<OrderId>;
  readonly halt: (order: OrderId) => Promise<InjectionEnd>;
  /** The node's last word on it. */
  readonly ended: (order: OrderId) => Promise<InjectionEnd>;
  readonly connected: () => Promise<void>;
  /** Everything that a fault might leave behind, as a text that is equal when it is. */
  readonly state: () => Promise<string>;
  /** Resolves when nothing of ours is in the kernel. */
  readonly clean: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** A machine in emulation takes seconds for what others do at once. */
const LEASE_MS = 60_000;
const WITHIN_MS = 120_000;

export async function startNode(number: number): Promise<LabNode> {
  const name = `lab-${number}`;
  const parcel = await packParcel({ 'guard.yaml': 'environment: staging\n' });
  const machine = await startMachine(number, parcel);
  const coordinator = await startScriptedCoordinator({ leaseMs: LEASE_MS, host: machine.host });
  async function dispose(): Promise<void> {
    await machine[Symbol.asyncDispose]();
    await coordinator[Symbol.asyncDispose]();
    rmSync(path.dirname(parcel), { recursive: true });
  }
  const node = { ...createNode(name, machine, coordinator), [Symbol.asyncDispose]: dispose };
  try {
    await timed(`${name}: install`, async () => {
      await machine.sh(install(stringify({ node: name, environment: 'staging', coordinator: coordinator.address })));
      await node.connected();
    });
    // Started again by systemd when it was killed: a machine that is too slow for the agent's own watch over itself.
    figure(`${name}: agent started again`, (await machine.sh('systemctl show -P NRestarts roulette-agent')).trim());
    return node;
  } catch (error) {
    await dispose();
    throw error;
  }
}

function install(config: string): string {
  return `tar --no-same-owner -xpf /dev/vda -C /
cat >/etc/roulette/agent.yaml <<'END'
${config}END
systemd-sysusers
systemd-tmpfiles --create roulette.conf
systemctl restart systemd-modules-load
systemctl daemon-reload
systemctl enable roulette-agent
systemctl --no-block start roulette-agent`;
}

function createNode(
  name: string,
  machine: Machine,
  coordinator: ScriptedCoordinator,
): Omit<LabNode, typeof Symbol.asyncDispose> {
  const { words } = coordinator;

  async function ended(order: OrderId): Promise<InjectionEnd> {
    const said = (): string => JSON.stringify(words.get(order));
    await eventually(
      () => `${order} has ended: ${said()}`,
      () => words.get(order)?.kind === 'ended',
      WITHIN_MS,
    );
    const word = words.get(order);
    if (word?.kind !== 'ended') throw new Error(`${order}: ${said()}`);
    return word.end;
  }

  return {
    machine,
    name,
    coordinator,
    ended,
    inject: async (fault, params, durationMs) => {
      const base = buildOrder(fault, { durationMs, leaseMs: LEASE_MS, notAfterMs: LEASE_MS });
      const order = { ...base, id: orderId(base.run, base.slot, nodeId(name)), params: { ...base.params, ...params } };
      coordinator.order(name, order);
      await eventually(`${fault} is answered`, () => words.has(order.id), WITHIN_MS);
      const word = words.get(order.id);
      if (word?.kind !== 'started') throw new Error(`${fault} has not started: ${refusalOf(coordinator, order.id)}`);
      return order.id;
    },
    halt: async (order) => {
      coordinator.say(name, { revert: { orderId: order } });
      return ended(order);
    },
    connected: async () => {
      const trouble = async (): Promise<string> =>
        (await machine.trySh('journalctl -u roulette-agent -n 60 --no-pager -o cat')).text;
      await eventually('connected', () => coordinator.isConnected(name), WITHIN_MS).catch(async (error: unknown) => {
        throw new Error(`${name} does not connect: ${await trouble()}`, { cause: error });
      });
    },
    state: () => stateOf(machine),
    clean: async () => {
      const left = async (): Promise<string> =>
        (await machine.trySh('{ nft list tables; ip -br link; } | grep rlt')).text.trim();
      await eventually('nothing of ours is left in the kernel', async () => (await left()) === '', WITHIN_MS);
    },
  };
}

function refusalOf({ heard }: ScriptedCoordinator, order: OrderId): string {
  return JSON.stringify(heard.findLast(({ refused, ended }) => (refused ?? ended)?.orderId === order));
}
