// What the faults on packets have in common: whose packets, on which interfaces, and by which rules.

import type { FaultParams } from '../../shared/domain/experiment.ts';
import type { Observation } from '../../shared/domain/order.ts';
import type { Refusal } from '../core/admission.ts';
import { deviceNames } from '../core/network/names.ts';
import { BLACKHOLE, type Qdisc } from '../core/network/qdiscs.ts';
import { carriersOf } from '../core/network/routes.ts';
import { rulesOf, type RuleInput, type Verdict } from '../core/network/rules.ts';
import { trafficOf, type Traffic } from '../core/network/traffic.ts';
import type { FaultImplementation, HostProbe, PlanInput, Step, VerifyInput } from '../effects/contract.ts';
import type { NetworkFacts } from '../effects/network/facts.ts';
import type { NetworkObjects, Passage } from '../effects/network/links.ts';
import type { NetworkReading } from '../effects/network/readings.ts';
import { untilOver } from './until-over.ts';

export interface TrafficFault {
  readonly verdict: Verdict;
  /** What packets wait or are changed in, for each way; null when no queue takes part. */
  readonly qdisc: Qdisc | null;
  /** From what was counted over so many seconds. */
  readonly observe: (reading: NetworkReading, seconds: number) => readonly Observation[];
}

/** A fault on packets, from its parameters. */
export function createTrafficFault(read: (params: FaultParams) => TrafficFault): FaultImplementation {
  return {
    network: 'facts',
    plan: (input) => {
      const { verdict, qdisc } = read(input.params);
      const objects = planObjects(input, { verdict, qdisc });
      return 'code' in objects ? objects : [{ kind: 'network', objects } satisfies Step];
    },
    verify: async (input, probe, over) => {
      const { reading, seconds } = await watchToTheEnd(input, probe, over);
      return read(input.params).observe(reading, seconds);
    },
  };
}

export interface ObjectsWanted extends Pick<RuleInput, 'verdict' | 'payload'> {
  readonly qdisc: Qdisc | null;
  /** Loopback too, when no interface is named. */
  readonly withLoopback?: true;
}

/** A refusal when the packets that are meant cannot be told apart, or pass no interface. */
export function planObjects(input: PlanInput, wanted: ObjectsWanted): NetworkObjects | Refusal {
  const { network, name, params, durationMs } = input;
  if (network === null) throw new Error('a fault on packets is planned from what is known of the network');
  if (typeof network.owners === 'string') {
    return {
      code: 'FAULT_NOT_POSSIBLE',
      message: `the traffic of the chosen processes cannot be told apart: ${network.owners}`,
    };
  }
  const traffic = trafficOf(params, network.owners);
  const interfaces = interfacesFor(traffic, network);
  if (typeof interfaces === 'string') return { code: 'FAULT_NOT_POSSIBLE', message: interfaces };
  const rules = rulesOf({
    ...wanted,
    name,
    timeoutMs: durationMs ?? 0,
    interfaces: wanted.withLoopback === true ? [...interfaces, 'lo'] : interfaces,
    traffic,
    control: network.control,
  });
  return { name, passages: passagesFor(name, traffic, wanted), rules };
}

function interfacesFor(
  { interface: named, peers }: Traffic,
  { devices, routes }: NetworkFacts,
): readonly string[] | string {
  if (named !== null) return devices.includes(named) ? [named] : `the node has no interface ${named}`;
  const carriers = carriersOf(peers, routes);
  if (carriers.length > 0) return carriers;
  return peers.length === 0 ? 'no interface of the node carries a route' : 'the node has no route to any of the peers';
}

function passagesFor(name: string, { ways }: Traffic, { verdict, qdisc }: ObjectsWanted): Passage[] {
  const devices = deviceNames(name);
  if (qdisc !== null) return ways.map((way) => ({ device: devices[way], qdisc }));
  return verdict.kind === 'lose' && ways.includes('out') ? [{ device: devices.out, qdisc: BLACKHOLE }] : [];
}

export async function watchToTheEnd(
  { name, appliedAt }: VerifyInput,
  probe: HostProbe,
  over: AbortSignal,
): Promise<{ readonly reading: NetworkReading; readonly seconds: number }> {
  await untilOver(probe, over);
  const seconds = (probe.monotonic() - appliedAt) / 1000;
  return { reading: await probe.network(name), seconds };
}

/** How many packets the fault was applied to: with none at all it had no effect, whatever was set up. */
export function packetsObserved(what: string, { hit, seen }: NetworkReading): Observation {
  return {
    name: what,
    unit: 'packets',
    asked: null,
    achieved: hit.packets,
    effective: hit.packets > 0,
    note: seen.packets === 0 ? 'no packet matched the filters' : `of ${seen.packets} that matched`,
  };
}

/** A share of the packets that matched. */
export function shareObserved(what: string, asked: number | null, [part, all]: readonly [number, number]): Observation {
  return {
    name: what,
    unit: 'of the packets',
    asked,
    achieved: all === 0 ? null : part / all,
    effective: part > 0,
    note: all === 0 ? 'no packet matched the filters' : `${part} of ${all}`,
  };
}
