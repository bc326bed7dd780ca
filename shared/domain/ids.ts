// Branded identifiers: strings that cannot be mixed up with one another by the compiler.
// Each is made in exactly one place (a constructor below or a schema), and travels as a plain string.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A node's name: unique in the fleet, from the agent's own configuration. */
export type NodeId = Branded<'NodeId'>;
/** One execution of a plan, `run-` and 12 hexadecimal digits. */
export type RunId = Branded<'RunId'>;
/** One slot of a plan: `<stage>/<step>/<repetition>`, steps and repetitions counted from 1. */
export type SlotId = Branded<'SlotId'>;
/** One order to one node: `<run>/<slot>@<node>`. The same order sent twice has the same id. */
export type OrderId = Branded<'OrderId'>;

export function nodeId(text: string): NodeId {
  return text as NodeId;
}

export function runId(text: string): RunId {
  return text as RunId;
}

export function slotId(stage: string, step: number, repetition: number): SlotId {
  return `${stage}/${step}/${repetition}` as SlotId;
}

export function orderId(run: RunId, slot: SlotId, node: NodeId): OrderId {
  return `${run}/${slot}@${node}` as OrderId;
}

export function runOf(order: OrderId): RunId {
  return order.slice(0, order.indexOf('/')) as RunId;
}

export function nodeOf(order: OrderId): NodeId {
  return order.slice(order.lastIndexOf('@') + 1) as NodeId;
}

/** Reads an id back from the wire or the store, where it was written by one of the constructors. */
export function parseOrderId(text: string): OrderId {
  return text as OrderId;
}

export function parseSlotId(text: string): SlotId {
  return text as SlotId;
}
