// What a node's kernel, tools and rights may let it do, by the names that specs, plans and `roulette nodes` use.

export const CAPABILITIES = {
  taskset: 'the program taskset (util-linux)',
  'cap-net-admin': 'the right to change the network (CAP_NET_ADMIN)',
  'cap-kill': "the right to signal other users' processes (CAP_KILL)",
  'cap-sys-ptrace': "the right to look into other users' processes (CAP_SYS_PTRACE)",
  'cap-dac-read-search': 'the right to read whatever there is in /proc (CAP_DAC_READ_SEARCH)',
  iproute2: 'the programs ip and tc (iproute2)',
  nftables: 'the program nft, and a kernel with nf_tables and sets whose elements time out',
  'nft-forward': 'packets handed on in the egress and ingress hooks of a device (nft_fwd_netdev, Linux 5.16)',
  'nft-cgroup': 'packets matched by the cgroup v2 of their socket (nft_socket, Linux 5.13)',
  'nft-redirect': 'packets redirected to a local port (nft_redir)',
  ifb: 'devices that packets can be sent through and back (ifb)',
  netem: 'the queueing discipline netem (sch_netem)',
  tbf: 'the queueing discipline tbf (sch_tbf)',
  ipv6: 'IPv6',
} as const;

export type Capability = keyof typeof CAPABILITIES;

/** What a node lacks, in words for people. */
export function describeLack(missing: readonly Capability[]): string {
  return missing.map((name) => `${name}: ${CAPABILITIES[name]}`).join('; ');
}
