// One node for people: where it is reached, what it can do, what is the matter with it.

import { CAPABILITIES, type Capability } from '../../shared/faults/capabilities.ts';
import type { Node__Output } from '../../shared/rpc/generated/roulette/v1/Node.ts';
import type { NodeFacts__Output } from '../../shared/rpc/generated/roulette/v1/NodeFacts.ts';
import type { NodeMetrics__Output } from '../../shared/rpc/generated/roulette/v1/NodeMetrics.ts';
import type { Paint } from '../io.ts';
import { hanging, moment } from './table.ts';

export const NODE_COLUMNS = ['node', 'health', 'environment', 'labels', 'addresses', 'lacks', 'cpu', 'active'];

export function nodeRow(node: Node__Output): string[] {
  return [
    node.id,
    healthOf(node),
    node.environment,
    labelsOf(node),
    someOf(node.addresses),
    someOf(lacksOf(node)),
    loadOf(node),
    String(node.activeOrders.length),
  ];
}

export function renderNode(node: Node__Output, paint: Paint): string[] {
  const lines = hanging([
    ['environment', [node.environment]],
    ['health', [`${healthOf(node)}, last seen ${moment(node.lastSeenAt)}`]],
    ['labels', [labelsOf(node)]],
    ['addresses', [node.addresses.join(' ') || 'none that other nodes could reach']],
    ...(node.facts === null ? [] : factRows(node.facts)),
    ...(node.metrics === null ? [] : [metricRow(node.metrics)]),
    ['faults', [Object.keys(node.faults).join(' ')]],
    ['can', orNothing(node.capabilities.map((name) => describe(name)))],
    ['lacks', orNothing(lacksOf(node).map((name) => describe(name)))],
    ['guard', [node.guard]],
    ['active', [node.activeOrders.join(' ') || 'nothing']],
  ]);
  return [paint.strong(node.id), ...lines.map((line) => `  ${line}`), ...alarmsOf(node).map((line) => paint.bad(line))];
}

/** What is still broken on a node, because an undo failed. The agent goes on trying. */
export function alarmsOf({ id, alarms }: Node__Output): string[] {
  return alarms.map(
    ({ orderId, since, why }) =>
      `ALARM on ${id}: ${orderId} is not undone since ${moment(since)}: ${why}; still trying`,
  );
}

const NAME_WIDTH = Math.max(...Object.keys(CAPABILITIES).map((name) => name.length));

/** An agent of another version may know capabilities that are not known here. */
function describe(name: string): string {
  return isCapability(name) ? `${name.padEnd(NAME_WIDTH)}  ${CAPABILITIES[name]}` : name;
}

function isCapability(name: string): name is Capability {
  return Object.hasOwn(CAPABILITIES, name);
}

function lacksOf({ capabilities }: Node__Output): string[] {
  return Object.keys(CAPABILITIES).filter((name) => !capabilities.includes(name));
}

function orNothing(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['nothing'] : lines;
}

/** Longer lists are cut; `roulette node NAME` has them whole. */
const MOST_SHOWN = 2;

function someOf(values: readonly string[]): string {
  const more = values.length > MOST_SHOWN ? ` +${values.length - MOST_SHOWN}` : '';
  return `${values.slice(0, MOST_SHOWN).join(' ')}${more}`;
}

type Row = readonly [string, readonly string[]];

function factRows(facts: NodeFacts__Output): Row[] {
  const { os, kernel, arch, cores, memoryBytes, agentVersion, agentPid, bootId, interfaces } = facts;
  return [
    ['interfaces', orNothing(interfaces)],
    ['system', [`${os}, kernel ${kernel}, ${arch}`]],
    ['hardware', [`${cores} cores, ${gibibytes(memoryBytes)}`]],
    ['agent', [`${agentVersion}, pid ${agentPid}, boot ${bootId}`]],
  ];
}

function metricRow({ cpuBusy, load1, memoryUsedBytes, agentRssBytes }: NodeMetrics__Output): Row {
  const use = `cpu ${Math.round(cpuBusy * 100)}%, load average ${load1}, ${gibibytes(memoryUsedBytes)} in use`;
  return ['load', [`${use}, ${Math.round(agentRssBytes / 2 ** 20)} MiB of it by the agent`]];
}

function healthOf({ connected }: Node__Output): string {
  return connected ? 'connected' : 'lost';
}

const BUILT_IN = new Set(['node', 'hostname', 'os', 'kernel']);

function labelsOf({ labels }: Node__Output): string {
  const own = Object.entries(labels).filter(([name]) => !BUILT_IN.has(name));
  return own.map(([name, value]) => `${name}=${value}`).join(' ');
}

function loadOf({ metrics }: Node__Output): string {
  return metrics === null ? '' : `${Math.round(metrics.cpuBusy * 100)}%`;
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
