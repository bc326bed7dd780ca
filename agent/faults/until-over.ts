import type { HostProbe } from '../effects/contract.ts';

/** Resolves at the end of the injection. */
export async function untilOver(probe: HostProbe, over: AbortSignal): Promise<void> {
  while (!over.aborted) await probe.sleep(60_000, over);
}
