// What the host experiences: chosen names do not resolve, resolve late, or to a wrong address. Other names do.
// Undo: rules and device are deleted, and the answering child is ended. What remains if that fails: nothing after the
// deadline, which the kernel holds; should the child be gone before, queries for the names are refused until then.

import { queriesFor } from '../core/network/dns-match.ts';
import { delayQdisc } from '../core/network/qdiscs.ts';
import { texts } from '../core/network/traffic.ts';
import type { FaultImplementation, PlanInput, Step } from '../effects/contract.ts';
import { packetsObserved, planObjects, watchToTheEnd, type ObjectsWanted } from './traffic.ts';

export const netDns: FaultImplementation = {
  network: 'facts',
  plan: (input) => {
    const port = freePort(input);
    // Queries go out; the stub of systemd-resolved is asked over loopback.
    const asked = { ...input, params: { ...input.params, direction: 'out' } };
    const payload = queriesFor(texts(input.params['names']));
    const objects = planObjects(asked, { ...wayOf(input, port), payload, withLoopback: true });
    if ('code' in objects) return objects;
    const network: Step = { kind: 'network', objects };
    return answers(input) ? [responder(input, port), network] : [network];
  },
  verify: async (input, probe, over) => {
    const { reading } = await watchToTheEnd(input, probe, over);
    return [packetsObserved('queries interfered with', reading)];
  },
};

/** Whether something of ours must answer. */
function answers({ params }: PlanInput): boolean {
  return ['nxdomain', 'servfail', 'address'].includes(String(params['answer']));
}

function wayOf(input: PlanInput, port: number): Pick<ObjectsWanted, 'verdict' | 'qdisc'> {
  if (answers(input)) return { verdict: { kind: 'redirect', port }, qdisc: null };
  if (input.params['answer'] === 'delay') return { verdict: { kind: 'shape' }, qdisc: delayQdisc(input.params) };
  return { verdict: { kind: 'lose', share: 1 }, qdisc: null };
}

function responder({ params, durationMs }: PlanInput, port: number): Step {
  const addresses = texts(params['addresses']);
  const args = [String(port), String((durationMs ?? 0) + SPARE_MS), String(params['answer']), ...addresses];
  return { kind: 'spawn', program: 'dns-responder', args, cpus: null, udpPort: port };
}

/** The agent ends the child; the child's own deadline comes later. */
const SPARE_MS = 1000;

/** Below the ports that the kernel gives out by itself (ip(7), ip_local_port_range). */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** The first free one, beginning where the name says: no two injections begin at the same. */
function freePort({ name, network }: PlanInput): number {
  const begin = Number.parseInt(name.slice(-7), 16) % PORTS;
  const taken = new Set(network?.udpPorts);
  for (let offset = 0; offset < PORTS; offset += 1) {
    const port = FIRST_PORT + ((begin + offset) % PORTS);
    if (!taken.has(port)) return port;
  }
  return FIRST_PORT;
}
