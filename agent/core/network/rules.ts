// The rules of one injection, as one transaction for `nft -f -`. Tables of its own, so that no other injection and
// nobody else's rule is touched, and an accept elsewhere voids nothing: it ends the chain that it stands in, not ours.
//
// The deadline is the kernel's: every rule asks whether its interface is in the set `on`, whose elements time out
// (nft(8), SETS). After that the tables are still there and do nothing.
//
// Only numbers and texts that were checked go into a rule: addresses as numbers, interfaces by their own pattern.

import type { Network } from '../../../shared/addresses.ts';
import type { PortRange } from '../../../shared/faults/param-types.ts';
import { deviceNames, markOf } from './names.ts';
import type { Owner, Traffic, Way } from './traffic.ts';

/** What must always get through. */
export interface ControlPath {
  readonly coordinator: readonly { readonly address: Network; readonly port: number }[];
  /** Ports of sshd. */
  readonly ssh: readonly number[];
}

export type Verdict =
  /** Through a device of ours and its queueing discipline. */
  | { readonly kind: 'shape' }
  /**
   * Lost without a word. On the way out the packet goes to a device that swallows it: a drop there is an error
   * (EPERM) for the sender, and no loss that TCP would answer.
   */
  | { readonly kind: 'lose'; readonly share: number }
  /** The sender is told: a TCP reset, or ICMP port unreachable. */
  | { readonly kind: 'reject' }
  /** A TCP reset, but for packets of a handshake. */
  | { readonly kind: 'reset' }
  /** To a port of this node instead; decided at the first packet of a connection, only on the way out. */
  | { readonly kind: 'redirect'; readonly port: number };

export interface RuleInput {
  readonly name: string;
  /** When the kernel ends it by itself. */
  readonly timeoutMs: number;
  readonly interfaces: readonly string[];
  readonly traffic: Traffic;
  readonly control: ControlPath;
  readonly verdict: Verdict;
  /** What packets must contain besides; already in nft's words. */
  readonly payload?: readonly string[];
}

/** Lost packets are lost before the others are shaped, so that both can act on the same traffic. */
const LOSE_PRIORITY = -10;
const SHAPE_PRIORITY = 0;
/** After connection tracking and before NAT of the way in; before routing decides again on the way out. */
const INET_PRIORITY = -150;
/** A packet has one mark. Those that are to be lost get theirs last, so that the others keep that of a shaping fault. */
const LATER_MARK_PRIORITY = -140;
/** That of destination NAT on the way out (nft(8), `dstnat`). */
const NAT_PRIORITY = -100;

interface Table {
  readonly family: 'inet' | 'netdev';
  readonly hooks: readonly string[];
  readonly chains: Readonly<Partial<Record<Way | 'marking', readonly string[]>>>;
}

export function rulesOf(asked: RuleInput): string {
  // Only TCP can be reset, whatever the filters leave open.
  const input: RuleInput =
    asked.verdict.kind === 'reset' ? { ...asked, traffic: { ...asked.traffic, protocol: 'tcp' } } : asked;
  const tables = [deviceTable(input), inetTable(input)].filter(({ hooks }) => hooks.length > 0);
  return tables.map((table) => formatTable(input, table)).join('');
}

/** Packets as the devices see them: forwarded ones too. */
function deviceTable(input: RuleInput): Table {
  const { interfaces, traffic, verdict } = input;
  const priority = verdict.kind === 'lose' ? LOSE_PRIORITY : SHAPE_PRIORITY;
  const ways = traffic.ways.filter((way) => isOnDevice(input, way));
  return {
    family: 'netdev',
    hooks: ways.flatMap((way) =>
      interfaces.map((device, index) => {
        const [hook, word] = way === 'out' ? ['egress', 'oifname'] : ['ingress', 'iifname'];
        return `chain ${hook}${index} { type filter hook ${hook} device "${device}" priority ${priority}; ${word} @on jump ${way}; }`;
      }),
    ),
    chains: Object.fromEntries(
      ways.map((way) => [
        way,
        isMarked(input, way) ? markedRules(input) : chainOf(input, way, formatVerdict(input, way)),
      ]),
    ),
  };
}

/** Rejecting is possible only where a packet enters or leaves the node; there sockets and so their cgroups are known. */
function inetTable(input: RuleInput): Table {
  const { traffic, verdict } = input;
  const ways = traffic.ways.filter((way) => !isOnDevice(input, way));
  const isMarking = traffic.ways.some((way) => isMarked(input, way));
  const priority = isMarking && verdict.kind === 'lose' ? LATER_MARK_PRIORITY : INET_PRIORITY;
  const kind = verdict.kind === 'redirect' ? `nat hook output priority ${NAT_PRIORITY}` : null;
  const hook = (way: Way, chain: string): string => {
    const [name, word] = way === 'out' ? ['output', 'oifname'] : ['input', 'iifname'];
    return `chain ${name} { type ${kind ?? `filter hook ${name} priority ${priority}`}; ${word} @on jump ${chain}; }`;
  };
  return {
    family: 'inet',
    hooks: [...ways.map((way) => hook(way, way)), ...(isMarking ? [hook('out', 'marking')] : [])],
    chains: {
      ...Object.fromEntries(ways.map((way) => [way, chainOf(input, way, formatVerdict(input, way))])),
      ...(isMarking
        ? { marking: chainOf(input, 'out', `${chanceOf(input)}meta priority set ${markOf(input.name)}`) }
        : {}),
    },
  };
}

function isOnDevice({ traffic, verdict }: RuleInput, way: Way): boolean {
  if (verdict.kind !== 'shape' && verdict.kind !== 'lose') return false;
  return way === 'out' || cgroupsOf(traffic).length === 0;
}

function cgroupsOf({ owners }: Traffic): (Owner & { readonly kind: 'cgroup' })[] {
  return owners.filter((owner) => owner.kind === 'cgroup');
}

/**
 * A device does not know of cgroups: packets that are meant are marked where their socket is known, and told by the
 * mark on the device.
 */
function isMarked(input: RuleInput, way: Way): boolean {
  return way === 'out' && isOnDevice(input, way) && cgroupsOf(input.traffic).length > 0;
}

function markedRules({ name }: RuleInput): string[] {
  return [`meta priority ${markOf(name)} counter name hit fwd to "${deviceNames(name).out}"`];
}

function ownersOf({ owners }: Traffic): readonly string[] {
  if (owners.length === 0) return [''];
  return owners.map((owner) =>
    owner.kind === 'user' ? `meta skuid ${owner.uid}` : `socket cgroupv2 level ${owner.level} "${owner.path}"`,
  );
}

/** What becomes of the packets that are meant, after those that must get through. */
function chainOf({ traffic, control, verdict, payload = [''] }: RuleInput, way: Way, statement: string): string[] {
  const meant = familiesOf(traffic).flatMap((family) =>
    ownersOf(traffic).flatMap((owner) => payload.map((content) => [matchOf(traffic, way, family), owner, content])),
  );
  return [
    ...controlRules(control, way),
    ...meant.map((match) => {
      const reset = verdict.kind === 'reset' ? ['tcp flags & (syn | rst) == 0x0'] : [];
      return [...match, ...reset, 'counter name seen', statement].filter((part) => part !== '').join(' ');
    }),
  ];
}

function formatVerdict(input: RuleInput, way: Way): string {
  const { name, verdict } = input;
  const devices = deviceNames(name);
  switch (verdict.kind) {
    case 'shape':
      return `counter name hit fwd to "${devices[way]}"`;
    case 'lose':
      return `${chanceOf(input)}counter name hit ${way === 'out' ? `fwd to "${devices.out}"` : 'drop'}`;
    case 'reject':
      return 'counter name hit goto rejecting';
    case 'reset':
      return 'counter name hit reject with tcp reset';
    case 'redirect':
      return `counter name hit redirect to :${verdict.port}`;
  }
}

/** `nft` refuses a random number that is always below its bound. */
const RANDOM_BELOW = 1_000_000;

function chanceOf({ verdict }: RuleInput): string {
  const below = verdict.kind === 'lose' ? Math.round(verdict.share * RANDOM_BELOW) : RANDOM_BELOW;
  return below >= RANDOM_BELOW ? '' : `numgen random mod ${RANDOM_BELOW} < ${Math.max(1, below)} `;
}

type Family = 4 | 6;

/** With peers of one family alone, nothing of the other is meant. */
function familiesOf({ peers }: Traffic): Family[] {
  const families: Family[] = [4, 6];
  return families.filter((family) => peers.length === 0 || peers.some((peer) => peer.family === family));
}

const IP = { 4: 'ip', 6: 'ip6' } as const;

/** At least the family, so that ARP is never meant. */
function matchOf(traffic: Traffic, way: Way, family: Family): string {
  const [peer, peerPort, localPort] = way === 'out' ? ['daddr', 'dport', 'sport'] : ['saddr', 'sport', 'dport'];
  const { peers, exclude, ports, localPorts } = traffic;
  const hasFamily = (list: readonly Network[]): boolean => list.some((network) => network.family === family);
  const parts: readonly (readonly [boolean, string])[] = [
    [true, `meta protocol ${IP[family]}`],
    [hasFamily(peers), `${IP[family]} ${peer} @peers${family}`],
    [hasFamily(exclude), `${IP[family]} ${peer} != @exclude${family}`],
    [true, protocolMatch(traffic, family)],
    [ports.length > 0, `th ${peerPort} @ports`],
    [localPorts.length > 0, `th ${localPort} @localPorts`],
  ];
  return parts.flatMap(([applies, text]) => (applies && text !== '' ? [text] : [])).join(' ');
}

function protocolMatch({ protocol, ports, localPorts }: Traffic, family: Family): string {
  if (protocol === 'icmp') return `meta l4proto ${family === 4 ? 'icmp' : 'ipv6-icmp'}`;
  if (protocol !== 'any') return `meta l4proto ${protocol}`;
  return ports.length + localPorts.length > 0 ? 'meta l4proto { tcp, udp }' : '';
}

/** DHCP for IPv4 (RFC 2131) and IPv6 (RFC 8415). */
const DHCP = '{ 67, 68, 546, 547 }';
/** Without these no neighbour is found any more (RFC 4861). */
const NEIGHBOUR_DISCOVERY =
  '{ nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, nd-redirect }';

function controlRules({ coordinator, ssh }: ControlPath, way: Way): string[] {
  const [peer, port] = way === 'out' ? ['daddr', 'dport'] : ['saddr', 'sport'];
  const sshPorts = `{ ${ssh.join(', ')} }`;
  return [
    ...coordinator.map(
      ({ address, port: number }) =>
        `${IP[address.family]} ${peer} ${formatAddress(address)} tcp ${port} ${number} return`,
    ),
    `tcp dport ${sshPorts} return`,
    `tcp sport ${sshPorts} return`,
    `udp dport ${DHCP} return`,
    `icmpv6 type ${NEIGHBOUR_DISCOVERY} return`,
  ];
}

function formatTable(input: RuleInput, { family, hooks, chains }: Table): string {
  const { name, interfaces, timeoutMs } = input;
  const on = interfaces.map((device) => `"${device}" timeout ${timeoutMs}ms`).join(', ');
  const rejecting = input.verdict.kind === 'reject' && family === 'inet' ? [REJECTING] : [];
  const members = [
    'counter seen { }',
    'counter hit { }',
    `set on { type ifname; flags timeout; elements = { ${on} }; }`,
    ...formatSets(input.traffic),
    ...rejecting,
    ...Object.entries(chains).map(([chain, rules]) => `chain ${chain} {\n${rules.join('\n')}\n}`),
    ...hooks,
  ];
  return `table ${family} ${name} {\n${members.join('\n')}\n}\n`;
}

const REJECTING = `chain rejecting {
meta l4proto tcp reject with tcp reset
reject with icmpx type port-unreachable
}`;

function formatSets({ peers, exclude, ports, localPorts }: Traffic): string[] {
  const addresses = ([4, 6] as const).flatMap((family) => [
    formatSet(`peers${family}`, `ipv${family}_addr`, addressElements(peers, family)),
    formatSet(`exclude${family}`, `ipv${family}_addr`, addressElements(exclude, family)),
  ]);
  const sets = [
    ...addresses,
    formatSet('ports', 'inet_service', portElements(ports)),
    formatSet('localPorts', 'inet_service', portElements(localPorts)),
  ];
  return sets.filter((text) => text !== '');
}

function formatSet(name: string, type: string, elements: readonly string[]): string {
  if (elements.length === 0) return '';
  return `set ${name} { type ${type}; flags interval; auto-merge; elements = { ${elements.join(', ')} }; }`;
}

function addressElements(networks: readonly Network[], family: Family): string[] {
  return networks
    .filter((network) => network.family === family)
    .map((network) => `${formatAddress(maskOf(network))}/${network.prefix}`);
}

function portElements(ranges: readonly PortRange[]): string[] {
  return ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
}

function maskOf({ family, address, prefix }: Network): Network {
  const rest = BigInt((family === 4 ? 32 : 128) - prefix);
  return { family, prefix, address: (address >> rest) << rest };
}

/** From the number, so that what stands in a rule never is a text that somebody sent. */
function formatAddress({ family, address }: Network): string {
  const [parts, bits, base, separator] = family === 4 ? ([4, 8n, 10, '.'] as const) : ([8, 16n, 16, ':'] as const);
  return Array.from({ length: parts }, (_, index) => {
    const part = (address >> (bits * BigInt(parts - 1 - index))) & ((1n << bits) - 1n);
    return part.toString(base);
  }).join(separator);
}
