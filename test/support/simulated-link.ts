// A connection between a node and the coordinator: messages take their time, keep their order, and are lost with it.

import type { Stream } from '../../shared/draw.ts';
import type { NodeId, OrderId } from '../../shared/domain/ids.ts';
import type { InjectionEnd, InjectOrder, OrderAnswer } from '../../shared/domain/order.ts';
import type { Timeline } from './timeline.ts';

export type ToCoordinator =
  | {
      readonly type: 'hello';
      readonly labels: Readonly<Record<string, string>>;
      readonly active: readonly OrderId[];
      readonly known: readonly OrderId[];
      readonly unreverted: readonly OrderId[];
      readonly beat: number;
    }
  | { readonly type: 'beat'; readonly beat: number }
  | { readonly type: 'answer'; readonly answer: OrderAnswer }
  | { readonly type: 'end'; readonly end: InjectionEnd };

export type ToNode =
  | { readonly type: 'welcome'; readonly term: number }
  | { readonly type: 'inject'; readonly order: InjectOrder; readonly beat: number }
  | { readonly type: 'revert'; readonly order: OrderId }
  | { readonly type: 'renew'; readonly beat: number; readonly term: number }
  | { readonly type: 'settled'; readonly order: OrderId; readonly reverted: boolean };

export interface Link {
  readonly node: NodeId;
  readonly toNode: (message: ToNode) => void;
  readonly toCoordinator: (message: ToCoordinator) => void;
  readonly break: () => void;
  readonly isBroken: () => boolean;
  /** Nothing gets through until then, and nothing is lost by that. */
  readonly stall: (until: number) => void;
}

export interface LinkEnds {
  readonly node: (message: ToNode, link: Link) => void;
  readonly coordinator: (message: ToCoordinator, link: Link) => void;
}

export function createLink(
  node: NodeId,
  ends: LinkEnds,
  { timeline, stream }: { readonly timeline: Timeline; readonly stream: Stream },
): Link {
  const slowness = stream.fraction() < 0.2 ? 400 : 40;
  let broken = false;
  let stalledUntil = 0;

  function oneWay<Message>(deliver: (message: Message, link: Link) => void): (message: Message) => void {
    let last = 0;
    return (message) => {
      last = Math.max(last, stalledUntil, timeline.now() + stream.integer(0, slowness));
      timeline.at(last, () => {
        if (!broken) deliver(message, link);
      });
    };
  }

  const link: Link = {
    node,
    toNode: oneWay(ends.node),
    toCoordinator: oneWay(ends.coordinator),
    break: () => {
      broken = true;
    },
    isBroken: () => broken,
    stall: (until) => {
      stalledUntil = until;
    },
  };
  return link;
}
