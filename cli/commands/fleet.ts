// `nodes`, `node` and `faults`: what there is, and what can be done to it.

import { describeLever } from '../../shared/describe-event.ts';
import { EXIT, RouletteError } from '../../shared/errors.ts';
import { FAULT_KINDS, faultSpec, isFaultKind } from '../../shared/faults/index.ts';
import type { FaultSpec, ParamSpec } from '../../shared/faults/spec.ts';
import { orNull } from '../../shared/rpc/absent.ts';
import type { Node__Output } from '../../shared/rpc/generated/roulette/v1/Node.ts';
import type { NodeFacts__Output } from '../../shared/rpc/generated/roulette/v1/NodeFacts.ts';
import type { NodeMetrics__Output } from '../../shared/rpc/generated/roulette/v1/NodeMetrics.ts';
import { closest } from '../../shared/schema/closest.ts';
import type { Paint } from '../io.ts';
import { formatParam } from '../render/params.ts';
import { moment, table } from '../render/table.ts';
import type { Outcome, Session } from '../session.ts';

export async function listNodes({ io, json, operator }: Session): Outcome {
  const { nodes, lever } = await operator().listNodes();
  if (json) io.out(JSON.stringify(nodes));
  else if (nodes.length === 0) io.err('no agent has connected yet');
  const rows = nodes.map((node) => [
    node.id,
    healthOf(node),
    node.environment,
    labelsOf(node),
    loadOf(node),
    String(node.activeOrders.length),
  ]);
  if (!json) for (const line of table(['node', 'health', 'environment', 'labels', 'cpu', 'active'], rows)) io.out(line);
  for (const line of nodes.flatMap((node) => alarmsOf(node))) io.err(io.paint.bad(line));
  if (lever !== null) {
    const said = describeLever({ ...lever, ref: orNull(lever.ref) });
    io.err(io.paint.warn(`${said}; no run starts until \`roulette release\``));
  }
  return EXIT.done;
}

export async function showNode({ io, json, operator }: Session, name: string): Outcome {
  const { nodes } = await operator().listNodes();
  const node = nodes.find(({ id }) => id === name);
  if (node === undefined) throw new RouletteError('NODE_NOT_FOUND', `there is no node ${name}`);
  if (json) io.out(JSON.stringify(node));
  else for (const line of renderNode(node, io.paint)) io.out(line);
  return EXIT.done;
}

function renderNode(node: Node__Output, paint: Paint): string[] {
  const rows = [
    ['environment', node.environment],
    ['health', `${healthOf(node)}, last seen ${moment(node.lastSeenAt)}`],
    ['labels', labelsOf(node)],
    ['faults', Object.keys(node.faults).join(' ')],
    ['capabilities', node.capabilities.join(' ')],
    ...(node.facts === null ? [] : factRows(node.facts)),
    ...(node.metrics === null ? [] : metricRows(node.metrics)),
    ['guard', node.guard],
    ['active', node.activeOrders.join(' ') || 'nothing'],
  ];
  return [
    paint.strong(node.id),
    ...rows.map(([name = '', value = '']) => `  ${name.padEnd(13)} ${value}`),
    ...alarmsOf(node).map((line) => paint.bad(line)),
  ];
}

/** What is still broken on a node, because an undo failed. The agent goes on trying. */
function alarmsOf({ id, alarms }: Node__Output): string[] {
  return alarms.map(
    ({ orderId, since, why }) =>
      `ALARM on ${id}: ${orderId} is not undone since ${moment(since)}: ${why}; still trying`,
  );
}

function factRows({
  os,
  kernel,
  arch,
  cores,
  memoryBytes,
  agentVersion,
  agentPid,
  bootId,
}: NodeFacts__Output): string[][] {
  return [
    ['system', `${os}, kernel ${kernel}, ${arch}`],
    ['hardware', `${cores} cores, ${gibibytes(memoryBytes)}`],
    ['agent', `${agentVersion}, pid ${agentPid}, boot ${bootId}`],
  ];
}

function metricRows({ cpuBusy, load1, memoryUsedBytes, agentRssBytes }: NodeMetrics__Output): string[][] {
  const use = `cpu ${Math.round(cpuBusy * 100)}%, load average ${load1}, ${gibibytes(memoryUsedBytes)} in use`;
  return [['load', `${use}, ${Math.round(agentRssBytes / 2 ** 20)} MiB of it by the agent`]];
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

export function showFaults({ io, json }: Session, kind: string | undefined): Outcome {
  if (kind === undefined) {
    if (json) io.out(JSON.stringify(FAULT_KINDS.map((known) => faultSpec(known))));
    const rows = FAULT_KINDS.map((known) => [known, faultSpec(known).hazard, faultSpec(known).summary]);
    if (!json) for (const line of table(['fault', 'hazard', 'does'], rows)) io.out(line);
    return Promise.resolve(EXIT.done);
  }
  if (!isFaultKind(kind)) {
    const near = closest(kind, FAULT_KINDS);
    const hint = near === null ? `there are ${FAULT_KINDS.join(', ')}` : `did you mean ${near}?`;
    throw new RouletteError('USAGE_ARGUMENT', `there is no fault ${kind}; ${hint}`);
  }
  if (json) io.out(JSON.stringify(faultSpec(kind)));
  else for (const line of renderFault(faultSpec(kind), io.paint)) io.out(line);
  return Promise.resolve(EXIT.done);
}

function renderFault(spec: FaultSpec, paint: Paint): string[] {
  const params = Object.entries(spec.params).map(([name, param]) => [
    `  ${name}`,
    param.type,
    formatParam(param, param.default),
    bounds(param),
    param.doc,
  ]);
  return [
    `${paint.strong(spec.kind)}: ${spec.summary}`,
    '',
    spec.description,
    '',
    `duration   ${spec.duration === 'required' ? 'required' : 'none: it is over in an instant'}`,
    `target     ${spec.processes === 'required' ? 'processes' : 'the node itself'}`,
    `needs      ${spec.needs.join(', ') || 'nothing'}`,
    `locks      ${spec.locks.join(', ')}`,
    `hazard     ${spec.hazard}`,
    ...(params.length === 0
      ? ['params     none']
      : ['', ...table(['  param', 'type', 'default', 'bounds', 'means'], params)]),
  ];
}

function bounds(param: ParamSpec): string {
  if (param.type === 'choice') return (param.choices ?? []).join(' ');
  return `${formatParam(param, param.min ?? null)} to ${formatParam(param, param.max ?? null)}`;
}
