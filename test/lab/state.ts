// What a fault on packets might leave behind on a machine: read before and after, and compared as text. Counters,
// lifetimes and numbers that the kernel gives out are left out.

import type { Machine } from './machine.ts';

const READ = `for device in $(ls /sys/class/net | grep -v '^rlt'); do
  for what in qdisc class filter; do echo "$what $device"; tc -j $what show dev $device; done
done
echo filters at the ends
tc -j filter show dev eth0 ingress 2>&1 || true
echo rules; nft -j list ruleset
echo addresses; ip -j address
echo routes; ip -j route show table all; ip -j -6 route show table all
echo files; find /etc -type f -exec sha256sum {} + | sort -k2`;

const CHANGING = new Set([
  'handle',
  'valid_life_time',
  'preferred_life_time',
  'expires',
  'packets',
  'bytes',
  'ifindex',
]);

export async function stateOf(machine: Machine): Promise<string> {
  return (await machine.sh(READ)).split('\n').map(still).join('\n');
}

/** A line of JSON without what changes by itself; any other as it is. */
function still(line: string): string {
  if (!/^[[{]/u.test(line)) return line;
  return JSON.stringify(JSON.parse(line), (key, value: unknown) => (CHANGING.has(key) ? undefined : value));
}
