// What single steps do to a run, put together into one turn.

import type { RunEventBody } from '../../shared/domain/run.ts';
import { extend, type Act, type OrderState, type Recovering, type Turn } from './run-state.ts';

/** What one step does to a run: an order in its new state, and the facts and acts that go with it. */
export interface Change {
  readonly order?: OrderState;
  readonly recovering?: Recovering;
  readonly flaw?: string;
  readonly events: readonly RunEventBody[];
  readonly acts?: readonly Act[];
}

/** Copies what it changes once, however many changes there are: a run may have thousands of orders. */
export function applyChanges(turn: Turn, changes: readonly Change[]): Turn {
  if (changes.length === 0) return turn;
  const orders = new Map(turn.state.orders);
  for (const { order } of changes) if (order !== undefined) orders.set(order.id, order);
  const flaws = changes.flatMap(({ flaw }) => flaw ?? []);
  const recovering = changes.flatMap((change) => change.recovering ?? []);
  return extend(turn, {
    state: {
      orders,
      flaws: [...turn.state.flaws, ...flaws],
      recovering: [...turn.state.recovering, ...recovering],
    },
    events: changes.flatMap(({ events }) => events),
    acts: changes.flatMap(({ acts = [] }) => acts),
  });
}
