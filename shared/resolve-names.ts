// Host names to addresses, by the resolver of the machine (getaddrinfo(3)): what its programs would connect to.

import { lookup } from 'node:dns/promises';
import { sleep, systemClock, type Clock } from './clock.ts';

/** Whoever asked waits for a plan, 10 s at most. */
const WITHIN_MS = 5000;

interface Resolver {
  readonly lookup: (name: string) => Promise<readonly { readonly address: string }[]>;
  readonly clock: Clock;
}

const SYSTEM: Resolver = { lookup: (name) => lookup(name, { all: true }), clock: systemClock };

/** A name that does not resolve in time has no addresses. */
export async function resolveNames(
  names: readonly string[],
  resolver: Resolver = SYSTEM,
): Promise<ReadonlyMap<string, readonly string[]>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await resolve(name, resolver)] as const)));
}

async function resolve(name: string, resolver: Resolver): Promise<readonly string[]> {
  const waiting = new AbortController();
  const found = await Promise.race([
    // Whatever the reason: the plan says that the name does not resolve, and is refused.
    resolver.lookup(name).catch(() => []),
    sleep(resolver.clock, WITHIN_MS, waiting.signal).then(() => []),
  ]);
  waiting.abort();
  return found.map(({ address }) => address);
}
