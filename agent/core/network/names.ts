// What the kernel objects of an injection are called. Everything of ours begins with `rlt`; the name says whose it is,
// so that it can be taken away when nothing else is left to tell of it.

import { sha256 } from '../../../shared/canonical.ts';
import { nodeOf, type NodeId, type OrderId } from '../../../shared/domain/ids.ts';

const NODE_DIGITS = 4;
export const ORDER_DIGITS = 7;

/** Of 14 letters, for a device has at most 15 (IFNAMSIZ) and adds `o` or `i`. */
export function networkName(order: OrderId): string {
  return namePrefix(nodeOf(order)) + sha256(order).slice(0, ORDER_DIGITS);
}

/** How all names of a node begin: agents of several nodes may share a kernel. */
export function namePrefix(node: NodeId): string {
  return `rlt${sha256(node).slice(0, NODE_DIGITS)}`;
}

/** The name that a table or a device of ours belongs to; null for anything else. */
export function nameOf(object: string): string | null {
  return /^(?<name>rlt[0-9a-f]{11})[io]?$/u.exec(object)?.groups?.['name'] ?? null;
}

export function isNetworkName(text: string): boolean {
  return nameOf(text) === text;
}

/** Devices that packets are sent through, on their way out and in. */
export function deviceNames(name: string): { readonly out: string; readonly in: string } {
  return { out: `${name}o`, in: `${name}i` };
}

/**
 * What marks the packets of chosen processes between two hooks (skb->priority), as a class id of tc: no qdisc of the
 * node has such a handle by chance.
 */
export function markOf(name: string): string {
  const hash = sha256(name);
  return `7${hash.slice(0, 3)}:1${hash.slice(3, 6)}`;
}
