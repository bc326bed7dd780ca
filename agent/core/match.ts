// Which processes a selector means, which of them are protected, and who each one is. Pure: rows in, choice out.

import { digestOf } from '../../shared/canonical.ts';
import type { ProcessSelector } from '../../shared/domain/experiment.ts';
import type { ProcessIdentity, SkippedProcess } from '../../shared/domain/order.ts';
import { rankBy } from '../../shared/draw.ts';

/** A process with everything that a selector can ask for. */
export interface HostProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly startTicks: string;
  readonly startedAt: number;
  readonly name: string;
  readonly argv: readonly string[];
  readonly exe: string | null;
  readonly user: string;
  readonly uid: number;
  readonly unit: string | null;
  readonly cgroup: string | null;
  /** Id and, where the runtime's files tell it, name of its container. */
  readonly container: { readonly id: string; readonly name: string | null } | null;
  readonly ports: readonly number[];
}

export type Services = Readonly<Record<string, ProcessSelector>>;

type Checks = {
  readonly [Key in keyof ProcessSelector]-?: (
    process: HostProcess,
    wanted: NonNullable<ProcessSelector[Key]>,
  ) => boolean;
};

const CHECKS: Omit<Checks, 'service'> = {
  name: ({ name }, wanted) => name === wanted,
  cmdline: ({ argv }, wanted) => new RegExp(wanted, 'u').test(argv.join(' ')),
  exe: ({ exe }, wanted) => exe === wanted,
  user: ({ user, uid }, wanted) => user === wanted || String(uid) === wanted,
  unit: ({ unit }, wanted) => unit === wanted,
  cgroup: ({ cgroup }, wanted) => isBelow(cgroup, wanted),
  port: ({ ports }, wanted) => ports.includes(wanted),
  container: (process, wanted) => isContainer(process, wanted),
};

/** All set keys must match. A `service` that the node does not define matches nothing. */
export function matchesSelector(process: HostProcess, selector: ProcessSelector, services: Services): boolean {
  const { service, port, ...texts } = selector;
  return (
    (service === undefined || matchesService(process, service, services)) &&
    (port === undefined || CHECKS.port(process, port)) &&
    TEXT_KEYS.every((key) => {
      const wanted = texts[key];
      return wanted === undefined || CHECKS[key](process, wanted);
    })
  );
}

const TEXT_KEYS = ['name', 'cmdline', 'exe', 'user', 'unit', 'cgroup', 'container'] as const;

function matchesService(process: HostProcess, service: string, services: Services): boolean {
  const selector = Object.hasOwn(services, service) ? services[service] : undefined;
  return selector !== undefined && matchesSelector(process, selector, {});
}

/** A prefix by whole path components: `/system.slice` is not above `/system.slice2`. */
function isBelow(cgroup: string | null, prefix: string): boolean {
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
  return cgroup !== null && `${cgroup}/`.startsWith(folder);
}

/** As short as container tools print an id. */
const SHORTEST_ID = 12;

function isContainer({ container }: HostProcess, wanted: string): boolean {
  if (container === null) return false;
  return container.name === wanted || (wanted.length >= SHORTEST_ID && container.id.startsWith(wanted));
}

export interface Protection {
  readonly selfPid: number;
  /** Parents of the agent up to PID 1. */
  readonly ancestors: ReadonlySet<number>;
  /** Children of the agent, and theirs. */
  readonly descendants: ReadonlySet<number>;
}

/** Kernel threads are children of kthreadd, which is always PID 2. */
const KTHREADD = 2;
const SSHD = new Set(['sshd', 'sshd-session', 'sshd-auth']);
const OWN_PREFIX = 'roulette-';

/** Why a process is never a target; null when it may be one. */
function protectionOf(process: HostProcess, protection: Protection): string | null {
  const { pid, ppid, name } = process;
  const reasons: readonly (readonly [boolean, string])[] = [
    [pid === 1, 'PID 1 keeps the node running'],
    [pid === KTHREADD || ppid === KTHREADD, 'it is a kernel thread'],
    [SSHD.has(name), 'sshd is the way to the node'],
    [pid === protection.selfPid, 'it is the agent itself'],
    [protection.ancestors.has(pid), 'the agent runs below it'],
    [protection.descendants.has(pid), 'it belongs to the agent'],
    [name.startsWith(OWN_PREFIX), 'it is part of Roulette'],
  ];
  return reasons.find(([applies]) => applies)?.[1] ?? null;
}

/** The parents of `pid`, from the list of all processes. */
export function ancestorsOf(pid: number, all: readonly Pick<HostProcess, 'pid' | 'ppid'>[]): Set<number> {
  const parents = new Map(all.map((process) => [process.pid, process.ppid]));
  const found = new Set<number>();
  for (
    let parent = parents.get(pid);
    parent !== undefined && parent > 0 && !found.has(parent);
    parent = parents.get(parent)
  ) {
    found.add(parent);
  }
  return found;
}

export function descendantsOf(pid: number, all: readonly Pick<HostProcess, 'pid' | 'ppid'>[]): Set<number> {
  const found = new Set<number>();
  let generation = [pid];
  while (generation.length > 0) {
    const parents = new Set(generation);
    generation = all
      .filter((process) => parents.has(process.ppid) && !found.has(process.pid))
      .map((process) => process.pid);
    for (const child of generation) found.add(child);
  }
  return found;
}

/** The first service of the configuration, by name, that a process belongs to. */
function serviceOf(process: HostProcess, services: Services): string | null {
  const names = Object.keys(services).toSorted();
  return names.find((name) => matchesService(process, name, services)) ?? null;
}

/** Service, argv and ports: what a process and its successor have in common. */
function identityOf(process: Pick<HostProcess, 'argv' | 'ports'>, service: string | null): string {
  return digestOf([service, process.argv, process.ports]).slice(0, 16);
}

export interface Selection {
  readonly matches: readonly ProcessIdentity[];
  /** Those that match and are protected, or that the guard does not allow. */
  readonly skipped: readonly SkippedProcess[];
  /** How many of `skipped` the guard does not allow. */
  readonly vetoed: number;
}

export interface SelectInput {
  readonly processes: readonly HostProcess[];
  readonly selector: ProcessSelector;
  readonly services: Services;
  readonly protection: Protection;
  /** Why the guard does not allow a process; null when it does. */
  readonly veto: (process: HostProcess) => string | null;
  /** With a key the matches are in rank order, else by identity and age. */
  readonly drawKey: string | null;
}

export function selectProcesses({ processes, selector, services, protection, veto, drawKey }: SelectInput): Selection {
  const judged = processes
    .filter((process) => matchesSelector(process, selector, services))
    .map((process) => ({ process, isProtected: protectionOf(process, protection), isVetoed: veto(process) }));
  const skipped = judged.flatMap(({ process: { pid, name }, isProtected, isVetoed }) => {
    const why = isProtected ?? isVetoed;
    return why === null ? [] : [{ pid, name, why }];
  });
  const vetoed = judged.filter(({ isProtected, isVetoed }) => isProtected === null && isVetoed !== null).length;
  const allowed = judged.filter(({ isProtected, isVetoed }) => isProtected === null && isVetoed === null);
  const identities = identify(
    allowed.map(({ process }) => process),
    services,
  );
  return { matches: drawKey === null ? identities : rankBy(drawKey, identities, rankIdOf), skipped, vetoed };
}

/** By identity and age rank, never by PID: the same fleet after a reboot gives the same choice. */
function rankIdOf({ identity, ageRank }: ProcessIdentity): string {
  return `${identity}#${ageRank}`;
}

export function toIdentity(process: HostProcess, services: Services, ageRank: number): ProcessIdentity {
  const service = serviceOf(process, services);
  const { pid, startTicks, startedAt, name, argv, exe, user, unit, cgroup, ports } = process;
  const identity = identityOf(process, service);
  return { pid, startTicks, startedAt, name, argv, exe, user, unit, cgroup, service, ports, ageRank, identity };
}

function identify(processes: readonly HostProcess[], services: Services): ProcessIdentity[] {
  const oldestFirst = processes.toSorted(
    (a, b) => Number(BigInt(a.startTicks) - BigInt(b.startTicks)) || a.pid - b.pid,
  );
  const seen = new Map<string, number>();
  const identities = oldestFirst.map((process) => {
    const found = toIdentity(process, services, 0);
    const ageRank = seen.get(found.identity) ?? 0;
    seen.set(found.identity, ageRank + 1);
    return { ...found, ageRank };
  });
  return identities.toSorted((a, b) =>
    a.identity === b.identity ? a.ageRank - b.ageRank : a.identity < b.identity ? -1 : 1,
  );
}
