// The guard file: read anew whenever anything about it has changed. Only a file that nobody but root or the agent's
// own user could have written is believed; anything else, and no file at all, refuses everything.

import { closeSync, constants, fstatSync, openSync, readFileSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';
import { repeatEvery, type Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import { parseGuard } from '../../shared/schema/guard.ts';
import { formatIssue } from '../../shared/schema/source.ts';
import type { GuardReading } from '../core/guard.ts';

export interface GuardFile {
  /** As it is now. Never throws. */
  readonly read: () => GuardReading;
  /** Calls back soon after anything about the file has changed. The returned function ends that. */
  readonly watch: (changed: () => void) => () => void;
}

/** Polled, for inotify(7) follows the file and not its name: it loses sight of one that is replaced. */
const LOOK_EVERY_MS = 250;
const MOST_BYTES = 64 * 1024;
const WRITABLE_BY_ALL = 0o002;
/** In such a folder (as /tmp is) only the owner of a file can replace it. */
const STICKY = 0o1000;

export function createGuardFile(file: string, clock: Clock): GuardFile {
  let known: { readonly mark: string; readonly reading: GuardReading } | null = null;

  function read(): GuardReading {
    const mark = markOf(file);
    if (known?.mark !== mark) known = { mark, reading: readGuard(file) };
    return known.reading;
  }

  return {
    read,
    watch: (changed) => {
      let seen = markOf(file);
      return repeatEvery(clock, LOOK_EVERY_MS, () => {
        const mark = markOf(file);
        if (mark === seen) return;
        seen = mark;
        changed();
      });
    },
  };
}

/** Differs after every change of contents, owner, mode or place, of the file and of its folder. */
function markOf(file: string): string {
  return [file, path.dirname(file)].map((name) => markOfOne(name)).join(' / ');
}

function markOfOne(name: string): string {
  try {
    const { ino, ctimeNs, size, mode, uid } = statSync(name, { bigint: true });
    return [ino, ctimeNs, size, mode, uid].join(' ');
  } catch (error) {
    return messageOf(error);
  }
}

function readGuard(file: string): GuardReading {
  let descriptor: number;
  try {
    // A fifo would block without O_NONBLOCK, and a link could lead to a file that others own.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = isMissing ? `there is no guard file ${file}, and without one nothing is injected` : messageOf(error);
    return { ok: false, why };
  }
  try {
    const trouble = troubleWithFile(fstatSync(descriptor)) ?? troubleWithFolder(statSync(path.dirname(file)));
    if (trouble !== null) return { ok: false, why: `the guard file ${file} ${trouble}` };
    const parsed = parseGuard(readFileSync(descriptor, 'utf8'), file);
    return parsed.ok
      ? { ok: true, guard: parsed.value }
      : { ok: false, why: parsed.issues.map((issue) => formatIssue(issue)).join('; ') };
  } catch (error) {
    return { ok: false, why: `the guard file ${file} cannot be read: ${messageOf(error)}` };
  } finally {
    closeSync(descriptor);
  }
}

function troubleWithFile(stats: Stats): string | null {
  if (!stats.isFile()) return 'is not a regular file';
  if (!isOurs(stats)) return `belongs to uid ${stats.uid}, and must belong to root or to the agent's user`;
  if ((stats.mode & WRITABLE_BY_ALL) !== 0) return 'can be written by everybody';
  return stats.size > MOST_BYTES ? `is larger than ${MOST_BYTES} bytes` : null;
}

/** Who can write the folder can put another file in the place of this one. */
function troubleWithFolder({ mode }: Stats): string | null {
  return (mode & WRITABLE_BY_ALL) !== 0 && (mode & STICKY) === 0 ? 'is in a folder that everybody can write' : null;
}

function isOurs({ uid }: Stats): boolean {
  return uid === 0 || uid === process.geteuid?.();
}
