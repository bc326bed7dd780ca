// Judges a simulated world by what is true in it: slow, plain, and with nothing of the code that it judges. It knows what
// each node truly suffers, what the coordinator was told and has decided, and the rules; it throws at the first breach.

import type { RunContext } from '../../coordinator/core/run-state.ts';
import type { NodeSelector } from '../../shared/domain/experiment.ts';
import { runOf, type NodeId, type OrderId } from '../../shared/domain/ids.ts';
import type { Amount, ApartRule, RadiusRule } from '../../shared/domain/policy.ts';
import type { RunEvent } from '../../shared/domain/run.ts';
import type { FaultKind } from '../../shared/faults/index.ts';
import { assertNever } from '../../shared/errors.ts';
import type { SimulatedStore } from './simulated-store.ts';
import type { Timeline } from './timeline.ts';

type Labels = Readonly<Record<string, string>>;

export interface Referee {
  /** What the coordinator has come to know of a node: `sound` is false for one that is away, or that has an undo failing. */
  readonly told: (node: NodeId, labels: Labels, sound: boolean) => void;
  readonly decided: (events: readonly RunEvent[], context: RunContext | null) => void;
  /** Decided, and lost before it was written. */
  readonly undone: (events: readonly RunEvent[]) => void;
  readonly sent: (order: OrderId) => void;
  readonly released: (order: OrderId) => void;
  readonly began: (node: NodeId, order: OrderId) => void;
  readonly ended: (order: OrderId) => void;
  /** Nobody is left on the node who could end it. */
  readonly orphaned: (order: OrderId) => void;
  readonly setRules: (rules: readonly RadiusRule[]) => void;
  readonly grants: () => number;
}

export interface RefereeGround {
  readonly timeline: Timeline;
  readonly store: SimulatedStore;
  readonly rules: readonly RadiusRule[];
  readonly leaseMs: number;
  readonly graceMs: number;
  readonly recoveryMs: number;
}

export class Breach extends Error {}

interface Known {
  readonly labels: Labels;
  readonly labelsSince: number;
  readonly sound: boolean;
}

interface Grant {
  readonly order: OrderId;
  readonly node: NodeId;
  readonly fault: FaultKind;
  readonly service: string | null;
  readonly at: number;
}

interface Truth extends Grant {
  readonly from: number;
  to: number | null;
  isOrphan: boolean;
}

type Spot = Pick<Grant, 'node' | 'service'>;

export function createReferee(ground: RefereeGround): Referee {
  const { timeline, store, leaseMs, graceMs, recoveryMs } = ground;
  const { now } = timeline;
  const nodes = new Map<NodeId, Known>();
  const grants = new Map<OrderId, Grant>();
  const truths = new Map<OrderId, Truth>();
  let facts: RunEvent[] = [];
  let rules = ground.rules;
  /** When rules or labels were last changed: what was granted before is not held against them. */
  let changedAt = -1;

  function fail(what: string): never {
    throw new Breach(`at ${now()}: ${what}`);
  }

  /** When the coordinator may think that it is over; null while it may not. */
  function overAt(grant: Grant): number | null {
    const ofRun = facts.filter(({ run }) => run === runOf(grant.order));
    const own = ofRun.filter(({ body }) => 'order' in body && body.order === grant.order);
    const ends = [
      ...own.flatMap(({ at, body }) =>
        body.type === 'injection.refused' || body.type === 'revert.confirmed' ? at : [],
      ),
      ...own.flatMap(({ at, body }) => (body.type === 'injection.lost' ? at + leaseMs + graceMs : [])),
      ...own.flatMap(({ at, body }) =>
        body.type === 'injection.ended' && body.reverted ? recoveredAt(ofRun, at) : [],
      ),
    ];
    const end = Math.min(...ends, Number.POSITIVE_INFINITY);
    return end <= now() ? end : null;
  }

  /** With the first good value after the end, or when the steady state has had its time after the run. */
  function recoveredAt(ofRun: readonly RunEvent[], since: number): number {
    const good = ofRun.find(({ at, body }) => body.type === 'monitor.sampled' && (body.value ?? 0) >= 1 && at > since);
    const ended = ofRun.find(({ body }) => body.type === 'run.ended');
    return Math.min(good?.at ?? Number.POSITIVE_INFINITY, (ended?.at ?? Number.POSITIVE_INFINITY) + recoveryMs);
  }

  /** Lease and grace have passed without a word. Its node may still count as impaired, but nothing rests for it. */
  function isGivenUp(order: OrderId): boolean {
    return facts.some(({ body }) => body.type === 'injection.lost' && body.order === order);
  }

  function groupOf(rule: RadiusRule, { node, service }: Spot): string | null {
    const labels = nodes.get(node)?.labels;
    if (labels === undefined || !matches(rule.nodes, labels)) return null;
    if (rule.per.kind === 'fleet') return 'all';
    if (rule.per.kind === 'service') return `service ${service ?? '-'}`;
    const value = labels[rule.per.label];
    return value === undefined ? 'without' : `with ${value}`;
  }

  function isIn(rule: RadiusRule, group: string, one: Spot & { readonly fault: FaultKind }): boolean {
    return (rule.faults === null || rule.faults.includes(one.fault)) && groupOf(rule, one) === group;
  }

  function lasting(): Truth[] {
    return [...truths.values()].filter(({ to }) => to === null);
  }

  /** Nodes of the group that nothing more may be added to unless it fits. */
  function impaired(rule: RadiusRule, group: string, but: OrderId): Set<NodeId> {
    const held = [...grants.values()].filter((one) => one.order !== but && overAt(one) === null);
    const hit = [...held, ...lasting()].filter((one) => one.order !== but && isIn(rule, group, one));
    const away = [...nodes].filter(([node, { sound }]) => !sound && groupOf(rule, { node, service: null }) === group);
    return new Set([...hit.map(({ node }) => node), ...away.map(([node]) => node)]);
  }

  function total(rule: RadiusRule, group: string): number {
    return [...nodes.keys()].filter((node) => groupOf(rule, { node, service: null }) === group).length;
  }

  function sidesOf({ sides }: ApartRule, node: NodeId): string[] {
    const labels = nodes.get(node)?.labels ?? {};
    if (sides.kind === 'label') return [labels[sides.label] ?? '(none)'];
    return sides.groups.flatMap((selector, index) => (matches(selector, labels) ? [String(index)] : []));
  }

  function checkApart(rule: ApartRule, node: NodeId, others: ReadonlySet<NodeId>): void {
    const own = sidesOf(rule, node);
    for (const other of others) {
      if (other === node) continue;
      const clash = sidesOf(rule, other).some((side) => own.some((mine) => mine !== side));
      if (clash && own.length > 0) fail(`${rule.name}: ${node} is hit while ${other} is impaired`);
    }
  }

  function checkCounts(rule: RadiusRule, { grant, group }: InGroup, hit: ReadonlySet<NodeId>): void {
    const [size, count] = [total(rule, group), new Set([...hit, grant.node]).size];
    if (rule.kind === 'limit' && count > most(rule.most, size))
      fail(`${rule.name}: ${count} of ${size} impaired in ${group}, with ${grant.order}`);
    if (rule.kind === 'floor' && size - count < least(rule.healthy, size))
      fail(`${rule.name}: ${size - count} of ${size} healthy in ${group}, with ${grant.order}`);
    if (rule.kind === 'apart') checkApart(rule, grant.node, hit);
  }

  /** Those before the grant, on nodes that have been in their groups since. */
  function earlier(rule: RadiusRule, { grant, group }: InGroup): Grant[] {
    return [...grants.values()].filter(
      (one) =>
        one.order !== grant.order &&
        isIn(rule, group, one) &&
        (nodes.get(one.node)?.labelsSince ?? Number.POSITIVE_INFINITY) <= one.at,
    );
  }

  function checkRest(rule: RadiusRule & { kind: 'coolDown' }, at: InGroup): void {
    for (const one of earlier(rule, at)) {
      const over = overAt(one);
      const truth = truths.get(one.order);
      const end = truth === undefined || truth.isOrphan || isGivenUp(one.order) ? over : truth.to;
      if (over === null || end === null) fail(`${rule.name}: ${at.grant.order} while ${one.order} lasts`);
      if (at.grant.at < Math.max(over, end) + rule.lengthMs)
        fail(`${rule.name}: ${at.grant.order} so soon after ${one.order}`);
    }
  }

  /** The rule that is there without being written. */
  function checkOwner(grant: Grant): void {
    const other = [...grants.values(), ...lasting()].find(
      (one) => one.node === grant.node && runOf(one.order) !== runOf(grant.order) && isHere(one),
    );
    if (other !== undefined) fail(`${grant.order} while ${other.order} of another run is there`);
  }

  function isHere(one: Grant): boolean {
    return overAt(one) === null || (truths.get(one.order)?.to === null && !isGivenUp(one.order));
  }

  function checkGrant(grant: Grant): void {
    checkOwner(grant);
    for (const rule of rules) {
      const group = groupOf(rule, grant);
      if (group === null || !isIn(rule, group, grant)) continue;
      const at = { grant, group };
      switch (rule.kind) {
        case 'exclude':
          fail(`${rule.name}: ${grant.node} is excluded`);
          break;
        case 'require':
          if (!matches(rule.labels, nodes.get(grant.node)?.labels ?? {})) fail(`${rule.name}: ${grant.node}`);
          break;
        case 'rate': {
          const since = grant.at - rule.withinMs;
          const starts = earlier(rule, at).filter((one) => one.at > since).length + 1;
          if (starts > rule.most) fail(`${rule.name}: ${starts} starts in ${group}, with ${grant.order}`);
          break;
        }
        case 'coolDown':
          checkRest(rule, at);
          break;
        case 'limit':
        case 'floor':
        case 'apart':
          checkCounts(rule, at, impaired(rule, group, grant.order));
          break;
        default:
          assertNever(rule);
      }
    }
  }

  /** What is truly there, whatever anybody knows: of what was granted under these very rules. */
  function checkTruth(grant: Grant): void {
    for (const rule of rules) {
      const group = groupOf(rule, grant);
      if (group === null || !isIn(rule, group, grant)) continue;
      const here = lasting().filter((one) => one.at > changedAt && isIn(rule, group, one));
      checkCounts(rule, { grant, group }, new Set(here.map(({ node }) => node)));
      const others = here.filter((one) => one.order !== grant.order && !one.isOrphan && !isGivenUp(one.order));
      if (rule.kind === 'coolDown' && others.length > 0) fail(`${rule.name}: two at once in ${group}`);
      if (rule.kind !== 'rate') continue;
      // An order may be begun up to a lease after it was granted.
      const since = now() - rule.withinMs + leaseMs;
      const starts = [...truths.values()].filter(
        (one) => one.from > since && one.at > changedAt && isIn(rule, group, one),
      );
      if (starts.length > rule.most) fail(`${rule.name}: ${starts.length} have begun in ${group}`);
    }
  }

  function checkCounted(order: OrderId): void {
    const truth = truths.get(order);
    if (truth === undefined || truth.to !== null) return;
    const reservation = store.reservation(order);
    const isReleased = reservation === undefined || reservation.releasedAt !== null;
    if (isReleased && nodes.get(truth.node)?.sound === true) fail(`${order} lasts, and nothing counts it`);
  }

  return {
    told: (node, labels, sound) => {
      const known = nodes.get(node);
      const isAlike = known !== undefined && JSON.stringify(known.labels) === JSON.stringify(labels);
      if (!isAlike) changedAt = now();
      nodes.set(node, { labels, sound, labelsSince: isAlike ? known.labelsSince : now() });
      if (!sound) return;
      // After what else has come in at the same moment: a node that was silent for a while has more to say.
      timeline.after(0, () => {
        for (const one of lasting()) if (one.node === node) checkCounted(one.order);
      });
    },
    decided: (events, context) => {
      for (const event of events) {
        const { body, at } = event;
        facts.push(event);
        if (body.type !== 'order.sent') continue;
        const service = context?.plan.slots.find(({ id }) => id === body.slot)?.processes?.service ?? null;
        const grant = { order: body.order, node: body.node, fault: body.fault, service, at };
        grants.set(body.order, grant);
        checkGrant(grant);
      }
    },
    undone: (events) => {
      facts = facts.filter((fact) => !events.includes(fact));
      for (const { body } of events) if (body.type === 'order.sent') grants.delete(body.order);
    },
    sent: (order) => {
      const reservation = store.reservation(order);
      if (reservation === undefined) fail(`${order} is on the wire without a reservation`);
      if (reservation.releasedAt !== null) fail(`${order} is on the wire after its reservation was released`);
    },
    released: checkCounted,
    began: (node, order) => {
      const grant = grants.get(order);
      if (grant === undefined) fail(`${order} has begun on ${node}, and nobody has granted it`);
      truths.set(order, { ...grant, from: now(), to: null, isOrphan: false });
      checkCounted(order);
      if (grant.at > changedAt) checkTruth(grant);
    },
    ended: (order) => {
      const truth = truths.get(order);
      if (truth !== undefined) truth.to ??= now();
    },
    orphaned: (order) => {
      const truth = truths.get(order);
      if (truth !== undefined) truth.isOrphan = true;
    },
    setRules: (changed) => {
      rules = changed;
      changedAt = now();
    },
    grants: () => grants.size,
  };
}

interface InGroup {
  readonly grant: Grant;
  readonly group: string;
}

function matches(selector: NodeSelector, labels: Labels): boolean {
  if (selector === 'all') return true;
  return Object.entries(selector).every(([label, values]) => values.some((value) => labels[label] === value));
}

function most(amount: Amount, size: number): number {
  return amount.kind === 'count' ? amount.count : Math.floor(amount.share * size + 1e-9);
}

function least(amount: Amount, size: number): number {
  return amount.kind === 'count' ? amount.count : Math.ceil(amount.share * size - 1e-9);
}
