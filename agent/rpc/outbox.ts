// What the coordinator has not settled yet: answers and ends are kept, and said again at every connect, until
// the coordinator has recorded them. Kept in memory; after a crash the journal speaks instead.

import type { OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, OrderAnswer } from '../../shared/domain/order.ts';
import type { AgentMessage } from '../../shared/rpc/generated/roulette/v1/AgentMessage.ts';
import { toWireAnswer, toWireEnd } from '../../shared/rpc/order-wire.ts';

export interface Outbox {
  readonly answered: (answer: OrderAnswer) => void;
  readonly ended: (end: InjectionEnd) => void;
  readonly settled: (order: OrderId) => void;
  /** In the order in which they were said. */
  readonly unsettled: () => readonly AgentMessage[];
  readonly isEmpty: () => boolean;
  /** The one who sends what comes in from now on. */
  readonly connect: (send: ((message: AgentMessage) => void) | null) => void;
}

export function createOutbox(): Outbox {
  const answers = new Map<OrderId, OrderAnswer>();
  const ends = new Map<OrderId, InjectionEnd>();
  let send: ((message: AgentMessage) => void) | null = null;
  return {
    answered: (answer) => {
      answers.set(answer.orderId, answer);
      send?.(toWireAnswer(answer));
    },
    ended: (end) => {
      ends.set(end.orderId, end);
      send?.(toWireEnd(end));
    },
    settled: (order) => {
      answers.delete(order);
      ends.delete(order);
    },
    unsettled: () => [...[...answers.values()].map(toWireAnswer), ...[...ends.values()].map(toWireEnd)],
    isEmpty: () => answers.size === 0 && ends.size === 0,
    connect: (sender) => {
      send = sender;
    },
  };
}
