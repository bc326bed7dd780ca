// `roulette-agent doctor` and `clean`: what this node can do, what of Roulette is left on it, and how to be rid of it.
// They work beside a running agent, whose injections are none of their business, and without one.

import { nodeId } from '../shared/domain/ids.ts';
import { messageOf } from '../shared/errors.ts';
import { CAPABILITIES, type Capability } from '../shared/faults/capabilities.ts';
import type { AgentConfig } from '../shared/schema/config.ts';
import { unfinished, type Undo } from './core/journal-records.ts';
import { namePrefix, networkName } from './core/network/names.ts';
import { readJournal } from './effects/journal-text.ts';
import { namesInKernel, removeNetwork } from './effects/network/links.ts';
import { readCapabilities } from './effects/network/probe.ts';
import { agentIn, filesOf, openAndRecover, takeFolder, type RecoveringDeps } from './state.ts';
import { readText } from './targets/proc.ts';

export interface Examination {
  readonly capabilities: readonly Capability[];
  readonly isRunning: boolean;
  /** Orders that have begun and not ended; a running agent's own are active. */
  readonly orders: readonly { readonly order: string; readonly undos: readonly string[] }[];
  /** Kernel objects of this node's that no such order explains. */
  readonly leftovers: readonly string[];
  /** Those of other agents on this kernel. */
  readonly others: readonly string[];
}

export async function examine(config: AgentConfig): Promise<Examination> {
  const node = nodeId(config.node);
  const isRunning = agentIn(config.stateDir) !== null;
  const capabilities = await readCapabilities(node);
  const open = openOrders(config);
  const known = new Set(open.map(({ order }) => networkName(order)));
  const names = await namesInKernel().catch(() => []);
  const ours = names.filter((name) => name.startsWith(namePrefix(node)));
  return {
    capabilities,
    isRunning,
    orders: open.map(({ order, steps }) => ({
      order,
      undos: steps.flatMap(({ undo }) => (undo === null ? [] : [describe(undo)])),
    })),
    leftovers: ours.filter((name) => !known.has(name)),
    others: names.filter((name) => !ours.includes(name)),
  };
}

/** What is left and not an agent's at work. */
export function countLeftovers({ isRunning, orders, leftovers }: Examination): number {
  return leftovers.length + (isRunning ? 0 : orders.length);
}

/** One line each, for people. */
export function formatExamination(found: Examination): string[] {
  const { capabilities, isRunning, orders, leftovers, others } = found;
  const can = Object.entries(CAPABILITIES).map(([name, what]) => {
    const has = capabilities.some((capability) => capability === name);
    return `  ${has ? 'yes' : 'no '}  ${name.padEnd(20)} ${what}`;
  });
  const active = orders.map(({ order, undos }) => `  ${order}: ${undos.join(', ') || 'nothing to undo'}`);
  return [
    'capabilities',
    ...can,
    isRunning ? 'an agent is at work; its injections' : 'no agent is at work; left in its journal',
    ...orNothing(active),
    'left in the kernel',
    ...orNothing(leftovers.map((name) => `  ${name}`)),
    ...(others.length === 0 ? [] : ["other agents' in the kernel", ...others.map((name) => `  ${name}`)]),
  ];
}

function orNothing(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['  nothing'] : lines;
}

/**
 * Takes back what the journal has as unfinished, unless an agent is at work, and deletes this node's kernel objects
 * that no injection explains. Resolves with what could not be removed, a sentence each.
 */
export async function clean(config: AgentConfig, deps: RecoveringDeps): Promise<string[]> {
  const recovered = await recoverAlone(config, deps);
  const { leftovers } = await examine(config);
  const removed = await Promise.all(
    leftovers.map(async (name) => {
      try {
        await removeNetwork(name);
        deps.log.warn({ name }, 'removed');
        return [];
      } catch (error) {
        return [`${name}: ${messageOf(error)}`];
      }
    }),
  );
  return [...recovered, ...removed.flat()];
}

async function recoverAlone(config: AgentConfig, deps: RecoveringDeps): Promise<string[]> {
  if (agentIn(config.stateDir) !== null) return [];
  const folder = takeFolder(config.stateDir);
  const { journal, left } = await openAndRecover(filesOf(config.stateDir), deps);
  journal.close();
  folder.release();
  return left.flatMap(({ end }) => (end.reverted ? [] : [`${end.orderId}: ${end.revertErrors.join('; ')}`]));
}

function openOrders({ stateDir }: AgentConfig): ReturnType<typeof unfinished> {
  const files = filesOf(stateDir);
  const found = readJournal(readText(files.journal) ?? '');
  const kept = readJournal(readText(files.notes) ?? '').records;
  return unfinished([...found.records, ...kept], found.damage.length > 0);
}

function describe(undo: Undo): string {
  switch (undo.kind) {
    case 'signal':
      return `${undo.signal} to pid ${undo.process.pid}`;
    case 'end-child':
      return `end pid ${undo.process.pid}`;
    case 'network':
      return `delete ${undo.name}`;
    case 'link-up':
      return `bring ${undo.device} up`;
  }
}
