// What the coordinator has not settled yet: answers and ends are kept, and said again at every connect, until
// the coordinator has recorded them. Ends are in the journal too, and so outlive the agent.

import type { OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, OrderAnswer } from '../../shared/domain/order.ts';
import type { AgentMessage } from '../../shared/rpc/generated/roulette/v1/AgentMessage.ts';
import { toWireAnswer, toWireEnd } from '../../shared/rpc/order-wire.ts';

export interface Outbox {
  readonly answered: (answer: OrderAnswer) => void;
  readonly ended: (end: InjectionEnd) => void;
  /** Ends that come while `act` runs are not sent one by one, but given back together. They stay unsettled. */
  readonly collect: (act: () => Promise<void>) => Promise<readonly InjectionEnd[]>;
  /** `reverted`: of the end that the coordinator has recorded. */
  readonly settled: (order: OrderId, reverted: boolean) => void;
  /** Says again what there is to say of an order. False when there is nothing. */
  readonly repeat: (order: OrderId) => boolean;
  /** In the order in which they were said. */
  readonly unsettled: () => readonly AgentMessage[];
  readonly orders: () => readonly OrderId[];
  /** The one who sends what comes in from now on. */
  readonly connect: (send: ((message: AgentMessage) => void) | null) => void;
}

export interface OutboxDeps {
  /** Ends of an earlier agent that were not settled. */
  readonly ends: readonly InjectionEnd[];
  /** An end that was reverted is settled: nothing more is to be told of its order. */
  readonly onSettled: (order: OrderId) => void;
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const answers = new Map<OrderId, OrderAnswer>();
  const ends = new Map<OrderId, InjectionEnd>(deps.ends.map((end) => [end.orderId, end]));
  const collectors = new Set<InjectionEnd[]>();
  let send: ((message: AgentMessage) => void) | null = null;

  function wordsOn(order: OrderId): AgentMessage[] {
    const [answer, end] = [answers.get(order), ends.get(order)];
    return [...(answer ? [toWireAnswer(answer)] : []), ...(end ? [{ ended: toWireEnd(end) }] : [])];
  }

  return {
    answered: (answer) => {
      answers.set(answer.orderId, answer);
      send?.(toWireAnswer(answer));
    },
    ended: (end) => {
      ends.set(end.orderId, end);
      for (const collected of collectors) collected.push(end);
      if (collectors.size === 0) send?.({ ended: toWireEnd(end) });
    },
    collect: async (act) => {
      const collected: InjectionEnd[] = [];
      collectors.add(collected);
      try {
        await act();
      } finally {
        collectors.delete(collected);
      }
      return collected;
    },
    settled: (order, reverted) => {
      const end = ends.get(order);
      if (end !== undefined && end.reverted !== reverted) return;
      answers.delete(order);
      ends.delete(order);
      if (end?.reverted === true) deps.onSettled(order);
    },
    repeat: (order) => {
      const words = wordsOn(order);
      for (const word of words) send?.(word);
      return words.length > 0;
    },
    unsettled: () => [...new Set([...answers.keys(), ...ends.keys()])].flatMap((order) => wordsOn(order)),
    orders: () => [...new Set([...answers.keys(), ...ends.keys()])],
    connect: (sender) => {
      send = sender;
    },
  };
}
