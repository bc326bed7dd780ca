// Host names to addresses, by the resolver of the machine (getaddrinfo(3)): what its programs would connect to.

import { lookup } from 'node:dns/promises';
import { sleep, systemClock } from './clock.ts';

const WITHIN_MS = 5000;

/** A name that does not resolve in time has no addresses. */
export async function resolveNames(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await resolve(name)] as const)));
}

async function resolve(name: string): Promise<readonly string[]> {
  const waiting = new AbortController();
  const found = await Promise.race([
    lookup(name, { all: true }).catch(() => []),
    sleep(systemClock, WITHIN_MS, waiting.signal).then(() => []),
  ]);
  waiting.abort();
  return found.map(({ address }) => address);
}
