// Which slots are due, and who gets their orders: the nodes that are connected and fit the blast radius.

import { orderId, type NodeId, type SlotId } from '../../shared/domain/ids.ts';
import type { InjectOrder } from '../../shared/domain/order.ts';
import type { Slot } from '../../shared/domain/plan.ts';
import { faultSpec, injectionLengthMs } from '../../shared/faults/index.ts';
import { specHash } from '../../shared/faults/spec.ts';
import { candidateOf, fillPlace, slackOf, type Filled, type Obstacle } from './blast-radius/fill.ts';
import { applyChanges, type Change } from './run-changes.ts';
import { extend, type Moment, type RunContext, type RunState, type Turn, type Wish } from './run-state.ts';

/**
 * Gives each node of every slot whose time has come its order, or another candidate in its place; what does not fit
 * waits for room as long as the slot may. Returns the same turn when nothing comes of it.
 */
export function issueDueSlots(context: RunContext, turn: Turn, now: Moment): Turn {
  const { state } = turn;
  const stage = context.plan.stages[state.stageIndex];
  const slots = context.plan.slots.filter((slot) => slot.stage === stage?.name);
  const due = slots.slice(state.issued).filter((slot) => state.phaseSince + slot.offsetMs <= now.mono);
  const fresh = due.flatMap((slot) => slot.nodes.map((node) => ({ slot, node, until: now.mono + slackOf(slot) })));
  const grant = createGrants(context, state, now);
  const old = state.waiting.map((wish) => grant(wish));
  const young = fresh.map((wish) => grant(wish));
  const waiting = [...old, ...young].flatMap(({ waits }) => waits ?? []);
  if (due.length === 0 && waiting.length === state.waiting.length) return turn;
  const changes = [
    ...old.flatMap(({ changes: made }) => made),
    ...young.flatMap((granted) => [...sayWait(granted, now), ...granted.changes]),
  ];
  return extend(applyChanges(turn, changes), { state: { issued: state.issued + due.length, waiting } });
}

/** Candidates of a slot that have no order of it yet, best rank first; what is taken of them is taken from the list. */
function createReserves(context: RunContext, { orders }: RunState): (slot: Slot) => NodeId[] {
  const bySlot = new Map<SlotId, NodeId[]>();
  return ({ id }) => {
    const known = bySlot.get(id);
    if (known !== undefined) return known;
    const standby = context.plan.standby[id] ?? [];
    const reserves = standby.filter((node) => !orders.has(orderId(context.run, id, node)));
    bySlot.set(id, reserves);
    return reserves;
  };
}

/** What came of a wish: orders or a skip, or that it waits on. */
interface Granted {
  readonly changes: readonly Change[];
  readonly waits: (Wish & { readonly obstacle: Obstacle }) | null;
}

/** To be called in the order in which the wishes came. */
function createGrants(context: RunContext, state: RunState, now: Moment): (wish: Wish) => Granted {
  const reservesOf = createReserves(context, state);
  const busy = createBusy(state);
  return (wish) => {
    const { slot, node, until } = wish;
    const late = busy.latecomer(wish);
    const filled =
      late === null ? fill(context, state, { wish, reserves: reservesOf(slot) }, now) : { taken: null, obstacle: late };
    // What waits keeps its node from those that come after it.
    busy.note(filled.taken ?? node, slot);
    if (filled.taken !== null) {
      const sent = sendOrder(context, slot, { node: filled.taken, now });
      const { taken, instead } = filled;
      return { waits: null, changes: instead === null ? [sent] : [substitute(wish, taken, instead), sent] };
    }
    const { obstacle } = filled;
    if (late !== null || now.mono < until) return { waits: { ...wish, obstacle }, changes: [] };
    return { waits: null, changes: [skipNode(slot, node, obstacle)] };
  };
}

function fill(
  { run }: RunContext,
  { connected }: RunState,
  { wish, reserves }: { readonly wish: Wish; readonly reserves: NodeId[] },
  { room }: Moment,
): Filled {
  return fillPlace(wish.node, reserves, {
    take: (one) =>
      connected.has(one)
        ? room.take(candidateOf(wish.slot, one, run))
        : { code: 'NODE_AWAY', rule: null, message: AWAY },
    isFree: room.isFree,
  });
}

interface Busy {
  /**
   * What does not overlap in the plan does not overlap in the run: a slot that began late on the node is waited for,
   * however long it takes. That it ends is certain, and the slack is for what others do.
   */
  readonly latecomer: (wish: Wish) => Obstacle | null;
  readonly note: (node: NodeId, slot: Slot) => void;
}

function createBusy({ orders }: RunState): Busy {
  const byNode = new Map<NodeId, Slot[]>();
  const note = (node: NodeId, slot: Slot): void => {
    const known = byNode.get(node);
    if (known === undefined) byNode.set(node, [slot]);
    else known.push(slot);
  };
  for (const { node, slot, stage } of orders.values()) if (stage !== 'over') note(node, slot);
  return {
    note,
    latecomer: ({ slot, node }) => {
      const late = byNode.get(node)?.find((one) => plannedEndMs(one) <= slot.offsetMs);
      if (late === undefined) return null;
      return { code: 'FAULT_CONFLICT', rule: null, message: `${late.id} is not over there yet` };
    },
  };
}

function plannedEndMs({ offsetMs, fault, durationMs, params }: Slot): number {
  return offsetMs + injectionLengthMs(fault, durationMs, params);
}

const AWAY = 'the node is not connected';

function sayWait({ waits }: Granted, now: Moment): Change[] {
  if (waits === null) return [];
  const { slot, node, until, obstacle } = waits;
  const { rule, message: why } = obstacle;
  return [{ events: [{ type: 'slot.waiting', slot: slot.id, node, rule, why, forMs: until - now.mono }] }];
}

function substitute({ slot, node }: Wish, by: NodeId, { rule, message: why }: Obstacle): Change {
  return { events: [{ type: 'slot.substituted', slot: slot.id, node, by, rule, why }] };
}

function skipNode(slot: Slot, node: NodeId, { code, rule, message }: Obstacle): Change {
  const why = `${message}, and there is no other candidate`;
  return {
    flaw: `${slot.id} was skipped on ${node}: ${why}`,
    events: [{ type: 'slot.skipped', slot: slot.id, node, code, rule, why }],
  };
}

function sendOrder(
  context: RunContext,
  slot: Slot,
  { node, now }: { readonly node: NodeId; readonly now: Moment },
): Change {
  const order = toOrder(context, slot, { node, notAfterMs: context.leaseMs });
  // An order that was not begun within its lease is never begun, and one that was has expired by then.
  const notAfter = now.mono + context.leaseMs;
  const deadline = notAfter + context.graceMs;
  return {
    order: { id: order.id, slot, node, stage: 'sent', notAfter, deadline, outcome: null },
    events: [{ type: 'order.sent', slot: slot.id, order: order.id, node, fault: slot.fault }],
    acts: [{ type: 'send', node, order }],
  };
}

export function toOrder(
  context: RunContext,
  slot: Slot,
  { node, notAfterMs }: { readonly node: NodeId; readonly notAfterMs: number },
): InjectOrder {
  const { fault, params, processes, pick, drawKey, durationMs } = slot;
  return {
    id: orderId(context.run, slot.id, node),
    run: context.run,
    slot: slot.id,
    term: context.term,
    fault,
    specHash: specHash(faultSpec(fault)),
    params,
    processes,
    pick,
    drawKey,
    durationMs,
    leaseMs: context.leaseMs,
    notAfterMs,
  };
}
