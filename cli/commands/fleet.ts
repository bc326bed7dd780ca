// `nodes`, `node` and `faults`: what there is, and what can be done to it.

import { describeLever } from '../../shared/describe-event.ts';
import { EXIT, RouletteError } from '../../shared/errors.ts';
import { FAULT_KINDS, faultSpec, isFaultKind } from '../../shared/faults/index.ts';
import { orNull } from '../../shared/rpc/absent.ts';
import { closest } from '../../shared/schema/closest.ts';
import { renderFault } from '../render/fault.ts';
import { alarmsOf, NODE_COLUMNS, nodeRow, renderNode } from '../render/node.ts';
import { table } from '../render/table.ts';
import type { Outcome, Session } from '../session.ts';

export async function listNodes({ io, json, operator }: Session): Outcome {
  const { nodes, lever } = await operator().listNodes();
  if (json) io.out(JSON.stringify(nodes));
  else if (nodes.length === 0) io.err('no agent has connected yet');
  const rows = nodes.map((node) => nodeRow(node));
  if (!json) for (const line of table(NODE_COLUMNS, rows)) io.out(line);
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

export interface ForgetOptions {
  readonly reason?: string;
  readonly as?: string;
}

export async function forgetNode({ io, json, operator }: Session, name: string, options: ForgetOptions): Outcome {
  const { reason = 'no reason given', as } = options;
  const { freedOrders } = await operator().forgetNode({ node: name, requestedBy: as ?? io.user, reason });
  if (json) io.out(JSON.stringify({ node: name, freedOrders }));
  else io.out(`${name} is forgotten${freedOrders.length === 0 ? '' : `; it held ${freedOrders.join(' ')}`}`);
  return EXIT.done;
}

export function showFaults({ io, json }: Session, kind: string | undefined): Outcome {
  if (kind === undefined) {
    if (json) io.out(JSON.stringify(FAULT_KINDS.map((known) => faultSpec(known))));
    const rows = FAULT_KINDS.map((known) => {
      const { class: family, hazard, summary } = faultSpec(known);
      return [known, family, hazard, summary];
    });
    if (!json) for (const line of table(['fault', 'class', 'hazard', 'does'], rows)) io.out(line);
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
