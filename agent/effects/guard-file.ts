// The guard file as it is now. Only a file that nobody but root or the agent's own user could have written is
// believed; anything else, and no file at all, refuses everything. Nothing here throws.
//
// Each look reads the whole file, which is small: a change time would tell two edits within one tick of the kernel's
// clock apart no more than it can count, and the second of them would never be seen.

import { closeSync, constants, fstatSync, openSync, readFileSync, statSync, type BigIntStats } from 'node:fs';
import path from 'node:path';
import { repeatEvery, type Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import { parseGuard } from '../../shared/schema/guard.ts';
import { formatIssue } from '../../shared/schema/source.ts';
import type { GuardReading } from '../core/guard.ts';

export interface GuardFile {
  /** As it is now. */
  readonly read: () => GuardReading;
  /**
   * Calls back within half a second of any change: edited, replaced, removed, re-permissioned. The returned function
   * ends that.
   */
  readonly watch: (changed: () => void) => () => void;
}

/** Polled, for inotify(7) follows the file and not its name: it loses sight of one that is replaced. */
const LOOK_EVERY_MS = 500;
const MOST_BYTES = 64 * 1024;
const WRITABLE_BY_ALL = 0o002n;
/** In such a folder (as /tmp is) only the owner of a file, or of the folder, can replace it. */
const STICKY = 0o1000n;

export function createGuardFile(file: string, clock: Clock): GuardFile {
  let known: { readonly text: string; readonly reading: GuardReading } | null = null;
  return {
    read: () => {
      const look = lookAt(file);
      if (!look.ok) return look;
      if (known?.text !== look.text) known = { text: look.text, reading: toReading(look.text, file) };
      return known.reading;
    },
    watch: (changed) => {
      let seen = lookAt(file);
      return repeatEvery(clock, LOOK_EVERY_MS, () => {
        const look = lookAt(file);
        if (isSame(look, seen)) return;
        seen = look;
        changed();
      });
    },
  };
}

type Look =
  | { readonly ok: true; readonly text: string; /** Tells apart what has the same text. */ readonly mark: string }
  | { readonly ok: false; readonly why: string };

function isSame(a: Look, b: Look): boolean {
  return a.ok && b.ok ? a.text === b.text && a.mark === b.mark : !a.ok && !b.ok && a.why === b.why;
}

function lookAt(file: string): Look {
  try {
    // A fifo would block without O_NONBLOCK, and a link could lead to a file that others chose.
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return lookInto(descriptor, file);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return { ok: false, why: whyUnreadable(file, error) };
  }
}

/** What is judged is what is read: the open file, whatever its name has come to mean since. */
function lookInto(descriptor: number, file: string): Look {
  const stats = fstatSync(descriptor, { bigint: true });
  const trouble = troubleWithFile(stats) ?? troubleWithFolder(statSync(path.dirname(file), { bigint: true }));
  if (trouble !== null) return { ok: false, why: `the guard file ${file} ${trouble}` };
  const { ino, ctimeNs, mode, uid } = stats;
  // Letters that are none must not pass as others: what they deny would be denied no longer.
  const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(descriptor));
  return { ok: true, text, mark: [ino, ctimeNs, mode, uid].join(' ') };
}

function whyUnreadable(file: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return `there is no guard file ${file}, and without one nothing is injected`;
  if (code === 'ELOOP') return `the guard file ${file} is a symbolic link, and must be the file itself`;
  return `the guard file ${file} cannot be read: ${messageOf(error)}`;
}

/** The first few of its errors: the reason goes out with every refusal. */
const ISSUES_TOLD = 3;

function toReading(text: string, file: string): GuardReading {
  const parsed = parseGuard(text, file);
  if (parsed.ok) return { ok: true, guard: parsed.value };
  const told = parsed.issues.slice(0, ISSUES_TOLD).map((issue) => formatIssue(issue));
  const untold = parsed.issues.length - told.length;
  return { ok: false, why: [...told, ...(untold > 0 ? [`and ${untold} more`] : [])].join('; ') };
}

function troubleWithFile(stats: BigIntStats): string | null {
  if (!stats.isFile()) return 'is not a regular file';
  if (!isOurs(stats)) return `belongs to uid ${stats.uid}, and must belong to root or to the agent's user`;
  if ((stats.mode & WRITABLE_BY_ALL) !== 0n) return 'can be written by everybody';
  return stats.size > MOST_BYTES ? `is larger than ${MOST_BYTES} bytes` : null;
}

/** Who can write the folder can put another file in the place of this one, for instance an older one of root's. */
function troubleWithFolder(stats: BigIntStats): string | null {
  if (!isOurs(stats)) return `is in a folder of uid ${stats.uid}, which must belong to root or to the agent's user`;
  return (stats.mode & WRITABLE_BY_ALL) !== 0n && (stats.mode & STICKY) === 0n
    ? 'is in a folder that everybody can write'
    : null;
}

function isOurs({ uid }: BigIntStats): boolean {
  return uid === 0n || Number(uid) === process.geteuid?.();
}
