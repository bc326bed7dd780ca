// Proof that the coordinator is still there: a question that only it can answer, asked after the network was changed.
// What the kernel says of the connection proves nothing: it goes on believing in one that is cut for minutes.

import { sleep, type Clock } from '../../shared/clock.ts';
import type { AgentMessage } from '../../shared/rpc/generated/roulette/v1/AgentMessage.ts';

export interface Reach {
  /** Resolves with true at the coordinator's answer, with false when none comes in time. */
  readonly prove: () => Promise<boolean>;
  readonly answered: (nonce: number) => void;
  /** The one who sends from now on; open questions are asked again. */
  readonly connect: (send: ((message: AgentMessage) => void) | null) => void;
}

/** Long against a round trip, short against what an operator would wait for a node that is cut off. */
const PROVE_WITHIN_MS = 3000;

export function createReach(clock: Clock): Reach {
  const open = new Map<number, () => void>();
  let send: ((message: AgentMessage) => void) | null = null;
  let last = 0;
  return {
    prove: async () => {
      last += 1;
      const nonce = last;
      const waiting = new AbortController();
      let isAnswered = false;
      open.set(nonce, () => {
        isAnswered = true;
        waiting.abort();
      });
      send?.({ ping: { nonce } });
      await sleep(clock, PROVE_WITHIN_MS, waiting.signal);
      open.delete(nonce);
      return isAnswered;
    },
    answered: (nonce) => open.get(nonce)?.(),
    connect: (next) => {
      send = next;
      for (const nonce of open.keys()) send?.({ ping: { nonce } });
    },
  };
}
