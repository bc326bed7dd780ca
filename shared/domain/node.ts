// What the coordinator knows of a node, and what a plan may depend on (the inventory).

import type { NodeId } from './ids.ts';

/**
 * The part of a node that a plan is compiled from. Nothing that changes by itself from minute to minute
 * (load, liveness) belongs here: equal fleets must give equal plans.
 */
export interface InventoryNode {
  readonly id: NodeId;
  readonly environment: string;
  /** The agent's own labels and the built-ins `node`, `hostname`, `os`, `kernel`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Fault kinds that the agent offers, each with the digest of its spec. */
  readonly faults: Readonly<Record<string, string>>;
  /** What this node's kernel and tools can do, for example `taskset`. */
  readonly capabilities: readonly string[];
  /** Where other nodes reach this one, IPv4 and IPv6, sorted; none of loopback or link-local. */
  readonly addresses: readonly string[];
}

export interface NodeFacts {
  readonly hostname: string;
  readonly os: string;
  readonly kernel: string;
  readonly arch: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Changes with each boot (`/proc/sys/kernel/random/boot_id`). */
  readonly bootId: string;
  readonly agentVersion: string;
  readonly agentPid: number;
  /** Its network interfaces, as `eth0 10.0.0.5/24 fd00::5/64`, sorted. */
  readonly interfaces: readonly string[];
}

/** Sent with every heartbeat. */
export interface NodeMetrics {
  /** Busy share of all cores since the last heartbeat, 0 to 1. */
  readonly cpuBusy: number;
  readonly memoryUsedBytes: number;
  readonly load1: number;
  /** Resident memory of the agent itself. */
  readonly agentRssBytes: number;
}

/** A node that was seen once: it belongs to the fleet, connected or not, until somebody says that it is gone for good. */
export interface KnownNode {
  readonly id: NodeId;
  readonly environment: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly lastSeenAt: number;
}

export type NodeHealth = 'connected' | 'lost';
