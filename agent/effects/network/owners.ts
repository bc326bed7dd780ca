// How the traffic of chosen processes can be told from everybody else's: by their user, when the target asks for
// nothing but a user, or by their cgroups, as long as nobody else is in them.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { ProcessSelector } from '../../../shared/domain/experiment.ts';
import type { ProcessIdentity } from '../../../shared/domain/order.ts';
import { isOnlyUser } from '../../../shared/faults/spec.ts';
import type { Owner } from '../../core/network/traffic.ts';
import { readText } from '../../targets/proc.ts';
import { readUserNames } from '../../targets/users.ts';

/** Where nft looks for cgroups, wherever they are mounted. */
export const CGROUPS = '/sys/fs/cgroup';

/** A text says why it cannot be done. */
export function readOwners(selector: ProcessSelector, chosen: readonly ProcessIdentity[]): readonly Owner[] | string {
  if (selector.user !== undefined && isOnlyUser(selector)) return ownerByUser(selector.user);
  const mount = cgroupMount();
  if (mount === null) return 'the node shows no cgroup v2 hierarchy below /sys/fs/cgroup';
  const pids = new Set(chosen.map(({ pid }) => pid));
  const owners = new Map<string, Owner>();
  for (const pid of pids) {
    const group = unifiedGroupOf(pid);
    if (group === null || group === '/') return `process ${pid} is in no cgroup of its own`;
    if (owners.has(group)) continue;
    const owner = ownerByGroup(group, path.join(mount, group), pids);
    if (typeof owner === 'string') return owner;
    owners.set(group, owner);
  }
  return [...owners.keys()].toSorted().flatMap((group) => owners.get(group) ?? []);
}

function ownerByGroup(group: string, folder: string, pids: ReadonlySet<number>): Owner | string {
  const other = membersOf(folder).find((pid) => !pids.has(pid));
  if (other !== undefined)
    return `the cgroup ${group} also holds processes that the target does not mean (pid ${other})`;
  if (!isPlain(group)) return `the cgroup ${group} has a name that no rule can hold`;
  const level = group.split('/').filter((part) => part !== '').length;
  return { kind: 'cgroup', path: path.relative(CGROUPS, folder), level };
}

function ownerByUser(user: string): readonly Owner[] | string {
  const [uid] = [...readUserNames()].find(([id, name]) => name === user || String(id) === user) ?? [];
  if (uid !== undefined) return [{ kind: 'user', uid }];
  return /^\d{1,10}$/u.test(user) ? [{ kind: 'user', uid: Number(user) }] : `the node has no user ${user}`;
}

/** The first mount of a cgroup2 file system below the folder (proc(5), mountinfo). */
export function cgroupMount(): string | null {
  const rows = (readText('/proc/self/mountinfo') ?? '').split('\n');
  const mounts = rows.flatMap((row) => {
    const [before = '', after = ''] = row.split(' - ');
    const point = before.split(' ')[4];
    return after.startsWith('cgroup2 ') && point !== undefined ? [point] : [];
  });
  return mounts.find((point) => point === CGROUPS || point.startsWith(`${CGROUPS}/`)) ?? null;
}

/** The path in the unified hierarchy alone: that is what sockets know (cgroups(7)). */
function unifiedGroupOf(pid: number): string | null {
  return /^0::(?<group>.*)$/mu.exec(readText(`/proc/${pid}/cgroup`) ?? '')?.groups?.['group'] ?? null;
}

/** Of the group and all below it. */
function membersOf(folder: string): number[] {
  const own = (readText(path.join(folder, 'cgroup.procs')) ?? '').split('\n').filter((line) => line !== '');
  const below = childGroups(folder).flatMap((name) => membersOf(path.join(folder, name)));
  return [...own.map(Number), ...below];
}

function childGroups(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    // Gone meanwhile: nobody is in it.
    return [];
  }
}

function isPlain(group: string): boolean {
  return /^[A-Za-z0-9_.@:/\\-]{1,200}$/u.test(group) && !group.includes('"');
}
