// An interface that is taken down and brought up again. The kernel forgets its IPv6 addresses and all its routes when
// it goes down (net/ipv6/addrconf.c, net/ipv4/fib_frontend.c); they are saved before, and restored by `ip` as they
// were, message by message: nothing of them is translated.

import { setTimeout } from 'node:timers/promises';
import { isIpv6Address, splitDump, toDump } from '../../core/network/dump.ts';
import { records } from '../../core/network/json.ts';
import { run } from '../programs.ts';
import { deviceList } from './links.ts';

/** As `ip ... save` gives it, base64: it goes into the journal. */
export interface LinkState {
  readonly device: string;
  readonly addresses: string;
  readonly routes: string;
}

/** Null when there is no such interface, or when it is down already. */
export async function saveLink(device: string): Promise<LinkState | null> {
  if (!deviceList().includes(device) || !(await isUp(device))) return null;
  // Local and multicast routes come by themselves, with the addresses. `table all` means both families.
  const lines = `address save dev ${device}\nroute save table all type unicast dev ${device}\n`;
  const saved = splitDump(await run({ program: 'ip', args: ['-batch', '-'], input: lines }));
  // IPv4 addresses stay. The kernel puts each new one before the older ones of its scope: the oldest must come first.
  const addresses = saved.addresses.filter((message) => isIpv6Address(message)).toReversed();
  return {
    device,
    addresses: toDump('address', addresses).toString('base64'),
    routes: toDump('route', saved.routes).toString('base64'),
  };
}

/** The kernel takes routes only over a link that is up, which may take a moment. */
const UP_WITHIN_MS = 1500;
const POLL_MS = 50;

/** Harmless when it is up and nothing is missing: what is there already stays as it is. */
export async function restoreLink({ device, addresses, routes }: LinkState): Promise<void> {
  if (!deviceList().includes(device)) throw new Error(`the interface ${device} is gone`);
  await run({ program: 'ip', args: ['link', 'set', 'dev', device, 'up'] });
  for (let waited = 0; waited < UP_WITHIN_MS && !(await isUp(device)); waited += POLL_MS) await setTimeout(POLL_MS);
  await run({ program: 'ip', args: ['address', 'restore'], input: Buffer.from(addresses, 'base64') });
  // It goes through them several times, so that a gateway can be reached before a route needs it.
  await run({ program: 'ip', args: ['route', 'restore'], input: Buffer.from(routes, 'base64'), seeks: true });
}

export async function isUp(device: string): Promise<boolean> {
  return records(await run({ program: 'ip', args: ['-j', 'link', 'show', 'dev', device, 'up'] })).some(
    ({ ifname }) => ifname === device,
  );
}
