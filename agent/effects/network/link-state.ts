// An interface that is taken down and brought up again. The kernel forgets its IPv6 addresses and all its routes when
// it goes down (net/ipv6/addrconf.c, net/ipv4/fib_frontend.c); they are saved before, and restored by `ip` as they
// were, message by message: nothing of them is translated.

import { setTimeout } from 'node:timers/promises';
import { isIpv6Of, missingFrom, splitDump, toDump } from '../../core/network/dump.ts';
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
  if (!deviceList().includes(device)) return null;
  const [index, { addresses, routes }] = await Promise.all([indexIfUp(device), readState(device)]);
  if (index === null) return null;
  // IPv4 addresses stay. The kernel puts each new one before the older ones of its scope: the oldest must come first.
  const lost = addresses.filter((message) => isIpv6Of(index, message)).toReversed();
  return {
    device,
    addresses: toDump('address', lost).toString('base64'),
    routes: toDump('route', routes).toString('base64'),
  };
}

/** The kernel takes routes only over a link that is up, which may take a moment. */
const RESTORE_WITHIN_MS = 1500;
const POLL_MS = 50;

/** Harmless when it is up and nothing is missing: what is there already stays as it is. Throws when something is. */
export async function restoreLink({ device, ...saved }: LinkState): Promise<void> {
  if (!deviceList().includes(device)) throw new Error(`the interface ${device} is gone`);
  const [addresses, routes] = [Buffer.from(saved.addresses, 'base64'), Buffer.from(saved.routes, 'base64')];
  await run({ program: 'ip', args: ['link', 'set', 'dev', device, 'up'] });
  for (let waited = 0; ; waited += POLL_MS) {
    await run({ program: 'ip', args: ['address', 'restore'], input: addresses });
    // It goes through them several times, so that a gateway can be reached before a route needs it.
    await run({ program: 'ip', args: ['route', 'restore'], input: routes, seeks: true });
    const there = await readState(device);
    const missing = [
      ...missingFrom('address', there.addresses, splitDump('address', addresses)),
      ...missingFrom('route', there.routes, splitDump('route', routes)),
    ];
    if (missing.length === 0) return;
    if (waited >= RESTORE_WITHIN_MS) throw new Error(`${device} lacks ${missing.length} of its addresses and routes`);
    await setTimeout(POLL_MS);
  }
}

/** Local and multicast routes come by themselves, with the addresses. `table all` means both families. */
async function readState(device: string): Promise<{ readonly addresses: Buffer[]; readonly routes: Buffer[] }> {
  const [addresses, routes] = await Promise.all([
    run({ program: 'ip', args: ['address', 'save', 'dev', device] }),
    run({ program: 'ip', args: ['route', 'save', 'table', 'all', 'type', 'unicast', 'dev', device] }),
  ]);
  return { addresses: splitDump('address', addresses), routes: splitDump('route', routes) };
}

export async function isUp(device: string): Promise<boolean> {
  return (await indexIfUp(device)) !== null;
}

async function indexIfUp(device: string): Promise<number | null> {
  const links = records(await run({ program: 'ip', args: ['-j', 'link', 'show', 'dev', device, 'up'] }));
  const index = links.find(({ ifname }) => ifname === device)?.['ifindex'];
  return typeof index === 'number' ? index : null;
}
